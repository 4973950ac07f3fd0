"""The broker and the database that production uses, each in a container that ends with its block."""

from collections.abc import Iterator
from contextlib import contextmanager

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import ExecWaitStrategy

from tests.support.engine import require_engine

BROKER_PORT = 5672


@contextmanager
def rabbitmq() -> Iterator[str]:
    """Yield the AMQP_URI of a fresh RabbitMQ 4."""
    require_engine()
    # testcontainers' own RabbitMQ container would bring a second broker client along to ask whether it is up.
    up = ExecWaitStrategy(["rabbitmq-diagnostics", "-q", "check_port_connectivity"]).with_startup_timeout(90)
    broker = DockerContainer("rabbitmq:4-management").with_exposed_ports(BROKER_PORT).waiting_for(up)
    with broker.with_env("RABBITMQ_DEFAULT_USER", "hub").with_env("RABBITMQ_DEFAULT_PASS", "hub"):
        address = f"{broker.get_container_host_ip()}:{broker.get_exposed_port(BROKER_PORT)}"
        yield f"amqp://hub:hub@{address}/%2F"


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of an empty database on a fresh PostgreSQL 17, whose user may create further ones."""
    require_engine()
    with PostgresContainer("postgres:17", username="hub", password="hub", dbname="hub") as database:
        yield database.get_connection_url()

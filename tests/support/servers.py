"""Where tests find RabbitMQ and PostgreSQL: named by the environment, else private ones on loopback, else containers.

The private ones can be killed; they live in a temporary folder and end with the test session.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from kombu import Connection
from sqlalchemy import create_engine, text

from drill.servers import Postgres, Rabbit, has_postgres, has_rabbit

#: The private nodes that run now, by URL.
_private: dict[str, Rabbit] = {}


@contextmanager
def rabbit_url() -> Iterator[str]:
    """Give the URL of a RabbitMQ to test with, or skip and say why."""
    if named := os.environ.get("TEST_AMQP_URI"):
        yield named
    elif has_rabbit():
        with private_rabbit() as rabbit:
            yield rabbit.url
    else:
        with container("rabbitmq") as url:
            yield url


@contextmanager
def private_rabbit() -> Iterator[Rabbit]:
    """Give a RabbitMQ that a test may kill."""
    if not has_rabbit():
        pytest.skip("no local rabbitmq-server to start and kill; `make test` installs it where it may")
    rabbit = Rabbit()
    try:
        rabbit.start()
        _private[rabbit.url] = rabbit
        yield rabbit
    finally:
        _private.pop(rabbit.url, None)
        rabbit.close()


@contextmanager
def private_postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL that a test may crash."""
    if not has_postgres():
        pytest.skip("no local PostgreSQL to start and crash; `make test` installs it where it may")
    postgres = Postgres()
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.close()


@contextmanager
def database_url() -> Iterator[str]:
    """Give a PostgreSQL URL with `{service}` in it, to test with; or skip and say why."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield named
    elif has_postgres():
        with private_postgres() as postgres:
            yield postgres.url
    else:
        with container("postgres") as url:
            yield url


@contextmanager
def own_vhost(url: str) -> Iterator[str]:
    """Give a part of the broker that nobody else uses, for a hub that lives beside other tests."""
    rabbit = _private.get(url)
    if rabbit is None:  # a broker somebody named: there it has to be the queues
        with own_queues(url) as own:
            yield own
        return
    name = f"t{uuid4().hex[:8]}"
    rabbit.ctl("add_vhost", name)
    rabbit.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
    yield f"{url}{name}"
    rabbit.ctl("delete_vhost", name)


@contextmanager
def own_queues(url: str) -> Iterator[str]:
    """Give a broker without leftovers: the queues of this house are deleted before and after."""
    _delete_queues(url)
    yield url
    _delete_queues(url)


@contextmanager
def own_databases(url: str) -> Iterator[str]:
    """Give a URL whose databases nobody else uses, and drop them afterwards."""
    prefix = f"t{uuid4().hex[:8]}_"
    yield url.replace("{service}", f"{prefix}{{service}}")
    engine = create_engine(url.replace("{service}", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        names = connection.scalars(
            text("SELECT datname FROM pg_database WHERE datname LIKE :prefix"), {"prefix": f"{prefix}%"}
        )
        for name in list(names):
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def _delete_queues(url: str) -> None:
    from shared.topology import dead_letters, pairs, work_queue

    names = {work_queue(listener, teller).name for listener, teller in pairs()}
    names |= {dead_letters(listener).name for listener, _ in pairs()}
    with Connection(url) as connection:
        for name in names:
            connection.channel().queue_delete(name)


@contextmanager
def container(kind: str) -> Iterator[str]:
    """Give a server of `kind` (`rabbitmq` or `postgres`) in a container; skips, saying why, without an engine."""
    from tests.support import containers

    with getattr(containers, kind)() as url:
        # A rendered URL would quote the braces, so they are put in by hand.
        yield f"{url.rpartition('/')[0]}/{{service}}" if kind == "postgres" else url

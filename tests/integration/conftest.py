"""The same suites on everything the house runs on: SQLite and PostgreSQL, memory and RabbitMQ, and their containers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from shared import migrate
from shared.broker import Broker
from shared.database import Database
from tests.support import servers

CONTAINER = pytest.param("container", marks=pytest.mark.containers)
OpenDatabase = Callable[[str, MetaData], Database]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A container beside a server of this machine shows nothing that the two pairs of a kind do not show."""
    mixed = [item for item in items if _is_mixed(item)]
    if mixed:
        config.hook.pytest_deselected(items=mixed)
        items[:] = [item for item in items if not _is_mixed(item)]


def _is_mixed(item: pytest.Item) -> bool:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    used = {params[name] for name in ("open_database", "broker", "rabbit") if name in params}
    return "container" in used and used != {"container"}


@pytest.fixture(scope="session")
def postgres_container() -> Iterator[str]:
    with servers.container("postgres") as url:
        yield url


@pytest.fixture(scope="session")
def rabbit_container() -> Iterator[str]:
    with servers.container("rabbitmq") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql", CONTAINER])
def open_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenDatabase]:
    """Give a function that migrates and opens the database of a service, fresh for this test."""
    opened: list[Database] = []

    def open_(url: str, service: str, metadata: MetaData) -> Database:
        migrate.upgrade(url.replace("{service}", service), service)
        opened.append(Database(url.replace("{service}", service), metadata))
        return opened[-1]

    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/{{service}}.db"
        yield lambda service, metadata: open_(url, service, metadata)
        _dispose(opened)
        return
    name = "postgres_url" if request.param == "postgresql" else "postgres_container"
    with servers.own_databases(request.getfixturevalue(name)) as url:
        yield lambda service, metadata: open_(url, service, metadata)
        _dispose(opened)


@pytest.fixture(params=["memory", "rabbitmq", CONTAINER])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Give a broker with the whole topology and empty queues."""
    if request.param == "memory":
        house = Broker("memory://localhost")
        house.apply_topology("onboarding", "catalog", "notifications")
        _empty(house)
        yield house
        return
    yield from _on_rabbitmq(request)


@pytest.fixture(params=["rabbitmq", CONTAINER])
def rabbit(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Give a RabbitMQ, for promises a broker in memory cannot keep: there the outbox tells again after a restart."""
    yield from _on_rabbitmq(request)


def _on_rabbitmq(request: pytest.FixtureRequest) -> Iterator[Broker]:
    url = request.getfixturevalue("rabbit_url" if request.param == "rabbitmq" else "rabbit_container")
    with servers.own_queues(url) as own:
        house = Broker(own)
        house.apply_topology("onboarding", "catalog", "notifications")
        yield house


def _dispose(opened: list[Database]) -> None:
    for database in opened:
        database.dispose()


def _empty(house: Broker) -> None:
    for listener in ("onboarding", "catalog", "notifications"):
        with house.receiver(listener) as receiver:
            while batch := receiver.batch(50, timeout=0.2):
                receiver.ack(batch)

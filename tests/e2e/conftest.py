from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import hub as hubs
from tests.support import scene as scenes
from tests.support import servers


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hubs.Hub]:
    """The embedded default in a child process."""
    running = hubs.embedded(tmp_path_factory.mktemp("embedded"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory, rabbit_url: str, postgres_url: str) -> Iterator[hubs.Hub]:
    """Three processes on RabbitMQ and PostgreSQL."""
    with servers.own_vhost(rabbit_url) as broker, servers.own_databases(postgres_url) as databases:
        running = hubs.separate(tmp_path_factory.mktemp("three"), broker, databases)
        yield running
        running.stop()


@pytest.fixture(params=["embedded", "three processes"])
def stack(request: pytest.FixtureRequest) -> hubs.Hub:
    """Both ways to run the same code."""
    name = "hub" if request.param == "embedded" else "three"
    running: hubs.Hub = request.getfixturevalue(name)
    return running


@pytest.fixture(scope="session")
def scene(hub: hubs.Hub) -> scenes.Scene:
    """An application in each state, for all tests that change none of them."""
    return scenes.build(hub)

"""One RabbitMQ, one PostgreSQL and one house for all faults: what one fault leaves behind, the next one meets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drill.servers import has_postgres, has_rabbit
from drill.stage import Servers, Stage, stage


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    if not (has_rabbit() and has_postgres()):
        pytest.skip("no local RabbitMQ and PostgreSQL to start and kill; `make test` installs them where it may")
    running = Servers()
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="session")
def house(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(servers, tmp_path_factory.mktemp("faults"), seed=1) as running:
        yield running

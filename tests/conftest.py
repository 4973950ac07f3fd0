"""Servers that several suites share; each is started once, when a test first asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import servers


@pytest.fixture(scope="session")
def rabbit_url() -> Iterator[str]:
    with servers.rabbit_url() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with servers.database_url() as url:
        yield url

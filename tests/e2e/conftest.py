from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import hub as hubs


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hubs.Hub]:
    """The embedded default in a child process."""
    running = hubs.embedded(tmp_path_factory.mktemp("embedded"))
    yield running
    running.stop()

"""Everything here needs a Docker engine; `make test-containers` runs it."""

from collections.abc import Iterator

import pytest

from tests.support.compose import Installation
from tests.support.engine import require_engine


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Build every image of docker-compose.yml once."""
    require_engine()
    Installation(tmp_path_factory.mktemp("secrets")).compose("build", "--quiet", timeout=900)


@pytest.fixture(scope="session")
def house(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The whole stack, healthy."""
    installation = Installation(tmp_path_factory.mktemp("secrets"))
    try:
        installation.up()
        yield installation
    except AssertionError:
        print(installation.compose("logs", "--tail", "60", check=False))  # why it did not come up
        raise
    finally:
        installation.down()

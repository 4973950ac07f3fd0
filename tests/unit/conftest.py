"""A house that was set up but does not run, for tests of the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from services.house import NAMES
from shared import settings, setup
from shared.database import Database
from tests.support.command_line import OK, SETTINGS, hub


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty DATA_DIR that the environment names."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house set up with all it needs, to be copied."""
    made = tmp_path_factory.mktemp("made") / "data"
    with pytest.MonkeyPatch.context() as environment:
        for name in SETTINGS:
            environment.delenv(name, raising=False)
        environment.setenv("DATA_DIR", str(made))
        assert hub("setup").exit_code == OK
        setup.keyring_of(settings.read())
    return made


@pytest.fixture
def house(folder: Path, made: Path) -> Iterator[dict[str, Database]]:
    """Fill the DATA_DIR with a house and open its databases."""
    shutil.copytree(made, folder)
    opened = {
        name: Database(f"sqlite:///{folder}/{name}.db", import_module(f"services.{name}.tables").metadata)
        for name in NAMES
    }
    yield opened
    for database in opened.values():
        database.dispose()

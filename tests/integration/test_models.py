"""The versions of the model in the database: found at once, frozen by hash, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, text, update

from services.onboarding import model as room
from services.onboarding import tables
from services.onboarding.domain import ModelVersion
from services.onboarding.model import ModelError, UnknownModel
from services.onboarding.repository import Models
from shared.database import Database
from tests.integration.conftest import OpenDatabase

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def document(version: str, **but: Any) -> str:
    """A document of its own that is valid, and not compiled before."""
    released = room.parse(room.shipped()["1.0"].text, "1.0")
    return json.dumps(released | {"version": version, "status": "draft"} | but, ensure_ascii=False)


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", tables.metadata)


def keep(database: Database, name: str, written: str) -> None:
    with database.transaction() as session:
        Models(session).add(ModelVersion.write_new(name, written, "admin:Vera", NOW))


def test_the_release_brings_a_published_version_that_needs_no_row(database: Database) -> None:
    with database.reading() as session:
        models = Models(session)
        assert models.current().version == models.newest().name == "1.0"
        assert models.version("1.0").released


def test_a_draft_is_known_but_does_not_count(database: Database) -> None:
    keep(database, "7.1", document("7.1"))

    with database.reading() as session:
        models = Models(session)
        assert models.get("7.1").version == "7.1"
        assert models.newest().name == "1.0"
        assert [one.name for one in models.all()][-1] == "7.1"


def test_what_nobody_knows_is_told_without_the_drafts(database: Database) -> None:
    keep(database, "7.2", document("7.2"))

    with database.reading() as session, pytest.raises(UnknownModel) as caught:
        Models(session).get("9.9")

    assert "7.2" not in caught.value.text.en


def test_a_byte_that_changed_in_the_database_is_refused(database: Database) -> None:
    keep(database, "7.3", document("7.3"))
    rows = tables.model_versions
    with database.transaction() as session:
        session.execute(update(rows).values(document=rows.c.document + " "))

    with database.reading() as session, pytest.raises(ModelError, match=r"7\.3: frozen as"):
        Models(session).get("7.3")


def test_a_request_asks_once_and_reads_no_document_that_it_knows(database: Database) -> None:
    keep(database, "7.4", document("7.4"))
    with database.reading() as session:
        Models(session).get("7.4")
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    with database.reading() as session:
        Models(session).get("7.4")
        Models(session).current()

    questions = [one for one in asked if one.startswith("SELECT")]
    assert len(questions) == 1
    assert "document" not in questions[0]


def test_a_shipped_version_gets_its_row_when_it_moves(database: Database) -> None:
    with database.transaction() as session:
        moved = Models(session).to_move("1.0")
        moved.reason = "Weil."

    with database.reading() as session:
        found = Models(session).version("1.0")
        assert (found.reason, found.version, found.released) == ("Weil.", 2, True)
        assert session.scalar(text("SELECT count(*) FROM model_versions")) == 1

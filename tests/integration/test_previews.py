"""A draft is held against everybody: exactly those are listed whose result changes, and nothing is touched."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.onboarding import handlers, tables
from services.onboarding.domain import ModelVersion, Preview, Status
from services.onboarding.domain.versions import digest
from services.onboarding.handlers import previews as room
from services.onboarding.repository import Models, Previews
from shared.auth import Caller
from shared.database import Database
from tests.integration.conftest import OpenDatabase
from tests.support import partners
from tests.support.partners import BROKEN, FINE, PARTLY

VERA = Caller("admin:Vera", "Vera", frozenset({"editor"}))
DRAFT = json.dumps(partners.stricter())
#: What a preview may write; all else has to stay as it is.
OWN = {"previews", "impacts", "model_versions"}


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", tables.metadata)


def checksum(database: Database) -> str:
    digest = hashlib.sha256()
    with database.reading() as session:
        for table in tables.metadata.sorted_tables:
            if table.name not in OWN:
                rows = session.execute(select(table).order_by(*table.primary_key.columns)).all()
                digest.update(repr((table.name, [tuple(row) for row in rows])).encode())
    return digest.hexdigest()


def two_hundred(database: Database) -> tuple[set[UUID], set[UUID]]:
    """Keep 200 partners, every tenth broken, every twentieth partly. Returns the ids of both."""
    kinds = [BROKEN if n % 10 == 0 else PARTLY if n % 20 == 5 else FINE for n in range(200)]
    ids = partners.approve(database, kinds)
    broken = {id_ for id_, kind in zip(ids, kinds, strict=True) if kind == BROKEN}
    return broken, {id_ for id_, kind in zip(ids, kinds, strict=True) if kind == PARTLY}


def turn(database: Database, id_: UUID, **values: Any) -> None:
    with database.transaction() as session:
        session.execute(update(tables.applications).where(tables.applications.c.id == id_).values(values))


def found(database: Database, draft: str = DRAFT) -> dict[UUID, dict[str, Any]]:
    impacts = [one for _, several in handlers.preview_everything(database, draft, 2) for one in several]
    return {one["application_id"]: one for one in impacts}


def test_exactly_those_are_listed_whose_result_changes_by_which_rule_and_nothing_is_touched(
    database: Database,
) -> None:
    broken, partly = two_hundred(database)
    before = checksum(database)

    impacts = found(database)

    assert set(impacts) == broken | partly
    for id_, impact in impacts.items():
        rules = [(one["rule"], one["from"], one["to"]) for one in impact["changes"]]
        wanted = ["BM-90", "BM-91"] if id_ in broken else ["BM-91"]
        assert rules == [(rule, None, "violation") for rule in wanted]
        assert (impact["before"], impact["after"], impact["pinned"]) == ("sound", "unsound", "1.0")
    assert checksum(database) == before


def test_open_approved_and_running_are_looked_at_and_nobody_else(database: Database) -> None:
    ids = partners.approve(database, [BROKEN] * 5)
    turn(database, ids[1], use_case="parkraum-lotse")
    turn(database, ids[2], status=Status.IN_REVIEW)
    turn(database, ids[3], status=Status.DRAFT)
    turn(database, ids[4], status=Status.DECLINED)

    impacts = found(database)

    assert {id_: one["group"] for id_, one in impacts.items()} == {
        ids[0]: "approved", ids[1]: "running", ids[2]: "open"
    }  # fmt: skip


def test_a_draft_that_changes_texts_only_changes_nobody(database: Database) -> None:
    partners.approve(database, [BROKEN, FINE])
    document = json.loads(DRAFT)
    document["rules"] = [rule for rule in document["rules"] if rule["id"] not in {"BM-90", "BM-91"}]
    document["rules"][0]["text"] = {"de": "Anders gesagt.", "en": "Said differently."}

    assert found(database, json.dumps(document)) == {}


def start(database: Database) -> None:
    with database.transaction() as session:
        handlers.start_preview(session, partners.STRICTER, VERA)


def kept(database: Database) -> Preview | None:
    with database.reading() as session:
        return Previews(session).of(Models(session).version(partners.STRICTER))


def a_draft(database: Database) -> None:
    with database.transaction() as session:
        version = ModelVersion.write_new(partners.STRICTER, DRAFT, VERA.subject, database.now(session))
        Models(session).add(version)


def test_the_clock_finds_the_same_in_short_steps_and_goes_on_after_a_crash(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, partly = two_hundred(database)
    a_draft(database)
    start(database)
    before = checksum(database)
    monkeypatch.setattr(room, "ROUND_S", -1.0)  # one step a round
    monkeypatch.setattr(room, "BUNCH", 70)

    handlers.run_previews(database)
    halfway = kept(database)
    assert halfway is not None
    assert (halfway.checked, halfway.total, halfway.finished_at) == (70, 200, None)
    start(database)  # asking again does not begin anew
    for _ in range(3):
        handlers.run_previews(database)

    done = kept(database)
    assert done is not None
    assert done.finished_at
    assert (done.checked, done.changed) == (200, len(broken) + len(partly))
    assert done.totals["groups"] == {"approved": done.changed}
    assert done.totals["rules"]["BM-90"] == {"worse": len(broken), "better": 0}
    with database.reading() as session:
        listed = [one.application_id for one in session.scalars(Previews(session).impacts(done))]
    assert sorted(listed) == sorted(broken | partly)
    assert checksum(database) == before


def test_a_result_counts_until_the_draft_changes(database: Database) -> None:
    partners.approve(database, [BROKEN])
    a_draft(database)
    start(database)
    handlers.run_previews(database)
    assert kept(database)

    with database.transaction() as session:
        version = Models(session).version(partners.STRICTER)
        version.document = DRAFT.replace("Promise more.", "Promise much more.")
        version.sha256 = digest(version.document)

    assert kept(database) is None

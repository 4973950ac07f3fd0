"""A version is written, signed by two, followed by open drafts and taken back, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from services.onboarding import handlers, tables
from services.onboarding.commands import (
    AdoptModel,
    ConfirmPublication,
    Contact,
    ProposePublication,
    RetireVersion,
    StartApplication,
    SubmitApplication,
    WithdrawPublication,
    WriteDraft,
)
from services.onboarding.domain import Application, ModelVersion, Status, VersionStatus
from services.onboarding.repository import Applications, Models
from shared.auth import Caller, applicant
from shared.database import Database
from shared.kernel import Conflict, Forbidden, Invalid
from tests.integration.conftest import OpenDatabase
from tests.support.models import RELEASED, document, reworded, written

VERA, JONAS = (Caller(f"admin:{name}", name, frozenset({"editor"})) for name in ("Vera", "Jonas"))
SOUND: dict[str, Any] = next(one["answers"] for one in RELEASED["examples"] if one["verdict"] == "sound")
Act = Callable[[Session, ModelVersion], None]


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", tables.metadata)


def write(database: Database, name: str, text: str) -> None:
    with database.transaction() as session:
        models = Models(session)
        known = models.to_move(name) if models.has(name) else None
        handlers.write_draft(session, WriteDraft(version=name, document=text), VERA, known)


def act(database: Database, name: str, do: Act) -> None:
    with database.transaction() as session:
        do(session, Models(session).to_move(name))


def propose(session: Session, version: ModelVersion, *, by: Caller = VERA, until: date | None = None) -> None:
    handlers.propose_publication(session, version, ProposePublication(reason="Weil.", adopt_until=until), by)


def confirm(session: Session, version: ModelVersion, *, by: Caller = JONAS) -> None:
    handlers.confirm_publication(session, version, ConfirmPublication(agree=True), by)


def withdraw(session: Session, version: ModelVersion) -> None:
    handlers.withdraw_publication(session, version, WithdrawPublication(reason="Versehen."), VERA)


def publish(database: Database, made: dict[str, Any], until: date | None = None) -> None:
    name = made["version"]
    write(database, name, json.dumps(made, ensure_ascii=False))
    act(database, name, lambda session, version: propose(session, version, until=until))
    act(database, name, confirm)


def start(database: Database, answers: dict[str, Any] | None = None, *, submit: bool = False) -> UUID:
    with database.transaction() as session:
        contact = Contact(email="mina@parkpilot.example", name="Mina")
        command = StartApplication(contact=contact, answers=answers or SOUND, submit=submit)
        return handlers.start_application(session, command, None, f"applicant:{uuid4()}").id


def read(database: Database, id_: UUID) -> Application:
    with database.reading() as session:
        return Applications(session).get(id_)


def told(database: Database, kind: str) -> list[dict[str, Any]]:
    outbox = database.metadata.tables["outbox"]
    with database.reading() as session:
        rows = session.scalars(select(outbox.c.envelope).where(outbox.c.type == kind).order_by(outbox.c.position))
        return [json.loads(one)["data"] for one in rows]


# Two signatures


def test_two_people_publish_and_everybody_is_checked_with_it_at_once(database: Database) -> None:
    publish(database, reworded("8.0"))

    with database.reading() as session:
        assert Models(session).newest().name == "8.0"
    assert read(database, start(database)).model == "8.0"
    assert [one["model"] for one in told(database, "onboarding.model.published.v1")] == ["8.0"]


def test_one_person_alone_does_not_publish(database: Database) -> None:
    write(database, "8.1", written("8.1"))
    act(database, "8.1", propose)

    with pytest.raises(Forbidden):
        act(database, "8.1", lambda session, version: confirm(session, version, by=VERA))

    with database.reading() as session:
        assert Models(session).newest().name == "1.0"


@pytest.mark.parametrize(
    "wrong",
    [
        {"published_by": "admin:Vera"},
        {"published_by": None},
        {"proposed_by": None},
        {"signed_sha256": "0" * 64},
        {"signed_sha256": None},
    ],
    ids=str,
)
def test_the_database_itself_wants_two_different_signatures_under_this_very_text(
    database: Database, wrong: dict[str, Any]
) -> None:
    version = ModelVersion.write_new("8.2", "{}", "admin:Vera", datetime.now(UTC))
    row = {column.name: getattr(version, column.name) for column in tables.model_versions.columns}
    signed = {
        "status": VersionStatus.PUBLISHED, "proposed_by": "admin:Vera", "published_by": "admin:Jonas",
        "signed_sha256": version.sha256,
    }  # fmt: skip

    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(insert(tables.model_versions).values(row | signed | wrong))
    with database.transaction() as session:
        session.execute(insert(tables.model_versions).values(row | signed))


@pytest.mark.parametrize("moved_before", [True, False])
def test_of_two_who_confirm_different_versions_at_the_same_moment_one_is_refused(
    database: Database, *, moved_before: bool
) -> None:
    if moved_before:  # the version that counts has a row already
        act(database, "1.0", lambda _, version: version.touch(datetime.now(UTC)))
    for name in ("8.3", "8.4"):
        write(database, name, written(name))
        act(database, name, propose)
    both = Barrier(2)

    def sign(session: Session, version: ModelVersion) -> None:
        with suppress(BrokenBarrierError):  # SQLite lets in one after the other anyway
            both.wait(1)
        confirm(session, version)

    def try_(name: str) -> str:
        try:
            act(database, name, sign)
        except (Conflict, StaleDataError) as error:
            return type(error).__name__
        return "published"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(try_, ("8.3", "8.4")))

    assert found[1] == "published"
    assert found[0] in {"Conflict", "StaleDataError"}
    with database.reading() as session:
        published = [one.name for one in Models(session).all() if one.status is VersionStatus.PUBLISHED]
    assert len(published) == 2


def test_of_two_who_write_the_same_draft_at_the_same_moment_one_is_refused(database: Database) -> None:
    write(database, "8.5", written("8.5"))

    with pytest.raises(StaleDataError), database.transaction() as session:
        mine = Models(session).to_move("8.5")
        session.execute(update(tables.model_versions).values(version=tables.model_versions.c.version + 1))
        handlers.write_draft(session, WriteDraft(version="8.5", document=written("8.5")), VERA, mine)


@pytest.mark.parametrize(
    ("name", "made", "pointer"),
    [
        ("0.9", document("0.9"), "/version"),
        ("8.6", document("8.6", follows="0.5"), "/changes/from"),
    ],
)
def test_a_version_says_which_one_it_follows_and_is_higher(
    database: Database, name: str, made: dict[str, Any], pointer: str
) -> None:
    with database.transaction() as session:
        Models(session).add(ModelVersion.write_new(name, json.dumps(made), VERA.subject, datetime.now(UTC)))

    with pytest.raises(Invalid) as caught:
        act(database, name, propose)

    assert pointer in {one.pointer for one in caught.value.problems}


# Open applications


def test_open_drafts_keep_their_version_and_are_told_once(database: Database) -> None:
    draft, submitted = start(database), start(database, submit=True)
    publish(database, reworded("8.7"), until=datetime.now(UTC).date() + timedelta(days=20))

    for _ in range(3):
        handlers.follow_models(database)

    assert [read(database, one).model for one in (draft, submitted)] == ["1.0", "1.0"]
    [offered] = told(database, "onboarding.application.model_offered.v1")
    assert offered["application_id"] == str(draft)
    assert (offered["before"], offered["model"], offered["questions"]) == ("1.0", "8.7", 1)


def test_a_crash_in_the_middle_tells_nobody_twice_and_forgets_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = {str(start(database)) for _ in range(60)}
    publish(database, reworded("8.8"))
    keep_events, kept = database._keep_events, iter(range(100))

    def dies(session: Session) -> bool:
        if next(kept) == 1:
            raise OSError("power cut")  # just before the commit of the second bunch
        return keep_events(session)

    with monkeypatch.context() as cut:
        cut.setattr(database, "_keep_events", dies)
        with pytest.raises(OSError, match="power cut"):
            _let_the_clock_run(database)
    assert len(told(database, "onboarding.application.model_offered.v1")) == 25
    _let_the_clock_run(database)

    found = [one["application_id"] for one in told(database, "onboarding.application.model_offered.v1")]
    assert len(found) == 60
    assert set(found) == drafts


def test_after_the_day_a_draft_is_not_handed_in_but_moves_by_itself(database: Database) -> None:
    draft = start(database)
    publish(database, reworded("8.9"), until=datetime.now(UTC).date())
    owner = applicant(read(database, draft).owner)

    with time_machine.travel(datetime.now(UTC) + timedelta(days=2), tick=False):
        with pytest.raises(Conflict) as caught, database.transaction() as session:
            handlers.submit_application(session, Applications(session).get(draft), SubmitApplication(), owner)
        _move_now(database)

    assert caught.value.code == "model_over"
    moved = read(database, draft)
    assert (moved.model, moved.status, moved.answers) == ("8.9", Status.DRAFT, SOUND)
    assert moved.adopted is not None
    assert (moved.adopted["from"], moved.adopted["why"]) == ("1.0", "expired")
    assert [one["why"] for one in told(database, "onboarding.application.model_changed.v1")] == ["expired"]


def _let_the_clock_run(database: Database) -> None:
    for _ in range(4):  # a round ends after a second, done or not
        handlers.follow_models(database)


def _move_now(database: Database) -> None:
    """Let the clock run once with the time as it is for this process, also on PostgreSQL."""
    now, database.now = database.now, lambda _: datetime.now(UTC)  # type: ignore[method-assign]
    try:
        handlers.follow_models(database)
    finally:
        database.now = now  # type: ignore[method-assign]


# A mistake


def test_a_withdrawn_version_hands_its_applications_back_checked_anew(database: Database) -> None:
    publish(database, reworded("9.0"))
    draft, submitted, proposed = start(database), start(database, submit=True), start(database, submit=True)
    act(database, "9.0", withdraw)

    handlers.follow_models(database)
    handlers.follow_models(database)

    for id_, status in ((draft, Status.DRAFT), (submitted, Status.SUBMITTED), (proposed, Status.SUBMITTED)):
        found = read(database, id_)
        assert (found.model, found.status, found.answers) == ("1.0", status, SOUND)
        assert {one["model"] for one in found.checked} <= {"1.0"}
    assert len(told(database, "onboarding.application.model_changed.v1")) == 3
    with database.reading() as session:
        assert Models(session).newest().name == "1.0"
        assert Models(session).get("9.0").version == "9.0"


@pytest.mark.parametrize("example", RELEASED["examples"], ids=lambda one: one["key"])
def test_answers_go_over_to_the_next_version_and_come_back_whole(database: Database, example: dict[str, Any]) -> None:
    answers = example["answers"]
    draft = start(database, answers)
    act(database, "1.1", propose)
    act(database, "1.1", confirm)

    with database.transaction() as session:
        application = Applications(session).get(draft)
        handlers.adopt_model(session, application, AdoptModel(model="1.1"), applicant(application.owner))
    there = read(database, draft)
    assert there.model == "1.1"
    assert {one["model"] for one in there.checked} <= {"1.1"}
    with database.reading() as session:
        assert Models(session).get("1.1").problems(there.answers) == ()
    act(database, "1.1", withdraw)
    _let_the_clock_run(database)

    back = read(database, draft)
    assert (back.model, back.answers) == ("1.0", answers)


def test_a_retired_version_comes_back_when_the_one_after_it_is_withdrawn(database: Database) -> None:
    publish(database, document("9.1"))
    act(
        database,
        "1.0",
        lambda session, version: handlers.retire_version(session, version, RetireVersion(reason="Alt."), VERA),
    )
    act(database, "9.1", withdraw)

    with database.reading() as session:
        assert Models(session).newest().name == "1.0"


def test_nothing_begins_with_a_version_that_does_not_count(database: Database) -> None:
    publish(database, document("9.2"))
    act(database, "9.2", withdraw)

    with pytest.raises(Invalid) as caught, database.transaction() as session:
        contact = Contact(email="mina@parkpilot.example", name="Mina")
        handlers.start_application(session, StartApplication(contact=contact, model="9.2"), None, "applicant:1")

    assert caught.value.code == "model_over"


def test_nothing_begins_with_an_older_version_after_its_last_day(database: Database) -> None:
    publish(database, reworded("8.8"), until=datetime.now(UTC).date())
    contact = Contact(email="mina@parkpilot.example", name="Mina")
    command = StartApplication(contact=contact, answers=SOUND, model="1.0", submit=True)

    later = time_machine.travel(datetime.now(UTC) + timedelta(days=2), tick=False)
    with later, pytest.raises(Invalid) as caught, database.transaction() as session:
        handlers.start_application(session, command, None, "applicant:1")

    assert caught.value.code == "model_over"

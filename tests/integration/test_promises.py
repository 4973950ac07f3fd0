"""Dates are kept by the clock, once each, and a forecast is read from few rows: on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from services.onboarding import handlers, tables
from services.onboarding.domain import Application, Status
from services.onboarding.repository import Applications, Filters, Promises
from shared.database import Database
from tests.integration.conftest import OpenDatabase
from tests.support.applications import ANSWERS, an_application

S = Status
TODAY = date(2026, 11, 24)


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", tables.metadata)


def keep(database: Database, status: Status, number: int = 0) -> UUID:
    with database.transaction() as session:
        at = database.now(session)
        application = an_application(S.DRAFT, at=at, number=f"BI-{number:06}")
        if status is not S.DRAFT:
            application.submit(at)
        Applications(session).add(application)
        return application.id


def pass_days(database: Database, days: int) -> None:
    """Let every date lie further back: for the clock of a database nobody can move."""
    back, table = timedelta(days=days), tables.applications
    names = ("due_on", "expires_on", "next_at", "reminded_on")
    with database.transaction() as session:
        for row in session.execute(select(table.c.id, *(table.c[name] for name in names))).all():
            moved = {name: getattr(row, name) and getattr(row, name) - back for name in names}
            session.execute(update(table).where(table.c.id == row.id).values(moved))


def told(database: Database) -> list[str]:
    with database.reading() as session:
        types = session.execute(text("SELECT type FROM outbox ORDER BY position")).scalars()
        return [one.split(".")[2] for one in types if "contact" not in one and "submitted" not in one]


def stored(database: Database, id_: UUID) -> Application:
    with database.reading() as session:
        found = Applications(session).get(id_)
        assert found.assessments == []
        return found


def test_a_round_of_the_clock_that_is_run_twice_does_nothing_twice(database: Database) -> None:
    draft = keep(database, S.DRAFT)
    handlers.keep_promises(database)
    assert told(database) == []

    pass_days(database, 24)
    for _ in range(3):
        handlers.keep_promises(database)
    assert told(database) == ["draft_expiring"]

    pass_days(database, 40)
    for _ in range(3):
        handlers.keep_promises(database)
    assert told(database) == ["draft_expiring", "expired"]
    found = stored(database, draft)
    assert (found.status, found.answers, found.next_at) == (S.EXPIRED, {}, None)


def test_what_a_crash_undoes_is_done_by_the_next_round(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(database, S.DRAFT)
    pass_days(database, 24)
    with monkeypatch.context() as broken:
        broken.setattr(Database, "_keep_events", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            handlers.keep_promises(database)
    assert told(database) == []

    handlers.keep_promises(database)
    assert told(database) == ["draft_expiring"]


def test_the_queue_begins_with_what_is_most_urgent_and_counts_what_is_overdue(database: Database) -> None:
    late, draft, soon = keep(database, S.SUBMITTED, 1), keep(database, S.DRAFT, 2), keep(database, S.SUBMITTED, 3)
    with database.transaction() as session:
        columns = tables.applications.c
        session.execute(update(tables.applications).where(columns.id == late).values(due_on=date(2026, 11, 1)))

    with database.reading() as session:
        queue = Applications(session)
        found = session.scalars(queue.soonest_first(Filters())).all()
        overdue = session.scalars(queue.soonest_first(Filters(overdue=TODAY))).all()
        assert [one.id for one in found] == [late, soon]
        assert [one.id for one in overdue] == [late]
        assert Promises(session).overdue(TODAY) == 1
    assert draft not in {one.id for one in found}


@pytest.mark.parametrize(("cases", "median"), [(19, None), (20, 4)])
def test_a_forecast_needs_twenty_cases_of_a_kind_or_of_all(database: Database, cases: int, median: int | None) -> None:
    first = keep(database, S.SUBMITTED)
    with database.transaction() as session:
        row = session.execute(select(tables.applications)).mappings().one()
        decided = {"status": "approved", "due_on": None, "promise": None, "next_at": None, "decided_days": 4}
        for number in range(1, cases + 1):
            more = {"id": UUID(int=number), "number": f"BI-{number:06}", "decided_on": TODAY - timedelta(days=number)}
            kind = {"kind": "company" if number == 1 else "science"}
            session.execute(tables.applications.insert().values({**row, **decided, **more, **kind}))

    with database.reading() as session:
        found, figures = Promises(session), handlers.figures(session, "science")
        assert figures["median_days"] == median
        assert figures["kind"] is None  # 19 of its own at most: those of all kinds are counted
        assert (found.forecast("company") is None) == (median is None)
        assert found.counts(TODAY - timedelta(days=6))["decided"] == 6
        plan = "EXPLAIN QUERY PLAN SELECT decided_days FROM applications WHERE decided_days IS NOT NULL AND kind = 'x'"
        if database.sqlite:
            said = str(session.execute(text(f"{plan} ORDER BY decided_on DESC LIMIT 200")).all())
            assert "ix_applications_decided" in said
    assert stored(database, first).answers == ANSWERS


def test_a_kept_application_remembers_what_is_paused(database: Database) -> None:
    at = datetime.now(UTC)
    with database.transaction() as session:
        application = an_application(S.CLARIFICATION, at=at)
        Applications(session).add(application)
    found = stored(database, application.id)

    assert found.paused is not None
    assert (found.paused["promise"], found.paused["left"]) == ("review", 10)
    assert found.next() == application.next()

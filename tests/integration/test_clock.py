"""Intervals follow the monotonic clock, and what is due the database's: a process with a wrong clock does no harm."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from services.catalog import tables
from services.catalog.handlers import REACTIONS
from shared import clock, migrate, retention
from shared.clock import Clock
from shared.database import Database
from shared.inbox import Inbox
from shared.outbox import Outbox
from shared.retention import HEARD_DAYS, Heard
from tests.support import servers
from tests.support.builders import approved, delivery

YEARS = timedelta(days=1000)


def test_a_jump_of_the_wall_clock_neither_hurries_the_clock_nor_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "TICK_S", 0.02)
    real, jump, ticks = time.time, 0.0, []
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    ticking = Clock({lambda: ticks.append(jump): 0.1})
    thread = threading.Thread(target=ticking.run)
    thread.start()
    for jump in (0.0, 3600.0, -3600.0):  # noqa: B007
        time.sleep(1)
    ticking.stop()
    thread.join(5)

    for one in (0.0, 3600.0, -3600.0):
        assert 3 <= ticks.count(one) <= 11, ticks


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """PostgreSQL: SQLite has no clock of its own."""
    with servers.own_databases(postgres_url) as url:
        mine = url.replace("{service}", "catalog")
        migrate.upgrade(mine, "catalog")
        opened = Database(mine, tables.metadata)
        yield opened
        opened.dispose()


def test_the_database_says_what_is_due_and_what_is_old(database: Database) -> None:
    inbox, outbox = Inbox("catalog", database, REACTIONS), Outbox("catalog", database)
    inbox.take([delivery(approved())])
    with database.transaction() as session:
        later = database.now(session) + timedelta(minutes=1)
        session.execute(update(inbox.table).values(status="retry", due_at=later))
    [event] = outbox.waiting(10)

    with time_machine.travel(datetime.now(UTC) + YEARS):
        assert inbox.run_due() == 0
        outbox.hold_back([event.position], "the broker nacked it")
        outbox.mark([event.position])
        assert outbox.forget_old() == 0

    with database.reading() as session:
        published = session.scalar(select(outbox.table.c.published_at))
        assert session.scalar(select(func.count()).select_from(outbox.table)) == 1
        assert abs(published - database.now(session)) < timedelta(minutes=1)


def test_what_is_old_goes_in_bunches_and_what_waits_stays(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.outbox.BUNCH", 3)
    inbox, outbox = Inbox("catalog", database, REACTIONS), Outbox("catalog", database)
    inbox.take([delivery(approved(title=f"Fall {n}")) for n in range(10)])
    told = [event.position for event in outbox.waiting(100)]
    outbox.mark([position for position in told if position != told[1]])
    with database.transaction() as session:
        long_ago = database.now(session) - timedelta(days=36)
        session.execute(update(outbox.table).where(outbox.table.c.position <= told[7]).values(created_at=long_ago))
        old = outbox.table.c.published_at.is_not(None) & (outbox.table.c.position <= told[7])
        session.execute(update(outbox.table).where(old).values(published_at=long_ago))

    assert outbox.forget_old() == 7
    assert [event.position for event in outbox.waiting(100)] == [told[1]]
    assert outbox.republish() == 2
    assert [event.position for event in outbox.waiting(100)] == [told[1], *told[8:]]


def test_what_was_heard_long_ago_is_forgotten_bunch_by_bunch_unless_somebody_still_has_to_act(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BUNCH", 3)
    monkeypatch.setattr(retention, "BUNCHES", 2)
    inbox = Inbox("catalog", database, REACTIONS)
    copies = [delivery(approved(title=f"Fall {n}")) for n in range(10)]
    inbox.take([*copies, delivery(approved(), data={})])
    with database.transaction() as session:
        session.execute(update(inbox.table).values(received_at=database.now(session) - timedelta(days=HEARD_DAYS + 1)))
    heard = Heard(inbox)

    assert sum(heard.forget_old() for _ in range(2)) == 10
    inbox.take(copies)

    with database.reading() as session:
        left = session.execute(select(inbox.table.c.status, func.count()).group_by(inbox.table.c.status)).all()
        listed = session.scalar(select(func.count()).where(~tables.use_cases.c.pinned))
    assert (dict(left), listed) == ({"parked": 1, "skipped": 10}, 10), "the cursors still know"

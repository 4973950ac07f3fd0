"""The dead letter desk on everything the house runs on: nothing is done twice, and nobody signs twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from services.catalog import tables
from services.catalog.handlers import AGAIN, REACTIONS
from shared import desk, migrate
from shared.auth import new_admin
from shared.broker import Broker
from shared.database import Database
from shared.desk import dead
from shared.inbox import Inbox
from shared.kernel import Conflict
from shared.topology import dead_letters
from shared.web.desk import Desk
from tests.integration.conftest import OpenDatabase
from tests.support.builders import NOON, approved, delivery, envelope, withdrawn

VERA, JONAS = desk.Hand("admin:Vera", "weil"), desk.Hand("admin:Jonas", "gesehen")


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("catalog", tables.metadata)


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox("catalog", database, REACTIONS)


def statuses(inbox: Inbox) -> list[str]:
    with inbox.database.reading() as session:
        return sorted(session.scalars(select(inbox.table.c.status)))


def broken(inbox: Inbox) -> desk.Wanted:
    """Park an approval without a title, and let a withdrawal wait behind it."""
    event = approved()
    inbox.take([delivery(event, 1, data={}), delivery(withdrawn(event.application_id), 2)])
    return desk.Wanted(aggregate_id=event.application_id)


def test_a_rehearsal_tells_what_would_happen_and_changes_nothing(inbox: Inbox) -> None:
    inbox.take([delivery(approved(), 1, data={})])
    wanted = broken(inbox)
    [first, *_] = desk.open_rows(inbox, wanted=wanted)
    mended = json.dumps(envelope(approved(first.aggregate_id), id=str(first.event_id))).encode()
    with inbox.database.transaction() as session:
        session.execute(update(inbox.table).where(inbox.table.c.event_id == first.event_id).values(body=mended))

    counts = desk.rehearse(inbox, desk.open_rows(inbox, "parked"))

    assert counts == {"effective": 1, "known": 1, "failing": 1}  # the withdrawal behind it is nobody's business here
    assert statuses(inbox) == ["parked", "parked", "waiting"]
    assert desk.log_of(inbox.database) == []
    with inbox.database.reading() as session:
        assert session.scalars(select(inbox.database.metadata.tables["outbox"].c.type)).all() == []


def test_a_page_acts_on_what_is_told_again_and_does_not_skip_it(database: Database) -> None:
    page, event = Desk(), approved()
    page.house = SimpleNamespace(inbox=Inbox("catalog", database, REACTIONS, AGAIN))
    assert dead.park(page.house.inbox, delivery(event, 7, toldagainto="catalog").body, VERA) == "parked"
    [row] = desk.open_rows(page.house.inbox)

    assert desk.replay(page._inbox(), row.event_id, VERA) == "processed"


def test_nothing_is_given_up_before_its_turn_for_then_nobody_behind_it_would_ever_go_on(inbox: Inbox) -> None:
    event = approved()
    told = [delivery(event), *(delivery(withdrawn(event.application_id), number) for number in (2, 3))]
    for one in told[:2]:
        dead.park(inbox, one.body, VERA)
    inbox.take(told[2:])
    first, second = [row.event_id for row in desk.open_rows(inbox, "parked")]

    with pytest.raises(Conflict, match="Number 1"):
        desk.discard(inbox, second, VERA)
    assert desk.replay(inbox, first, VERA) == "processed"
    assert not desk.discard(inbox, second, VERA)
    assert desk.discard(inbox, second, JONAS)

    assert statuses(inbox) == ["discarded", "processed", "skipped"]


def test_who_tries_what_somebody_edits_meanwhile_leaves_the_correction_alone(inbox: Inbox) -> None:
    [stale, _] = desk.open_rows(inbox, wanted=broken(inbox))
    mended = json.dumps(envelope(approved(stale.aggregate_id), id=str(stale.event_id))).encode()
    with inbox.database.transaction() as session:
        session.execute(update(inbox.table).where(inbox.table.c.event_id == stale.event_id).values(body=mended))

    assert inbox.run_row(stale) is None

    assert desk.find(inbox, stale.event_id).body == mended
    assert desk.replay(inbox, stale.event_id, VERA) == "processed"


def test_the_database_refuses_the_same_hand_twice(inbox: Inbox) -> None:
    [row, _] = desk.open_rows(inbox, wanted=broken(inbox))
    discards = inbox.database.metadata.tables["discards"]
    same = {"proposed_by": "admin:Vera", "proposed_at": NOON, "confirmed_by": "admin:Vera", "confirmed_at": NOON}

    with pytest.raises(IntegrityError), inbox.database.transaction() as session:
        session.execute(insert(discards).values(event_id=row.event_id, sha256="0", reason="x", **same))


def test_a_deed_that_fails_leaves_no_line_in_the_log(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    [row, _] = desk.open_rows(inbox, wanted=broken(inbox))
    desk.discard(inbox, row.event_id, VERA)

    monkeypatch.setattr(inbox, "skip", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.discard(inbox, row.event_id, JONAS)

    assert statuses(inbox) == ["parked", "waiting"]
    assert [line["action"] for line in desk.log_of(inbox.database)] == ["discard proposed"]


def test_dead_letters_are_parked_once_even_if_the_process_dies_before_the_ack(inbox: Inbox, rabbit: Broker) -> None:
    fresh, strange = delivery(approved()).body, b"\xff no envelope"
    known = delivery(approved())
    inbox.take([known])
    bury(rabbit, fresh, strange, known.body)
    assert dead.count(rabbit, "catalog") == 3

    died = desk.drain(rabbit, inbox, VERA)
    assert next(died) == "parked"
    assert dead.park(inbox, strange, VERA) == "parked"  # committed, and then the power went
    died.close()

    assert sorted(desk.drain(rabbit, inbox, VERA)) == ["known", "known"]
    assert dead.count(rabbit, "catalog") == 0
    assert statuses(inbox) == ["parked", "parked", "processed"]
    assert desk.replay(inbox, desk.open_rows(inbox, "parked")[0].event_id, VERA) == "processed"


def test_a_drain_that_is_killed_before_the_ack_parks_nothing_twice(tmp_path: Path, rabbit: Broker) -> None:
    token, line = new_admin("Kim", ["operator"])
    (tmp_path / "tokens").write_text(json.dumps([line]), "utf-8")
    (tmp_path / "secret").write_text("s" * 40, "utf-8")
    url = f"sqlite:///{tmp_path}/{{service}}.db"
    environment = os.environ | {
        "AMQP_URI": rabbit.uri, "DATABASE_URL": url, "HUB_TOKEN": token,
        "HOUSE_SECRET_FILE": str(tmp_path / "secret"), "ADMIN_TOKENS_FILE": str(tmp_path / "tokens"),
    }  # fmt: skip
    migrate.upgrade(url.replace("{service}", "catalog"), "catalog")
    bury(rabbit, delivery(approved()).body, delivery(approved()).body)

    def drain(**more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from services.cli import app; app()"]
        asked = [*command, "dlq", "drain", "--service", "catalog", "--yes"]
        return subprocess.run(asked, env=environment | more, capture_output=True, text=True, check=False, timeout=60)

    assert drain(HUB_FAILPOINTS="desk.drained=kill").returncode == -signal.SIGKILL
    done = drain()

    assert "1 are parked now, 1 were already known" in done.stdout, done.stderr
    assert dead.count(rabbit, "catalog") == 0


def test_a_queue_that_is_not_there_holds_nothing(inbox: Inbox, rabbit: Broker) -> None:
    with rabbit.connection() as connection, connection.channel() as channel:
        channel.queue_delete(dead_letters("catalog").name)

    assert dead.count(rabbit, "catalog") is None
    assert list(desk.drain(rabbit, inbox, VERA)) == []


def test_the_original_of_a_correction_is_forgotten_after_35_days_and_its_hash_stays(inbox: Inbox) -> None:
    [row, _] = desk.open_rows(inbox, wanted=broken(inbox))
    corrected = json.dumps(envelope(approved(row.aggregate_id))["data"]).encode()
    desk.edit(inbox, row.event_id, corrected, VERA)
    table = inbox.database.metadata.tables["desk_log"]

    def kept() -> bytes | None:
        with inbox.database.reading() as session:
            return session.scalar(select(table.c.body).where(table.c.action == "edited"))

    desk.forget_originals(inbox.database)
    assert kept() == row.body
    with inbox.database.transaction() as session:
        session.execute(update(table).values(at=NOON - timedelta(days=36)))
    desk.forget_originals(inbox.database)

    assert kept() is None
    assert desk.log_of(inbox.database)[-1]["before"] == desk.digest(row.body)


def bury(broker: Broker, *bodies: bytes) -> None:
    """Lay messages into the catalog's dead-letter queue."""
    with broker.connection() as connection:
        producer = connection.Producer()
        for body in bodies:
            producer.publish(
                body, exchange="", routing_key="dlq.catalog", content_type="application/json", content_encoding="binary"
            )

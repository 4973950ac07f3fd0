"""Once, in order, and never dropped unseen; the same on every database."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from services.catalog import tables
from services.catalog.handlers import REACTIONS
from shared import desk
from shared.contracts.onboarding import ApplicationApproved, ApplicationWithdrawn
from shared.database import Database
from shared.delivery import Delivery
from shared.inbox import FAILING, WAITS_S, Inbox, NotYet
from shared.kernel import DomainError
from tests.integration.conftest import OpenDatabase
from tests.support.builders import approved, delivery, withdrawn


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("catalog", tables.metadata)


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox("catalog", database, REACTIONS)


def listed(inbox: Inbox) -> int:
    """Count the use cases beside the platform itself."""
    with inbox.database.reading() as session:
        found: int = session.scalar(select(func.count()).where(~tables.use_cases.c.pinned)) or 0
        return found


def statuses(inbox: Inbox) -> list[str]:
    with inbox.database.reading() as session:
        return sorted(session.scalars(select(inbox.table.c.status)))


def told(inbox: Inbox) -> int:
    outbox = inbox.database.metadata.tables["outbox"]
    with inbox.database.reading() as session:
        return session.scalar(select(func.count()).select_from(outbox)) or 0


def make_due(inbox: Inbox) -> None:
    with inbox.database.transaction() as session:
        session.execute(
            update(inbox.table).where(inbox.table.c.due_at.is_not(None)).values(due_at=inbox.table.c.received_at)
        )


def test_who_looks_for_what_is_open_does_not_read_all_there_ever_was(inbox: Inbox) -> None:
    inbox.take([delivery(approved(), 1)])
    asked: list[tuple[str, object]] = []
    event.listen(inbox.database.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))

    inbox.run_due()
    inbox.run_waiting([("onboarding", uuid4())])
    inbox.open_ones()
    desk.open_rows(inbox)
    desk.types(inbox)

    if inbox.database.sqlite:  # PostgreSQL weighs it by the size of the table
        with inbox.database.engine.connect() as connection:
            for query, values in asked[:]:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
                assert not [line for line in plan if line[3].startswith("SCAN inbox")], query
    assert len(asked) >= 6


def test_an_event_takes_effect_and_its_own_event_waits_in_the_outbox(inbox: Inbox) -> None:
    inbox.take([delivery(approved())])

    assert (listed(inbox), told(inbox), statuses(inbox)) == (1, 1, ["processed"])


def test_a_second_copy_of_an_event_changes_nothing(inbox: Inbox) -> None:
    copy = delivery(approved())

    inbox.take([copy, copy])
    inbox.take([copy])

    assert (listed(inbox), told(inbox)) == (1, 1)


def test_an_event_that_is_early_waits_for_its_predecessor(inbox: Inbox) -> None:
    event = approved()
    first, second = withdrawn(event.application_id), event

    inbox.take([delivery(second, 2)])
    assert (listed(inbox), statuses(inbox)) == (0, ["waiting"])

    inbox.take([delivery(first, 1)])
    assert (listed(inbox), statuses(inbox)) == (1, ["processed", "skipped"])


def test_a_gap_holds_up_its_own_aggregate_and_nobody_else(inbox: Inbox) -> None:
    inbox.take([delivery(approved(title="Zu früh"), 3), delivery(approved(title="An der Reihe"), 1)])

    assert listed(inbox) == 1
    assert statuses(inbox) == ["processed", "waiting"]


def test_an_unknown_type_of_the_own_teller_is_skipped_and_lets_the_next_go_on(inbox: Inbox) -> None:
    event = approved()
    unknown = delivery(event, 1, type="onboarding.application.celebrated.v1")

    inbox.take([unknown, delivery(event, 2)])

    assert (listed(inbox), statuses(inbox)) == (1, ["processed", "skipped"])


def test_an_event_of_a_foreign_source_is_parked_and_blocks_nobody(inbox: Inbox) -> None:
    event = approved()
    stranger = delivery(event, 1, source="/somebody")
    stolen = json.loads(stranger.body)["id"]

    inbox.take([stranger])
    inbox.take([delivery(event, 1, id=stolen)])

    assert (listed(inbox), statuses(inbox)) == (1, ["parked", "processed"])


def test_another_event_under_a_known_id_is_parked_and_stays_so_however_often_it_is_replayed(inbox: Inbox) -> None:
    first, other = delivery(approved()), approved(number="BI-8L5R")
    inbox.take([first])

    inbox.take([delivery(other, 1, id=json.loads(first.body)["id"]), delivery(approved(title="Nachbar"))])
    [parked] = desk.open_rows(inbox, "parked")
    assert desk.replay(inbox, parked.event_id) == "parked"

    assert (listed(inbox), statuses(inbox)) == (2, ["parked", "processed", "processed"])


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe\x00", b"", b"[]", b"{}", b"[" * 100_000, b'{"id": 7}', "\ud800".encode("utf-16", "surrogatepass")],
)
def test_bytes_that_are_no_envelope_are_parked_with_their_bytes(inbox: Inbox, body: bytes) -> None:
    inbox.take([Delivery("onboarding", body), delivery(approved())])
    inbox.take([Delivery("onboarding", body)])

    [parked] = desk.open_rows(inbox, "parked")
    assert (parked.body, listed(inbox)) == (body, 1)


@pytest.mark.parametrize(
    "but",
    [
        {"source": "/onb\ud800"},
        {"type": "onboarding.\ud800"},
        {"source": "/a\x00b"},
        {"type": "a\x00b"},
        {"sequence": 2**40},
        {"correlationid": "\x00"},
    ],
)
def test_an_envelope_no_database_can_keep_is_parked_and_holds_up_nobody(inbox: Inbox, but: dict[str, object]) -> None:
    inbox.take([delivery(approved(), **but), delivery(approved())])

    assert (listed(inbox), statuses(inbox)) == (1, ["parked", "processed"])


def test_an_error_with_characters_no_database_keeps_is_kept_all_the_same(database: Database) -> None:
    def fail(event: ApplicationApproved, session: Session) -> None:
        raise RuntimeError("nul \x00 and half a character \ud800")

    inbox = Inbox("catalog", database, {ApplicationApproved: fail})
    inbox.take([delivery(approved())])

    assert statuses(inbox) == ["retry"]


def test_a_broken_contract_is_parked_and_its_successors_wait(inbox: Inbox) -> None:
    event = approved()
    broken = delivery(event, 1, data={"application_id": "not a uuid"})

    inbox.take([broken])
    inbox.take([delivery(event, 2)])

    assert (listed(inbox), statuses(inbox)) == (0, ["parked", "waiting"])


def test_the_error_of_a_broken_contract_does_not_repeat_what_was_in_it(inbox: Inbox) -> None:
    inbox.take([delivery(approved(), 1, data={"application_id": "mina@parkpilot.example"})])

    [parked] = desk.open_rows(inbox, "parked")
    assert "mina" not in parked.error


class Moody:
    """A reaction that fails as often as it is told to."""

    def __init__(self, failures: int) -> None:
        self.failures, self.effects = failures, 0

    def __call__(self, event: ApplicationApproved, session: Session) -> None:
        REACTIONS[ApplicationApproved](event, session)
        session.flush()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not in the mood")
        self.effects += 1


def test_a_failing_reaction_leaves_nothing_behind_and_is_tried_again_when_due(database: Database) -> None:
    inbox = Inbox("catalog", database, {ApplicationApproved: Moody(2)})  # once in the batch, once alone
    event = approved()

    inbox.take([delivery(event, 1), delivery(withdrawn(event.application_id), 2)])
    assert (listed(inbox), told(inbox), statuses(inbox)) == (0, 0, ["retry", "waiting"])
    assert inbox.run_due() == 0, "not due yet"

    make_due(inbox)
    inbox.run_due()
    assert (listed(inbox), told(inbox), statuses(inbox)) == (1, 1, ["processed", "skipped"])


def test_one_failure_in_a_batch_holds_up_no_neighbour(database: Database) -> None:
    inbox = Inbox("catalog", database, {ApplicationApproved: Moody(2)})  # once in the batch, once alone

    inbox.take([delivery(approved(title=f"Fall {n}")) for n in range(5)])

    assert (listed(inbox), statuses(inbox)) == (4, ["processed"] * 4 + ["retry"])


def test_after_ten_attempts_an_event_is_parked_and_can_be_replayed(database: Database) -> None:
    mood = Moody(len(WAITS_S) + 1)
    inbox = Inbox("catalog", database, {ApplicationApproved: mood})
    inbox.take([delivery(approved())])
    for _ in WAITS_S:
        make_due(inbox)
        inbox.run_due()
    [row] = desk.open_rows(inbox)
    assert (row.status, row.attempts) == ("parked", len(WAITS_S) + 1)
    assert "not in the mood" in row.error

    assert desk.replay(inbox, row.event_id) == "processed"
    assert (listed(inbox), mood.effects, desk.open_rows(inbox)) == (1, 1, [])


def test_discarding_a_parked_event_lets_its_successors_go_on(inbox: Inbox) -> None:
    event = approved()
    inbox.take([delivery(event, 1, data={}), delivery(event, 2)])
    [parked] = desk.open_rows(inbox, "parked")

    assert not desk.discard(inbox, parked.event_id, desk.Hand("admin:Vera", "told twice by mistake"))
    assert statuses(inbox) == ["parked", "waiting"]
    assert desk.discard(inbox, parked.event_id, desk.Hand("admin:Jonas"))

    assert (listed(inbox), statuses(inbox)) == (1, ["discarded", "processed"])


def test_the_desk_refuses_what_is_not_on_it(inbox: Inbox) -> None:
    inbox.take([delivery(approved())])
    with inbox.database.reading() as session:
        done: UUID = session.scalars(select(inbox.table.c.event_id)).one()

    for event_id in (done, uuid4()):
        with pytest.raises(DomainError):
            desk.replay(inbox, event_id)


def test_an_older_event_than_the_cursor_is_skipped(inbox: Inbox) -> None:
    event = approved()
    inbox.take([delivery(withdrawn(event.application_id), 1)])

    inbox.take([delivery(event, 1)])

    assert (listed(inbox), statuses(inbox)) == (0, ["skipped", "skipped"])
    assert ApplicationWithdrawn not in REACTIONS


def test_what_another_teller_has_still_to_tell_is_no_failure_that_slows_the_house_down(database: Database) -> None:
    def not_yet(event: ApplicationApproved, session: Session) -> None:
        raise NotYet(f"nobody told of {event.application_id} yet")

    inbox, probes = Inbox("catalog", database, {ApplicationApproved: not_yet}), []
    inbox.before_probe = lambda: probes.append("a pause")

    for _ in range(2 * FAILING):
        inbox.take([delivery(approved())])

    assert (statuses(inbox), probes) == (["retry"] * 2 * FAILING, [])

"""The desk for what the inbox could not do by itself: look, try again, give up for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update

from shared.envelope import BrokenContract
from shared.inbox import OPEN, Delivery, Inbox, open_delivery


def open_rows(inbox: Inbox, status: str | None = None, limit: int = 100) -> list[Row[Any]]:
    """Return what is not done, oldest first; of one `status` if given."""
    table = inbox.table
    wanted = table.c.status.in_((status,) if status else OPEN)
    with inbox.database.reading() as session:
        return list(session.execute(select(table).where(wanted).order_by(table.c.received_at).limit(limit)).all())


def replay(inbox: Inbox, event_id: UUID) -> str:
    """Act on a parked or failed message now. Returns its status afterwards. Raises LookupError."""
    row = _find(inbox, event_id)
    if row.aggregate_id is None:
        return _replay_unreadable(inbox, row)
    if moved := inbox.run_row(row):
        inbox.run_waiting([moved])
    return _status(inbox, event_id)


def discard(inbox: Inbox, event_id: UUID, reason: str) -> None:
    """Give a parked or failed message up for good and let its successors go on. Raises LookupError."""
    row, table = _find(inbox, event_id), inbox.table
    with inbox.database.transaction() as session:
        mine = (table.c.event_id == event_id) & table.c.status.in_(("parked", "retry"))
        gone = {"status": "discarded", "due_at": None, "body": None, "error": f"discarded: {reason}"[:2000]}
        if session.execute(update(table).where(mine).values(gone)).rowcount != 1:  # type: ignore[attr-defined]
            raise LookupError(f"{event_id} has just been acted on.")
        if row.aggregate_id is not None:
            inbox.skip(session, (row.teller, row.aggregate_id), row.sequence)
    if row.aggregate_id is not None:
        inbox.run_waiting([(row.teller, row.aggregate_id)])


def _replay_unreadable(inbox: Inbox, row: Row[Any]) -> str:
    """Perhaps a newer release can read the bytes: then they go on under their own id, and this row goes."""
    delivery = Delivery(row.teller, row.body)
    try:
        letter = open_delivery(delivery)
    except BrokenContract:
        return "parked"
    inbox.take([delivery])
    with inbox.database.transaction() as session:
        if inbox.seen(session, [letter]) != {letter.event_id: letter.identity}:
            return "parked"  # its id is another event's
        session.execute(delete(inbox.table).where(inbox.table.c.event_id == row.event_id))
    return _status(inbox, letter.event_id)


def _status(inbox: Inbox, event_id: UUID) -> str:
    with inbox.database.reading() as session:
        return str(session.scalar(select(inbox.table.c.status).where(inbox.table.c.event_id == event_id)))


def _find(inbox: Inbox, event_id: UUID) -> Row[Any]:
    with inbox.database.reading() as session:
        row = session.execute(select(inbox.table).where(inbox.table.c.event_id == event_id)).first()
    if row is None or row.status not in {"parked", "retry"}:
        raise LookupError(f"There is no parked or failed message {event_id}.")
    return row

"""The desk for what the inbox could not do by itself: look, try again, give up for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update

from shared.inbox import Delivery, Inbox

OPEN = ("parked", "retry", "waiting")


def open_rows(inbox: Inbox, status: str | None = None, limit: int = 100) -> list[Row[Any]]:
    """Return what is not done, oldest first; of one `status` if given."""
    table = inbox.table
    wanted = table.c.status.in_((status,) if status else OPEN)
    with inbox.database.reading() as session:
        return list(session.execute(select(table).where(wanted).order_by(table.c.received_at).limit(limit)).all())


def replay(inbox: Inbox, event_id: UUID) -> str:
    """Act on a parked or failed message now. Returns its status afterwards. Raises LookupError."""
    row = _find(inbox, event_id)
    if row.aggregate_id is None:  # unreadable bytes: perhaps a newer release can read them
        with inbox.database.transaction() as session:
            session.execute(delete(inbox.table).where(inbox.table.c.event_id == event_id))
        inbox.take([Delivery(row.teller, row.body)])
    elif moved := inbox.run_row(row):
        inbox.run_waiting([moved])
    with inbox.database.reading() as session:
        after = session.scalar(select(inbox.table.c.status).where(inbox.table.c.event_id == event_id))
    return str(after or "processed")


def discard(inbox: Inbox, event_id: UUID, reason: str) -> None:
    """Give a parked or failed message up for good and let its successors go on. Raises LookupError."""
    row = _find(inbox, event_id)
    with inbox.database.transaction() as session:
        gone = {"status": "discarded", "due_at": None, "body": None, "error": f"discarded: {reason}"[:2000]}
        session.execute(update(inbox.table).where(inbox.table.c.event_id == event_id).values(gone))
        if row.aggregate_id is not None:
            inbox.skip(session, (row.teller, row.aggregate_id), row.sequence)
    if row.aggregate_id is not None:
        inbox.run_waiting([(row.teller, row.aggregate_id)])


def _find(inbox: Inbox, event_id: UUID) -> Row[Any]:
    with inbox.database.reading() as session:
        row = session.execute(select(inbox.table).where(inbox.table.c.event_id == event_id)).first()
    if row is None or row.status not in {"parked", "retry"}:
        raise LookupError(f"There is no parked or failed message {event_id}.")
    return row

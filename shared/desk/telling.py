"""Hand what a teller told to a listener that may have missed it, from database to database, without the broker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from shared.delivery import Delivery
from shared.desk.acts import Hand, write_down
from shared.inbox import Inbox
from shared.outbox import Outbox

BATCH = 50
PAGE = 500


def missing(outbox: Outbox, inbox: Inbox, since: datetime | None, aggregate_id: UUID | None) -> tuple[list[int], int]:
    """Return the positions of events that `inbox` does not know, and how many it knows already."""
    unknown: list[int] = []
    known = 0
    for page in _pages(outbox, since, aggregate_id):
        ids = [row.event_id for row in page]
        with inbox.database.reading() as session:
            heard = set(session.scalars(select(inbox.table.c.event_id).where(inbox.table.c.event_id.in_(ids))))
        unknown += [row.position for row in page if row.event_id not in heard]
        known += len(heard)
    return unknown, known


def tell(outbox: Outbox, inbox: Inbox, positions: Sequence[int], hand: Hand) -> Iterator[int]:
    """Hand these events to `inbox` in their order, and give how many each time. Written down before it begins."""
    with inbox.database.transaction() as session:
        details = {"teller": outbox.service, "events": len(positions)}
        write_down(session, inbox.database, "replayed", hand, details=details)
    table = outbox.table
    for start in range(0, len(positions), BATCH):
        some = positions[start : start + BATCH]
        query = select(table.c.envelope).where(table.c.position.in_(some)).order_by(table.c.position)
        with outbox.database.reading() as session:
            letters = [Delivery(outbox.service, envelope.encode()) for envelope in session.scalars(query)]
        inbox.take(letters)
        yield len(letters)


def _pages(outbox: Outbox, since: datetime | None, aggregate_id: UUID | None) -> Iterator[Sequence[Any]]:
    table, last = outbox.table, 0
    while True:
        query = select(table.c.position, table.c.event_id).where(table.c.position > last)
        if since is not None:
            query = query.where(table.c.created_at >= since)
        if aggregate_id is not None:
            query = query.where(table.c.aggregate_id == aggregate_id)
        with outbox.database.reading() as session:
            page = session.execute(query.order_by(table.c.position).limit(PAGE)).all()
        if not page:
            return
        last = page[-1].position
        yield page

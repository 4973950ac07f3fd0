"""What was heard long ago is forgotten, a bunch at a time: no limit of a database cuts it off, and nobody waits."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from shared.inbox import OPEN, Inbox

#: A copy that comes later than this finds no row of its first; the cursor of its aggregate still says that it is old.
HEARD_DAYS = 400
BUNCH, BUNCHES = 1000, 20


class Heard:
    """Walks through the inbox again and again, some bunches each time it is called."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.after: UUID | None = None

    def forget_old(self) -> int:
        """Look at the next bunches, delete what is done and old, and return how many that were."""
        gone = 0
        for _ in range(BUNCHES):
            gone += self._forget_bunch()
            if self.after is None:
                break
        return gone

    def _forget_bunch(self) -> int:
        table = self.inbox.table
        key, done = table.c.event_id, table.c.status.not_in(OPEN)
        query = select(key, table.c.received_at).order_by(key).limit(BUNCH)
        if self.after is not None:
            query = query.where(key > self.after)
        with self.inbox.database.reading() as session:
            rows = session.execute(query).all()
            limit = self.inbox.database.now(session) - timedelta(days=HEARD_DAYS)
        self.after = rows[-1].event_id if len(rows) == BUNCH else None
        old = [row.event_id for row in rows if row.received_at < limit]
        if not old:
            return 0
        with self.inbox.database.transaction() as session:
            result = session.execute(delete(table).where(key.in_(old), done))
            return int(result.rowcount)  # type: ignore[attr-defined]

"""What the service has to tell: rows written with the change, published by the relay, kept for re-telling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from shared.database import Database
from shared.failpoints import reach

KEEP_DAYS = 35
BUNCH = 1000
#: How long an event the broker refused is held back: 1 s, then twice as long each time, up to a minute.
HELD_BACK_AT_MOST_S = 60


@dataclass(frozen=True, slots=True)
class Waiting:
    """One event on its way: the row's position, whose it is, its type and the envelope as JSON text."""

    position: int
    event_id: UUID
    aggregate_id: UUID
    type: str
    envelope: str


class Outbox:
    """The outbox of one service."""

    def __init__(self, service: str, database: Database, *, forgetful: bool = False) -> None:
        self.service, self.database = service, database
        self.forgetful = forgetful  # whether the broker forgets all it holds when this process ends
        self.table, self.runs = database.metadata.tables["outbox"], database.metadata.tables["runs"]
        self.run = 0

    def begin_run(self) -> int:
        """Count a start of the relay; on a forgetful broker tell again what the last run told. Returns how much.

        The inboxes drop what they had already acted on.
        """
        again = 0
        with self.database.transaction() as session:
            last = session.scalar(select(func.max(self.runs.c.number))) or 0
            session.execute(insert(self.runs).values(number=last + 1, started_at=datetime.now(UTC)))
            if self.forgetful:
                sent = self.table.c.run >= last
                result = session.execute(update(self.table).where(sent).values(published_at=None, run=None))
                again = int(result.rowcount)  # type: ignore[attr-defined]
        self.run = last + 1  # only now: a start that failed has to tell again, too
        return again

    def settle(self) -> None:
        """Begin a new run: all that was told so far has taken effect, and will never be told again by a start."""
        with self.database.transaction() as session:
            self.run += 1
            session.execute(insert(self.runs), [{"number": self.run, "started_at": datetime.now(UTC)}])

    def waiting(self, limit: int) -> list[Waiting]:
        """Return the oldest events not yet confirmed. By state, never by cursor: a lower position may commit later.

        An event the broker refused is held back, and with it all later ones of its aggregate; nobody else's.
        """
        table, earlier = self.table, self.table.alias()
        refused_before = exists().where(
            earlier.c.published_at.is_(None),
            earlier.c.attempts > 0,
            earlier.c.aggregate_id == table.c.aggregate_id,
            earlier.c.position < table.c.position,
        )
        due = or_(table.c.due_at.is_(None), table.c.due_at <= self.database.clock())
        query = (
            select(table.c.position, table.c.event_id, table.c.aggregate_id, table.c.type, table.c.envelope)
            .where(table.c.published_at.is_(None), due, ~refused_before)
            .order_by(table.c.position)
            .limit(limit)
        )
        with self.database.reading() as session:
            return [Waiting(*row) for row in session.execute(query)]

    def mark(self, positions: Sequence[int]) -> None:
        """Note that the broker has confirmed these."""
        if positions:
            sent = {
                "published_at": self.database.clock(),
                "run": self.run,
                "attempts": 0,
                "due_at": None,
                "error": None,
            }
            with self.database.transaction() as session:
                session.execute(update(self.table).where(self.table.c.position.in_(positions)).values(sent))

    def hold_back(self, positions: Iterable[int], why: str) -> None:
        """Note that the broker refused these, and when to offer them again."""
        table, chosen = self.table, self.table.c.position.in_(list(positions))
        with self.database.transaction() as session:
            now = self.database.now(session)
            rows = session.execute(select(table.c.attempts, table.c.position).where(chosen).order_by(table.c.attempts))
            for attempts, alike in groupby(rows.all(), key=lambda row: row[0]):
                wait = min(2 ** min(attempts, 6), HELD_BACK_AT_MOST_S)
                held = {"attempts": attempts + 1, "due_at": now + timedelta(seconds=wait), "error": why}
                same = table.c.position.in_([row[1] for row in alike])
                session.execute(update(table).where(same, table.c.published_at.is_(None)).values(held))

    def status(self) -> dict[str, Any]:
        """Return `{"waiting": int, "refused": int, "oldest_age_s": float}`; refused ones are held back for a while."""
        table = self.table
        refused = func.count().filter(table.c.attempts > 0)
        query = select(func.count(), refused, func.min(table.c.created_at)).where(table.c.published_at.is_(None))
        with self.database.reading() as session:
            count, held, oldest = session.execute(query).one()
        age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        return {"waiting": count, "refused": held, "oldest_age_s": round(age, 1)}

    def republish(
        self,
        *,
        since: datetime | None = None,
        aggregate_id: UUID | None = None,
        note: Callable[[Session, int], None] = lambda *_: None,
    ) -> int:
        """Make events unpublished again; whoever already acted on them drops the copy. Returns how many.

        `note` is called with the count in the same transaction.
        """
        chosen: ColumnElement[bool] = self.table.c.published_at.is_not(None)
        if since is not None:
            chosen &= self.table.c.created_at >= since
        if aggregate_id is not None:
            chosen &= self.table.c.aggregate_id == aggregate_id
        position, last, count = self.table.c.position, 0, 0
        with self.database.transaction() as session:
            while True:  # a statement for each bunch, so that none takes longer than one may
                query = select(position).where(chosen, position > last).order_by(position).limit(BUNCH)
                bunch = session.scalars(query).all()
                if bunch:
                    last, mine = bunch[-1], position.in_(bunch)
                    result = session.execute(update(self.table).where(mine, chosen).values(published_at=None))
                    count += int(result.rowcount)  # type: ignore[attr-defined]
                if len(bunch) < BUNCH:
                    break
            note(session, count)
        return count

    def forget_old(self) -> int:
        """Delete what was published more than 35 days ago. What waits is never deleted.

        From the oldest on, in bunches; the first in which nothing is old ends it.
        """
        gone, last = 0, 0
        while True:
            seen, deleted, last = self._forget_bunch(last)
            gone += deleted
            if not deleted or seen < BUNCH:
                return gone

    def _forget_bunch(self, last: int) -> tuple[int, int, int]:
        table = self.table
        with self.database.transaction() as session:
            long_ago = table.c.published_at < self.database.now(session) - timedelta(days=KEEP_DAYS)
            old = long_ago & (table.c.run < self.run) if self.forgetful else long_ago
            query = select(table.c.position).where(table.c.position > last).order_by(table.c.position).limit(BUNCH)
            bunch = session.scalars(query).all()
            result = session.execute(delete(table).where(table.c.position.in_(bunch), old))
            reach("retention.deleted")
            return len(bunch), int(result.rowcount), bunch[-1] if bunch else last  # type: ignore[attr-defined]

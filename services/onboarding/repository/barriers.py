"""What is asked of the table of reported barriers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from services.onboarding.domain import Barrier
from services.onboarding.tables import barriers
from shared.database import hold
from shared.kernel import NotFound, Text


class Barriers:
    """The reports of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, barrier: Barrier) -> None:
        self._session.add(barrier)
        hold(self._session, barrier)

    def get(self, barrier_id: UUID) -> Barrier:
        """Return the report, or raise NotFound."""
        found = self._session.get(Barrier, barrier_id)
        if found is None:
            text = Text(de="Diese Meldung gibt es nicht (mehr).", en="There is no such report (any more).")
            raise NotFound(text, code="not_found")
        hold(self._session, found)
        return found

    def newest_first(self) -> Select[Barrier]:
        return select(Barrier).order_by(barriers.c.reported_at.desc(), barriers.c.id.desc())

    def open(self) -> int:
        """Return how many wait for somebody."""
        waiting = select(func.count()).select_from(barriers).where(barriers.c.closed_at.is_(None))
        return self._session.scalar(waiting) or 0

    def forget(self, closed_before: datetime) -> None:
        self._session.execute(delete(barriers).where(barriers.c.closed_at < closed_before))

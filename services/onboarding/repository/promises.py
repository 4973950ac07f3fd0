"""What is asked of the tables about dates: what is due, what is overdue, and how long decisions took."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from services.onboarding.domain import OF_THE_CITY, Application, Forecast, forecast
from services.onboarding.domain.forecast import NEWEST
from services.onboarding.tables import applications
from shared.database import hold


class Promises:
    """The dates of one session. Every question has an index of its own."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def is_due(self, now: datetime) -> bool:
        query = select(applications.c.id).where(applications.c.next_at <= now).limit(1)
        return self._session.scalar(query) is not None

    def due(self, now: datetime, limit: int) -> list[Application]:
        """Return applications whose time has come, locked; none that somebody else is just changing."""
        query = select(Application).where(applications.c.next_at <= now).order_by(applications.c.next_at).limit(limit)
        with_ = selectinload(Application.assessments)  # type: ignore[arg-type]
        found = list(self._session.scalars(query.options(with_).with_for_update(of=applications, skip_locked=True)))
        for one in found:
            hold(self._session, one)
        return found

    def overdue(self, today: date) -> int:
        """Return how many promises of the city are past their day."""
        columns = applications.c
        late = select(func.count()).where(
            columns.due_on < today, columns.promise.in_([str(one) for one in OF_THE_CITY])
        )
        return self._session.scalar(late) or 0

    def counts(self, since: date) -> dict[str, int]:
        """Return how many applications came in and were decided since."""
        columns = {"received": applications.c.submitted_on, "decided": applications.c.decided_on}
        return {
            name: self._session.scalar(select(func.count()).where(column >= since)) or 0
            for name, column in columns.items()
        }

    def forecast(self, kind: str | None) -> Forecast | None:
        """Return how long the newest decisions took: of this kind, or if those are too few of all kinds."""
        return (kind and forecast(self._took(kind), kind)) or forecast(self._took(None))

    def _took(self, kind: str | None) -> list[int]:
        columns = applications.c
        query = select(columns.decided_days).where(columns.decided_days.is_not(None))
        if kind:
            query = query.where(columns.kind == kind)
        return list(self._session.scalars(query.order_by(columns.decided_on.desc()).limit(NEWEST)))

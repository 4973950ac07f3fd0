"""What is asked of the tables about impact previews, and about the applications they look at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Text, cast, delete, func, select
from sqlalchemy.orm import Session

from services.onboarding.domain import APPROVED, Impact, ModelVersion, Preview, Status
from services.onboarding.tables import applications, impacts, previews

#: Open applications, approved partners and running use cases; a draft is the applicant's own business.
LOOKED_AT = (Status.SUBMITTED, Status.IN_REVIEW, Status.CLARIFICATION, Status.PROPOSED, *sorted(APPROVED))


class Previews:
    """The previews of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, version: ModelVersion) -> Preview | None:
        """Return the preview of a version as it is written now."""
        mine = (previews.c.model == version.name) & (previews.c.sha256 == version.sha256)
        return self._session.scalar(select(Preview).where(mine))

    def replace(self, preview: Preview) -> None:
        """Keep this preview instead of what there was about the version."""
        self._session.execute(delete(previews).where(previews.c.model == preview.model))
        self._session.add(preview)

    def unfinished(self) -> Preview | None:
        """Return a preview that still has something before it; nobody else has it then."""
        query = select(Preview).where(previews.c.finished_at.is_(None)).order_by(previews.c.started_at)
        return self._session.scalar(query.limit(1).with_for_update(skip_locked=True))

    def forget(self, preview: Preview) -> None:
        self._session.delete(preview)

    def add(self, found: list[Impact]) -> None:
        self._session.add_all(found)

    def impacts(self, preview: Preview) -> Select[Impact]:
        mine = impacts.c.preview_id == preview.id
        return select(Impact).where(mine).order_by(impacts.c.application_id)

    def how_many(self) -> int:
        """Return how many applications a preview looks at."""
        query = select(func.count()).select_from(applications).where(applications.c.status.in_(LOOKED_AT))
        return self._session.scalar(query) or 0

    def looked_at(self, after: UUID | None, limit: int) -> list[Row[Any]]:
        """Return the next applications by id: (id, number, status, use_case, model, answers as JSON text)."""
        columns = applications.c
        query = select(
            columns.id, columns.number, columns.status, columns.use_case, columns.model, cast(columns.answers, Text)
        ).where(columns.status.in_(LOOKED_AT))
        if after:
            query = query.where(columns.id > after)
        return list(self._session.execute(query.order_by(columns.id).limit(limit)))

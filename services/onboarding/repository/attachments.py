"""What is asked of the table of attachments."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from services.onboarding.domain import Application, Attachment, AttachmentState
from services.onboarding.tables import attachments
from shared.kernel import NotFound, Text

A = AttachmentState
#: What its content may not be read of any more, so that it has none to keep.
GONE = (A.REMOVED, A.REJECTED)


class Attachments:
    """The attachments of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, attachment: Attachment) -> None:
        self._session.add(attachment)

    def of(self, application: Application) -> list[Attachment]:
        """Return those of an application that are shown, the oldest first."""
        columns = attachments.c
        query = select(Attachment).where(columns.application_id == application.id, columns.state != A.REMOVED)
        return list(self._session.scalars(query.order_by(columns.uploaded_at, columns.id)))

    def get_of(self, application: Application, attachment_id: UUID) -> Attachment:
        """Return one attachment of an application, or raise NotFound."""
        found = self._session.get(Attachment, attachment_id)
        if found is None or found.application_id != application.id or not found.is_shown:
            text = Text(de="Diese Anlage gibt es nicht.", en="There is no such attachment.")
            raise NotFound(text, code="not_found")
        return found

    def get(self, attachment_id: UUID) -> Attachment | None:
        return self._session.get(Attachment, attachment_id)

    def brought(self, by: str, since: datetime) -> int:
        """Return how many bytes somebody brought, removed ones too."""
        columns = attachments.c
        query = select(func.coalesce(func.sum(columns.size), 0))
        return int(self._session.scalar(query.where(columns.uploaded_by == by, columns.uploaded_at > since)) or 0)

    def forget(self, application: Application) -> int:
        """Take all that an application has from it, for good; return how many that were."""
        query = select(Attachment).where(attachments.c.application_id == application.id)
        found = list(self._session.scalars(query))
        for one in found:
            one.forget()
        self._session.flush()
        return len(found)

    def due(self, now: datetime, limit: int) -> list[Attachment]:
        """Return what is to be scanned; on PostgreSQL none that somebody else is just taking."""
        columns = attachments.c
        query = select(Attachment).where(columns.next_at <= now, columns.state == A.QUARANTINE)
        query = query.order_by(columns.next_at).limit(limit).with_for_update(skip_locked=True)
        return list(self._session.scalars(query))

    def put_into_quarantine(self, now: datetime) -> None:
        """Have scanned what came in while there was no scanner."""
        columns = attachments.c
        waiting = update(attachments).where(columns.state == A.NOT_SCANNED)
        self._session.execute(waiting.values(state=A.QUARANTINE, next_at=now))

    def to_delete(self, limit: int) -> list[tuple[UUID, str]]:
        """Return id and place of what still lies in the storage and may be read by nobody."""
        columns = attachments.c
        query = select(columns.id, columns.place).where(columns.state.in_(GONE), columns.place.is_not(None))
        return [(id_, place) for id_, place in self._session.execute(query.limit(limit))]

    def deleted(self, attachment_id: UUID) -> None:
        self._session.execute(update(attachments).where(attachments.c.id == attachment_id).values(place=None))

    def places(self, some: list[str]) -> set[str]:
        """Return which of these places belong to an attachment."""
        return set(self._session.scalars(select(attachments.c.place).where(attachments.c.place.in_(some))))

    def forget_removed(self, before: datetime) -> None:
        columns = attachments.c
        old = delete(attachments).where(
            columns.state == A.REMOVED, columns.place.is_(None), columns.uploaded_at < before
        )
        self._session.execute(old)

    def waiting(self, now: datetime) -> tuple[int, timedelta]:
        """Return how many are in quarantine, and for how long the oldest."""
        columns = attachments.c
        query = select(func.count(), func.min(columns.uploaded_at)).where(columns.state == A.QUARANTINE)
        count, oldest = self._session.execute(query).one()
        return count, now - oldest if oldest else timedelta()

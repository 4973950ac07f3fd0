"""What happens when a listener missed how applications came to stand as they do: they are told again."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.onboarding.repository import Access, Applications, People


def aggregates(session: Session) -> list[UUID]:
    """Return what can be told again: every application, then who belongs to some, then what ended and which keys."""
    return [*Applications(session).all_ids(), *People(session).all_ids(), *Access(session).all_ids()]


def retell(session: Session, aggregate_id: UUID) -> None:
    """Tell anew how an application or a person stands; an application's ETag changes. Raises NotFound."""
    applications = Applications(session)
    if person := People(session).get(aggregate_id):
        of = {one.application_id: applications.get(one.application_id).number for one in person.members}
        person.retell(of)
        return
    at, access = datetime.now(UTC), Access(session)
    if standing := access.standing_at(aggregate_id):
        standing.tell(at)
        return
    if key := access.key(aggregate_id):
        key.tell()
        return
    application = applications.get(aggregate_id)
    application.retell(at)
    for recheck in application.rechecks:
        recheck.retell(application, at)

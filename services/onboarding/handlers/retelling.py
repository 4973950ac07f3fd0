"""What happens when a listener missed how applications came to stand as they do: they are told again."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.onboarding.repository import Applications


def aggregates(session: Session) -> list[UUID]:
    """Return what can be told again: every application."""
    return Applications(session).all_ids()


def retell(session: Session, application_id: UUID) -> None:
    """Tell anew how an application stands; its ETag changes. Raises NotFound."""
    application, at = Applications(session).get(application_id), datetime.now(UTC)
    application.retell(at)
    for recheck in application.rechecks:
        recheck.retell(application, at)

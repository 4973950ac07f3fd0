"""What happens when an applicant deletes a draft: nothing is left of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from services.onboarding.domain import Application
from services.onboarding.handlers.attachments import forget_attachments
from services.onboarding.repository import Applications, wipe

#: What else knows of an application and has to forget it in the same transaction: the one place to add to.
FORGET: tuple[Callable[[Session, Application], object], ...] = (forget_attachments,)


def delete_draft(session: Session, application: Application) -> None:
    """Delete a draft with all that is known of it, and tell that others may forget it. Raises Conflict."""
    application.delete(datetime.now(UTC))
    for forget in FORGET:
        forget(session, application)
    wipe(session, application.id, application.created_at)
    Applications(session).remove(application)

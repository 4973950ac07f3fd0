"""What happens in the catalog when onboarding tells something."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.catalog.domain import UseCase, slugs
from services.catalog.repository import UseCases
from shared.contracts.onboarding import ApplicationApproved
from shared.inbox import Reactions


def on_application_approved(event: ApplicationApproved, session: Session) -> None:
    use_cases = UseCases(session)
    short, unique = slugs(event.title, event.number)
    use_cases.add(UseCase.list_approved(event, unique if use_cases.is_taken(short) else short))


REACTIONS: Reactions = {ApplicationApproved: on_application_approved}

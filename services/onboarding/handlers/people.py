"""What happens to the people of an application: invited, removed, and gone when its contact is at another address."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from services.onboarding.domain import Application, address_key
from services.onboarding.repository import People


def follow_contact(session: Session, application: Application) -> None:
    """After a new address of the contact: whoever belonged to it by the old one does no more."""
    for person, member in People(session).of(application.id):
        if not member.invited and person.email != address_key(application.email):
            found = People(session).get(person.id)
            assert found is not None
            found.leave(application, datetime.now(UTC))

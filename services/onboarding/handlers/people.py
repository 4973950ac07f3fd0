"""What happens to the people of an application: invited, removed, and gone when its contact is at another address."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.onboarding.commands import InvitePerson
from services.onboarding.domain import MOST_PEOPLE, Application, Member, Person, address_key
from services.onboarding.repository import People
from shared.auth import Caller
from shared.kernel import Conflict, Forbidden, NotFound, Text


def invite_person(
    session: Session, application: Application, command: InvitePerson, caller: Caller
) -> tuple[Person, Member]:
    """Ask somebody to work on an application, too. Raises Forbidden for those who were invited themselves."""
    need_lead(session, application, caller)
    people, now = People(session), datetime.now(UTC)
    if len(people.of(application.id)) >= MOST_PEOPLE:
        text = Text(de=f"Mehr als {MOST_PEOPLE} Personen gehen nicht.", en=f"No more than {MOST_PEOPLE} people.")
        raise Conflict(text, code="too_many_people")
    person = people.at(command.email)
    if person is None:
        person = Person.at(command.email, application.language, now)
        people.add(person)
    return person, person.invite(application, caller.subject, now)


def remove_person(session: Session, application: Application, person_id: UUID, caller: Caller) -> None:
    """Remove somebody who was invited; they may go themselves. Raises NotFound, Forbidden."""
    person = People(session).get(person_id)
    member = person.member_of(application.id) if person else None
    if person is None or member is None or not member.invited:
        raise NotFound(Text(de="Diese Person ist nicht dabei.", en="This person is not among them."), code="not_found")
    if person.subject != caller.subject:
        need_lead(session, application, caller)
    person.leave(application, datetime.now(UTC))


def is_lead(session: Session, application: Application, caller: Caller) -> bool:
    """Whether somebody began the application or is its contact, and was not invited by one of them."""
    if application.owner == caller.subject:
        return True
    return any(one.subject == caller.subject and not how.invited for one, how in People(session).of(application.id))


def need_lead(session: Session, application: Application, caller: Caller) -> None:
    """Raise Forbidden for those who were only invited: some things are up to who invited them."""
    if not is_lead(session, application, caller):
        text = Text(
            de="Das kann nur, wer den Antrag begonnen hat oder als Kontakt darin steht.",
            en="Only who began the application, or is its contact, can do this.",
        )
        raise Forbidden(text, code="invited_only")


def follow_contact(session: Session, application: Application) -> None:
    """After a new address of the contact: whoever belonged to it by the old one does no more."""
    for person, member in People(session).of(application.id):
        if not member.invited and person.email != address_key(application.email):
            found = People(session).get(person.id)
            assert found is not None
            found.leave(application, datetime.now(UTC))

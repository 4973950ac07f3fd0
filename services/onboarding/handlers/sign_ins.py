"""What happens when somebody wants to sign in: a link is asked for, told of, and used once.

Asking does the same whoever asks for whomever; only the clock looks whether there is anybody. So nothing tells
from outside, neither words nor time, who has an application here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.onboarding.domain import LINKS_AN_HOUR, REMEMBERED, Application, Person, SignIn
from services.onboarding.repository import Applications, People, SignIns
from shared.auth import Keyring
from shared.database import Database
from shared.kernel import NotFound

BUNCH = 50


def request_sign_in(
    session: Session, *, browser: str, then: str = "", email: str = "", application_id: UUID | None = None
) -> None:
    """Note that somebody wants a link, for an address or for the contact of an application."""
    asked = SignIn.ask(browser=browser, then=then, at=datetime.now(UTC), email=email, application_id=application_id)
    SignIns(session).add(asked)


def answer_sign_ins(database: Database, keyring: Keyring) -> None:
    """Tell of the requests that somebody is behind, at most `LINKS_AN_HOUR` an address; forget the old ones."""
    with database.reading() as session:
        if not SignIns(session).has_waiting(database.now(session)):
            return
    with database.transaction() as session:
        now = database.now(session)
        SignIns(session).forget(now)
        for asked in SignIns(session).waiting(now, BUNCH):
            _answer(session, asked, keyring, now)
            session.flush()  # the next of the same address has to see this one


def use_sign_in(session: Session, asked: SignIn, browser: str) -> Person:
    """Sign in whoever reads the mail of the address: it is proved, and what is there is theirs. Raises Conflict."""
    now, people = datetime.now(UTC), People(session)
    asked.use(browser, now)
    mine = people.applications_at(asked.email)
    person = people.at(asked.email)
    if person is None:
        person = Person.at(asked.email, mine[0].language if mine else "de", now)
        people.add(person)
    for application in mine:
        application.prove_address()
        if application.owner != person.subject:
            person.join(application, now)
    for member in person.members:
        if member.joined_at is None:
            person.join(Applications(session).get(member.application_id), now)
    return person


def _answer(session: Session, asked: SignIn, keyring: Keyring, now: datetime) -> None:
    found = _addressee(session, asked)
    if found is None:
        asked.used_at = now  # in vain; whoever asked sees no difference
        return
    application_id, email, subject = found
    if SignIns(session).sent_to(email, now - REMEMBERED) >= LINKS_AN_HOUR:
        asked.used_at = now
        return
    asked.told_to(application_id, email, subject, keyring.address(email), now)


def _addressee(session: Session, asked: SignIn) -> tuple[UUID, str, str | None] | None:
    """Return by which application, at which address, and as which person somebody gets a link."""
    people = People(session)
    if asked.application_id:
        try:
            application: Application = Applications(session).get(asked.application_id)
        except NotFound:
            return None
        return application.id, application.email, None
    if mine := people.applications_at(asked.email):
        return mine[0].id, mine[0].email, None
    person = people.at(asked.email)
    if person is None or not person.members:
        return None
    return person.members[0].application_id, person.email, person.subject

"""What happens in notifications when others tell something: letters are written, and mail waits to be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications import letters
from services.notifications.commands import MarkRead
from services.notifications.domain import EMAIL, Contact, Letter, Message, Person
from services.notifications.letters.links import Links
from services.notifications.repository import Contacts, Messages, People
from shared.auth import Caller, Keyring
from shared.contracts import EVENTS
from shared.contracts.catalog import UseCaseListed
from shared.contracts.onboarding import ApplicationDeleted, ContactChanged
from shared.contracts.people import PersonChanged, PersonJoined, PersonLeft, SignInRequested
from shared.database import write
from shared.envelope import Envelope
from shared.inbox import NotYet, Reaction, Reactions
from shared.kernel import Event
from shared.pages.words import word
from shared.register import HEARD

#: Makes the private link of an application.
PrivateLink = Callable[[UUID], str]


def reactions(public_url: str, keyring: Keyring) -> Reactions:
    """Return what notifications does about every event; letters carry links that start with `public_url`."""

    def private_link(application: UUID) -> str:
        return f"{public_url}/applications/resume/{keyring.resume_key(str(application))}"

    return Writer(public_url, private_link, Links(public_url, keyring)).reactions()


def mark_read(session: Session, command: MarkRead, caller: Caller) -> Message:
    """Note that `caller` read a message that was told to them. Raises NotFound."""
    return Messages(session).mark_read(command.message, caller)


def keep_contact(event: ContactChanged, session: Session) -> None:
    """Take an address over, and let mail go that waited for it to be proved. Writes no letter."""
    contact = Contact(**{one.name: getattr(event, one.name) for one in fields(Contact)})
    Contacts(session).keep(contact)
    if event.proved:
        write(session)  # letters of the same batch may wait, too
        Messages(session).release(event.application_id, event.owner, datetime.now(UTC))


def keep_person(event: PersonChanged, session: Session) -> None:
    People(session).keep(Person(subject=event.subject, email=event.email, language=event.language))


def let_in(event: PersonJoined, session: Session) -> None:
    """From now on somebody reads the letters of an application. Writes none."""
    People(session).join(event.subject, event.application_id)


def let_go(event: PersonLeft, session: Session) -> None:
    People(session).leave(event.subject, event.application_id)


#: What is done about what is known already: what it says is kept, and nobody gets a letter.
AGAIN: Reactions = {
    ContactChanged: keep_contact,
    PersonChanged: keep_person,
    PersonJoined: let_in,
    PersonLeft: let_go,
    **HEARD,
}


def look_up(envelopes: Sequence[Envelope], session: Session) -> None:
    """Ask once for the contacts of all applications that a batch tells of."""
    applications = set()
    for envelope in envelopes:
        with suppress(KeyError, ValueError, TypeError, AttributeError):  # not yet held against its contract
            applications.add(UUID(envelope["data"]["application_id"]))
    Contacts(session).look_up(applications)


class Writer:
    """Writes the letters the table asks for. `public_url` starts every link."""

    def __init__(self, public_url: str, private_link: PrivateLink, links: Links) -> None:
        self.public_url, self.private_link, self.links = public_url, private_link, links
        self.table = letters.rows()
        letters.check(self.table, EVENTS)

    def reactions(self) -> dict[type[Event], Reaction]:
        """Every event of the house is heard: the table says what it means."""
        own: dict[type[Event], Reaction] = {
            SignInRequested: self.on_sign_in_requested,
            ApplicationDeleted: self.on_application_deleted,
        }
        own |= {kind: self._keep_and_write(kind) for kind in AGAIN}
        return {kind: own.get(kind, self.write) for kind in EVENTS.values()}

    def _keep_and_write(self, kind: type[Event]) -> Reaction:
        def react(event: Event, session: Session) -> None:
            AGAIN[kind](event, session)
            self.write(event, session)

        return react

    def on_application_deleted(self, event: ApplicationDeleted, session: Session) -> None:
        """Forget the address and every letter but the one that says so; what is not known is forgotten already."""
        if Contacts(session).find(event.application_id) is None:
            return
        Messages(session).forget(event.application_id)
        self.write(event, session)
        Contacts(session).forget(event.application_id)

    def on_sign_in_requested(self, event: SignInRequested, session: Session) -> None:
        """Write the link, unless it is too late, or another address than the one that asked would get it."""
        if datetime.now(UTC) >= event.expires_at:
            return
        addressee = (
            People(session).find(event.subject) if event.subject else Contacts(session).find(event.application_id)
        )
        if addressee is None or not self.links.is_for(event.address, addressee.email):
            raise NotYet(f"the address of sign-in {event.sign_in_id} is not known yet")
        self.write(event, session)

    def write(self, event: Event, session: Session) -> None:
        """Write one letter for every row of the table about this transition."""
        application: UUID | None = getattr(event, "application_id", None)
        contact = Contacts(session).find(application) if application else None
        if application and contact is None:
            raise NotYet(f"no contact of application {application} yet")
        rows = [row for row in self.table.get(event.name, ()) if _applies(row, event, contact)]
        context = self._context(event, contact) if rows else {}
        for row in rows:
            Messages(session).add(self._letter(row, event, contact, context))

    def _letter(self, row: letters.Row, event: Event, contact: Contact | None, context: dict[str, Any]) -> Letter:
        recipient = self._recipient(row, event, contact)
        to_applicant = contact is not None and recipient == contact.owner
        letter = Letter(
            application_id=contact.application_id if contact else None,
            recipient=recipient,
            not_for=getattr(event, row.not_for) if row.not_for else None,
            template=row.transition,
            words=row.words(context),
            at=datetime.now(UTC),
        )
        held = contact is not None and to_applicant and not contact.proved and not row.proves
        for channel in row.channels:
            letter.deliver(channel, hold=held and channel == EMAIL)
        return letter

    @staticmethod
    def _recipient(row: letters.Row, event: Event, contact: Contact | None) -> str:
        if row.role == "person" and (subject := getattr(event, "subject", None)):
            return str(subject)
        if row.role in {"person", "applicant"}:
            assert contact, f"{row.transition}: there is no applicant to be told"
            return contact.owner
        return f"role:{row.role}"

    def _context(self, event: Event, contact: Contact | None) -> dict[str, Any]:
        """Return the words a letter may use; `model_link` and the event's own if it is about no application."""
        given = {one.name: getattr(event, one.name) for one in fields(event)}
        given["proposed_by_name"] = str(given.get("proposed_by", "")).removeprefix("admin:")
        if "model" in given:
            given["model_link"] = f"{self.public_url}/workbench/models/{given['model']}"
        if "barrier_id" in given:
            given["barrier_link"] = f"{self.public_url}/workbench/barriers/{given['barrier_id']}"
        if "campaign_id" in given:
            given["campaign_link"] = f"{self.public_url}/workbench/campaigns/{given['campaign_id']}"
        for name in {"rights", "paused"} & given.keys():
            given[f"{name}_words"] = {
                language: ", ".join(word("right", one).in_(language) for one in given[name])
                for language in letters.LANGUAGES
            }
        if isinstance(event, SignInRequested):
            given["sign_in_link"] = self.links.mark(event)
            given["minutes"] = round((event.expires_at - event.requested_at).total_seconds() / 60)
        if contact is None:
            return given
        application = contact.application_id
        slug = event.slug if isinstance(event, UseCaseListed) else ""
        return given | {
            "number": contact.number,
            "person": contact.person,
            "link": f"{self.public_url}/applications/{application}",
            "private_link": self.private_link(application),
            "sign_in_page": f"{self.public_url}/sign-in?next=/applications/{application}",
            "case_link": f"{self.public_url}/workbench/{application}",
            "catalog_link": f"{self.public_url}/catalog/{slug}",
        }


def _applies(row: letters.Row, event: Event, contact: Contact | None) -> bool:
    """Whether this letter is to be written: always, to an address not yet proved, or if the event says so."""
    if row.when == "unproved":
        return contact is None or not contact.proved
    return row.when == "always" or bool(getattr(event, row.when))

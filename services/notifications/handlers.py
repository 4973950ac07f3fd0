"""What happens in notifications when others tell something: letters are written, and mail waits to be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications import letters
from services.notifications.commands import MarkRead
from services.notifications.domain import EMAIL, Contact, Message
from services.notifications.repository import Contacts, Messages
from shared.auth import Caller, Keyring
from shared.contracts import EVENTS
from shared.contracts.catalog import UseCaseListed
from shared.contracts.onboarding import ContactChanged
from shared.inbox import Reaction, Reactions
from shared.kernel import Event

#: Makes the private link of an application for its owner and address.
PrivateLink = Callable[[UUID, str, str], str]


def reactions(public_url: str, keyring: Keyring) -> Reactions:
    """Return what notifications does about every event; letters carry links that start with `public_url`."""

    def private_link(application: UUID, owner: str, email: str) -> str:
        return f"{public_url}/applications/resume/{keyring.resume_key(str(application), owner, email)}"

    return Writer(public_url, private_link).reactions()


def mark_read(session: Session, command: MarkRead, caller: Caller) -> Message:
    """Note that `caller` read a message that was told to them. Raises NotFound."""
    return Messages(session).mark_read(command.message, caller)


class Writer:
    """Writes the letters the table asks for. `public_url` starts every link."""

    def __init__(self, public_url: str, private_link: PrivateLink) -> None:
        self.public_url, self.private_link = public_url, private_link
        self.table = letters.rows()
        letters.check(self.table, EVENTS)

    def reactions(self) -> dict[type[Event], Reaction]:
        """Every event of the house is heard: the table says what it means."""
        return {kind: self.on_contact_changed if kind is ContactChanged else self.write for kind in EVENTS.values()}

    def on_contact_changed(self, event: ContactChanged, session: Session) -> None:
        contact = Contact(**{one.name: getattr(event, one.name) for one in fields(Contact)})
        Contacts(session).keep(contact)
        if event.proved:
            session.flush()  # letters of the same batch may wait, too
            Messages(session).release(event.application_id, event.owner, datetime.now(UTC))
        self.write(event, session)

    def write(self, event: Event, session: Session) -> None:
        """Write one letter for every row of the table about this transition."""
        contact = Contacts(session).find(event.application_id)  # type: ignore[attr-defined]
        if contact is None:
            raise LookupError(f"no contact of application {event.application_id} yet")  # type: ignore[attr-defined]
        for row in self.table[event.name]:
            if row.when == "unproved" and contact.proved:
                continue
            Messages(session).add(self._letter(row, event, contact))

    def _letter(self, row: letters.Row, event: Event, contact: Contact) -> Message:
        to_applicant = row.role == "applicant"
        message = Message(
            application_id=contact.application_id,
            recipient=contact.owner if to_applicant else f"role:{row.role}",
            not_for=getattr(event, row.not_for) if row.not_for else None,
            template=row.transition,
            words=row.words(self._context(event, contact)),
            at=datetime.now(UTC),
        )
        for channel in row.channels:
            hold = channel == EMAIL and to_applicant and not contact.proved and row.when != "unproved"
            message.deliver(channel, hold=hold)
        return message

    def _context(self, event: Event, contact: Contact) -> dict[str, Any]:
        given = {one.name: getattr(event, one.name) for one in fields(event)}
        application = contact.application_id
        slug = event.slug if isinstance(event, UseCaseListed) else ""
        return given | {
            "number": contact.number,
            "person": contact.person,
            "proposed_by_name": str(given.get("proposed_by", "")).removeprefix("admin:"),
            "link": f"{self.public_url}/applications/{application}",
            "private_link": self.private_link(application, contact.owner, contact.email),
            "case_link": f"{self.public_url}/workbench/{application}",
            "catalog_link": f"{self.public_url}/catalog/{slug}",
        }

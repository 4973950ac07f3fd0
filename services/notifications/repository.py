"""What notifications asks its tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from services.notifications.domain import EMAIL, IN_APP, Addressee, Contact, Delivery, Letter, Message, Person, Status
from services.notifications.tables import contacts, deliveries, members, messages, people, reads
from shared.auth import Caller
from shared.database import write, write_later
from shared.kernel import NotFound, Text

LETTER = ("id", "application_id", "recipient", "not_for", "template", "words", "at")


class Contacts:
    """The address book of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, application_id: UUID) -> Contact | None:
        """Return the contact, also one that this session has kept and not yet written."""
        if application_id in self._known:
            return self._known[application_id]
        return self._session.get(Contact, application_id)

    def look_up(self, applications: Iterable[UUID]) -> None:
        """Ask for many contacts at once; who looks for one of them in this session asks no more."""
        wanted = set(applications)
        found = self._session.scalars(select(Contact).where(contacts.c.application_id.in_(wanted)))
        self._known.update(dict.fromkeys(wanted) | {one.application_id: one for one in found})

    def keep(self, contact: Contact) -> Contact:
        """Add the contact, or change the one there is. Returns the one that is kept."""
        known = self.find(contact.application_id)
        if known is None:
            self._session.add(contact)
            self._known[contact.application_id] = contact
            return contact
        for name in ("owner", "person", "email", "language", "proved"):
            setattr(known, name, getattr(contact, name))
        return known

    @property
    def _known(self) -> dict[UUID, Contact | None]:
        known: dict[UUID, Contact | None] = self._session.info.setdefault("contacts", {})
        return known

    def forget(self, application_id: UUID) -> None:
        """Know nobody any more who is told about an application."""
        if contact := self.find(application_id):
            self._session.delete(contact)
        self._session.execute(delete(members).where(members.c.application_id == application_id))
        self._known[application_id] = None

    def check_sees(self, application_id: UUID, caller: Caller) -> None:
        """Raise NotFound unless `caller` may see the letters of this application."""
        contact = self.find(application_id)
        if contact is None or not (
            caller.is_admin or contact.owner == caller.subject or self._belongs(contact, caller)
        ):
            raise NotFound(
                Text(de="Diesen Antrag gibt es nicht.", en="There is no such application."), code="not_found"
            )

    def _belongs(self, contact: Contact, caller: Caller) -> bool:
        mine = {"subject": caller.subject, "application_id": contact.application_id}
        return self._session.execute(select(members).filter_by(**mine)).first() is not None


class People:
    """Who belongs to applications beside their owners, in one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, subject: str) -> Person | None:
        return self._session.get(Person, subject)

    def keep(self, person: Person) -> None:
        self._session.merge(person)
        self._session.flush()  # letters of the same batch may be for them

    def join(self, subject: str, application_id: UUID) -> None:
        self.leave(subject, application_id)  # told again, it is no second time
        self._session.execute(members.insert().values(subject=subject, application_id=application_id))

    def leave(self, subject: str, application_id: UUID) -> None:
        mine = (members.c.subject == subject) & (members.c.application_id == application_id)
        self._session.execute(delete(members).where(mine))


class Messages:
    """The letters of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, letter: Letter) -> None:
        write_later(self._session, messages, {name: getattr(letter, name) for name in LETTER})
        for delivery in letter.deliveries:
            write_later(self._session, deliveries, delivery)

    def forget(self, application_id: UUID) -> None:
        """Delete all letters about an application, also those that this session has only gathered."""
        write(self._session)
        mine = select(messages.c.id).where(messages.c.application_id == application_id)
        for table in (reads, deliveries):
            self._session.execute(delete(table).where(table.c.message_id.in_(mine)))
        self._session.execute(delete(messages).where(messages.c.application_id == application_id))

    def kept(self, tried: Iterable[Delivery]) -> list[Delivery]:
        """Return which deliveries are still there: a letter may be forgotten while it is sent."""
        known = {one.id: one for one in tried}
        return [known[id_] for id_ in self._session.scalars(select(deliveries.c.id).where(deliveries.c.id.in_(known)))]

    def release(self, application_id: UUID, recipient: str, at: datetime) -> None:
        """Queue the mail that waited for the recipient's address to be proved."""
        mine = select(messages.c.id).where(
            messages.c.application_id == application_id, messages.c.recipient == recipient
        )
        held = (deliveries.c.status == Status.WRITTEN) & deliveries.c.message_id.in_(mine)
        self._session.execute(update(deliveries).where(held).values(status=Status.QUEUED, due_at=at))

    def inbox(self, caller: Caller) -> Select[Message, bool]:
        """Return the query for what `caller` was told and whether they read it, newest first."""
        read = exists().where(reads.c.message_id == messages.c.id, reads.c.reader == caller.subject)
        query = select(Message, read.label("read")).where(_for(caller))
        return query.order_by(messages.c.at.desc(), messages.c.id.desc())

    def unread(self, caller: Caller) -> int:
        read = exists().where(reads.c.message_id == messages.c.id, reads.c.reader == caller.subject)
        return self._session.scalar(select(func.count()).select_from(messages).where(_for(caller), ~read)) or 0

    def mark_read(self, message_id: UUID, caller: Caller) -> Message:
        """Note that `caller` read the message; NotFound if it is none of theirs."""
        found = self._session.scalar(select(Message).where(messages.c.id == message_id, _for(caller)).with_for_update())
        if found is None:
            raise NotFound(Text(de="Diese Nachricht gibt es nicht.", en="There is no such message."), code="not_found")
        mine = {"message_id": message_id, "reader": caller.subject}
        known = select(reads).where(reads.c.message_id == message_id, reads.c.reader == caller.subject)
        if self._session.execute(known).first() is None:
            self._session.execute(reads.insert().values(mine))
        return found

    def ledger(self, application_id: UUID) -> list[tuple[Delivery, Message]]:
        """Return every delivery of a case, oldest first."""
        query = (
            select(Delivery, Message)
            .join(messages, messages.c.id == deliveries.c.message_id)
            .where(deliveries.c.application_id == application_id)
            .order_by(messages.c.at, deliveries.c.message_id, deliveries.c.channel)
        )
        return [(delivery, message) for delivery, message in self._session.execute(query)]

    def has_due_mail(self, now: datetime) -> bool:
        due = select(deliveries.c.id).where(deliveries.c.channel == EMAIL, deliveries.c.due_at <= now)
        return self._session.execute(due.limit(1)).first() is not None

    def due_mail(self, now: datetime, limit: int) -> list[tuple[Delivery, Message, Addressee | None]]:
        """Return mail whose time has come, with what it carries and to whom, and lock it against other senders."""
        due = (deliveries.c.channel == EMAIL) & (deliveries.c.due_at <= now)
        query = (
            select(Delivery, Message, Contact, Person)
            .join(messages, messages.c.id == deliveries.c.message_id)
            .outerjoin(contacts, _is_contact)
            .outerjoin(people, people.c.subject == messages.c.recipient)
            .where(due)
            .order_by(deliveries.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=deliveries)
        )
        return [
            (delivery, message, contact or person)
            for delivery, message, contact, person in self._session.execute(query)
        ]


_is_contact = (contacts.c.application_id == deliveries.c.application_id) & (contacts.c.owner == messages.c.recipient)


def _for(caller: Caller) -> ColumnElement[bool]:
    """What `caller` may read in the app: told to them or to a role of theirs, and told on that channel."""
    recipients = [caller.subject, *(f"role:{role}" for role in caller.roles)]
    belongs = exists().where(members.c.subject == caller.subject, members.c.application_id == messages.c.application_id)
    shared = exists().where(
        contacts.c.application_id == messages.c.application_id, messages.c.recipient == contacts.c.owner
    )
    mine = messages.c.recipient.in_(recipients) | (belongs & shared)
    in_app = exists().where(deliveries.c.message_id == messages.c.id, deliveries.c.channel == IN_APP)
    return mine & in_app & or_(messages.c.not_for.is_(None), messages.c.not_for != caller.subject)

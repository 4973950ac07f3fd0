"""What is true of a letter: who gets it, on which channels, and how far each delivery has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

IN_APP, EMAIL = "in_app", "email"
#: After a failed attempt, in seconds; a day in all, then the delivery is parked.
WAITS_S = (30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
#: How long a sender may hold a delivery before another one takes it over.
LEASE_S = 150


class Status(StrEnum):
    WRITTEN = "written"  # waits for the address to be proved
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    PARKED = "parked"


@dataclass(eq=False, kw_only=True)
class Contact:
    """Where letters of one application go. Personal data."""

    application_id: UUID
    number: str
    owner: str
    person: str
    email: str
    language: str
    proved: bool


@dataclass(eq=False, kw_only=True)
class Person:
    """Where letters to somebody go who may belong to several applications. Personal data."""

    subject: str
    email: str
    language: str


#: Whom mail can be written to.
Addressee = Contact | Person


@dataclass(eq=False, kw_only=True)
class Delivery:
    """One letter on one channel."""

    id: UUID = field(default_factory=uuid4)
    message_id: UUID
    application_id: UUID | None
    channel: str
    status: Status
    at: datetime
    attempts: int = 0
    due_at: datetime | None = None
    error: str | None = None

    def claim(self, at: datetime) -> None:
        self.status, self.at, self.attempts = Status.SENDING, at, self.attempts + 1
        self.due_at = at + timedelta(seconds=LEASE_S)

    def sent(self, at: datetime) -> None:
        self.status, self.at, self.due_at, self.error = Status.SENT, at, None, None

    def release(self, at: datetime) -> None:
        """Give a claim back that nothing came of: it is due now, and was no attempt."""
        self.status, self.due_at, self.attempts = Status.QUEUED, at, self.attempts - 1

    def failed(self, why: str, at: datetime, *, for_good: bool) -> None:
        """Try again later; not if the other side said never, and not after a day."""
        self.at, self.error = at, why[:500]
        if for_good:
            self.status, self.due_at = Status.FAILED, None
        elif self.attempts > len(WAITS_S):
            self.status, self.due_at = Status.PARKED, None
        else:
            self.status, self.due_at = Status.QUEUED, at + timedelta(seconds=WAITS_S[self.attempts - 1])


@dataclass(kw_only=True)
class Letter:
    """What is to be told to one recipient, before it is kept as a `Message` with its deliveries."""

    id: UUID = field(default_factory=uuid4)
    application_id: UUID | None
    recipient: str
    not_for: str | None
    template: str
    words: dict[str, Any]
    at: datetime
    deliveries: list[dict[str, Any]] = field(default_factory=list)

    def deliver(self, channel: str, *, hold: bool) -> UUID:
        """Put the letter on a channel; `hold` keeps mail back until its address is proved. Returns the id."""
        if channel == IN_APP:
            status, due = Status.DELIVERED, None
        else:
            status, due = (Status.WRITTEN, None) if hold else (Status.QUEUED, self.at)
        delivery = uuid4()
        self.deliveries.append(
            {
                "id": delivery,
                "message_id": self.id,
                "application_id": self.application_id,
                "channel": channel,
                "status": status,
                "at": self.at,
                "attempts": 0,
                "due_at": due,
            }
        )
        return delivery


@dataclass(eq=False, kw_only=True)
class Message:
    """What is told to one recipient: a subject (`applicant:…`, `admin:…`) or a `role:…`; perhaps of no application.

    `words` holds `{"de": {"subject", "text"}, "en": {...}}` as it was written then.
    """

    id: UUID = field(default_factory=uuid4)
    application_id: UUID | None
    recipient: str
    not_for: str | None
    template: str
    words: dict[str, Any]
    at: datetime
    deliveries: list[Delivery] = field(default_factory=list)

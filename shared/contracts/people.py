"""What onboarding tells of the people behind applications: who asks to sign in, and who belongs to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel import Event


@dataclass(frozen=True, kw_only=True)
class SignInRequested(Event):
    """`subject`, or the contact, wants a link to sign in. It goes to no address but that of the digest."""

    name: ClassVar[str] = "onboarding.sign_in.requested.v1"

    sign_in_id: UUID
    application_id: UUID
    subject: str | None
    address: str
    requested_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Event):
    """Where letters to one person go, who may belong to several applications. Personal data."""

    name: ClassVar[str] = "onboarding.person.changed.v1"

    person_id: UUID
    subject: str
    email: str
    language: str


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Event):
    """Somebody is asked to work on an application, too."""

    name: ClassVar[str] = "onboarding.person.invited.v1"

    person_id: UUID
    subject: str
    application_id: UUID
    number: str
    invited_at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonJoined(Event):
    """Somebody showed that an address is theirs and may read and change an application; `invited`, or its contact."""

    name: ClassVar[str] = "onboarding.person.joined.v1"

    person_id: UUID
    subject: str
    application_id: UUID
    number: str
    invited: bool
    joined_at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonLeft(Event):
    """Somebody belongs to an application no more: removed, or its contact is at another address now."""

    name: ClassVar[str] = "onboarding.person.left.v1"

    person_id: UUID
    subject: str
    application_id: UUID
    number: str
    invited: bool
    left_at: datetime


@dataclass(frozen=True, kw_only=True)
class StandingChanged(Event):
    """Credentials `of` a subject, a session or a key that were made before this generation have ended."""

    name: ClassVar[str] = "onboarding.standing.changed.v1"

    standing_id: UUID
    of: str
    generation: int
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class KeyIssued(Event):
    """A subject has an API key: its hash, what it may do, and until when."""

    name: ClassVar[str] = "onboarding.key.issued.v1"

    key_id: UUID
    subject: str
    sha256: str
    scopes: tuple[str, ...]
    expires_at: datetime
    issued_at: datetime

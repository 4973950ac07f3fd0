"""What onboarding tells. Ids and references only; `ContactChanged` is the one event about a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.kernel import Event


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Event):
    """Where letters of an application go, and whether that address is proved. Personal data."""

    name: ClassVar[str] = "onboarding.contact.changed.v1"

    application_id: UUID
    number: str
    owner: str
    person: str
    email: str
    language: str
    proved: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(Event):
    """An application was checked, found sound, and is now with the city."""

    name: ClassVar[str] = "onboarding.application.submitted.v1"

    application_id: UUID
    number: str
    kind: str
    model: str
    findings: int
    submitted_at: datetime
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionsAsked(Event):
    """The city needs an answer; until then the clock stops."""

    name: ClassVar[str] = "onboarding.application.asked.v1"

    application_id: UUID
    number: str
    questions: int
    due_on: date
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplicationReplied(Event):
    """All open questions are answered; the city goes on."""

    name: ClassVar[str] = "onboarding.application.replied.v1"

    application_id: UUID
    number: str
    replied_at: datetime
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionProposed(Event):
    """One admin proposed a decision; a second signature waits."""

    name: ClassVar[str] = "onboarding.application.proposed.v1"

    application_id: UUID
    number: str
    outcome: str
    proposed_by: str
    proposed_at: datetime
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ProposalReturned(Event):
    """A proposal is void: `why` is `disagreed` (second person) or `changed` (new answers)."""

    name: ClassVar[str] = "onboarding.application.returned.v1"

    application_id: UUID
    number: str
    why: str
    proposed_by: str
    returned_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplicationApproved(Event):
    """Two people approved; carries all the public catalog shows, so that nobody has to ask back."""

    name: ClassVar[str] = "onboarding.application.approved.v1"

    application_id: UUID
    number: str
    kind: str
    provider: str
    title: str
    summary: str
    themes: tuple[str, ...]
    stage: str
    strategies: tuple[str, ...]
    public_service: bool
    conditions: int
    approved_at: datetime
    alignment: tuple[dict[str, Any], ...] = ()
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApplicationDeclined(Event):
    """Two people declined. The reason is read in the application, not on the wire."""

    name: ClassVar[str] = "onboarding.application.declined.v1"

    application_id: UUID
    number: str
    declined_at: datetime
    reconsider_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(Event):
    """The applicant took the application back."""

    name: ClassVar[str] = "onboarding.application.withdrawn.v1"

    application_id: UUID
    number: str
    withdrawn_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplicationDeleted(Event):
    """The applicant deleted a draft: nothing is left of it, and whoever knows anything of it forgets that."""

    name: ClassVar[str] = "onboarding.application.deleted.v1"

    application_id: UUID
    number: str
    deleted_at: datetime

"""What onboarding tells of dates: reminders, warnings, missed promises, and what expires or is looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel import Event


@dataclass(frozen=True, kw_only=True)
class ReplyReminded(Event):
    """Questions wait for the applicant; `overdue` once their day is past, and `expires_on` the application ends."""

    name: ClassVar[str] = "onboarding.application.reply_reminded.v1"

    application_id: UUID
    number: str
    questions: int
    due_on: date
    expires_on: date
    overdue: bool
    reminded_at: datetime


@dataclass(frozen=True, kw_only=True)
class PromiseDue(Event):
    """What the city promised is due soon; `promise` is `review`, `decision` or `signature`."""

    name: ClassVar[str] = "onboarding.application.promise_due.v1"

    application_id: UUID
    number: str
    promise: str
    due_on: date
    reminded_at: datetime

    @property
    def for_reviewer(self) -> bool:
        return self.promise == "review"

    @property
    def for_approver(self) -> bool:
        return not self.for_reviewer


@dataclass(frozen=True, kw_only=True)
class PromiseMissed(Event):
    """The city did not keep a promise; `first` when it is told of first, `escalated` after three more working days."""

    name: ClassVar[str] = "onboarding.application.promise_missed.v1"

    application_id: UUID
    number: str
    promise: str
    due_on: date
    days_over: int
    first: bool
    escalated: bool
    missed_at: datetime

    @property
    def for_reviewer(self) -> bool:
        return self.promise == "review"

    @property
    def for_approver(self) -> bool:
        """Approvers hear of their own, and of everything that stays undone."""
        return self.escalated or not self.for_reviewer


@dataclass(frozen=True, kw_only=True)
class DraftExpiring(Event):
    """Nobody has touched a draft for long; after `expires_on` its answers are deleted."""

    name: ClassVar[str] = "onboarding.application.draft_expiring.v1"

    application_id: UUID
    number: str
    expires_on: date
    warned_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplicationExpired(Event):
    """A draft (`was` is `draft`; its answers are deleted) or an application without a reply (`clarification`) ended."""

    name: ClassVar[str] = "onboarding.application.expired.v1"

    application_id: UUID
    number: str
    was: str
    expired_at: datetime

    @property
    def was_with_the_city(self) -> bool:
        return self.was != "draft"


@dataclass(frozen=True, kw_only=True)
class ApplicationReconsidered(Event):
    """The applicant asked in time to look at a decline again; others decide now, who review until `due_on`."""

    name: ClassVar[str] = "onboarding.application.reconsidered.v1"

    application_id: UUID
    number: str
    due_on: date
    reconsidered_at: datetime

"""What onboarding tells of re-check campaigns: what a new model version means for those who are approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel import Event


@dataclass(frozen=True, kw_only=True)
class CampaignStarted(Event):
    """A version was published; everybody who is approved is checked again under it."""

    name: ClassVar[str] = "onboarding.campaign.started.v1"

    campaign_id: UUID
    model: str
    grace_days: int
    due_on: date
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class CampaignStopped(Event):
    """Nobody is checked, reminded or paused until somebody resumes; `why` is `asked` or `withdrawn` (for good)."""

    name: ClassVar[str] = "onboarding.campaign.stopped.v1"

    campaign_id: UUID
    model: str
    why: str
    stopped_by: str
    stopped_at: datetime


@dataclass(frozen=True, kw_only=True)
class CampaignResumed(Event):
    """A stopped campaign goes on; dates that partners were told stand."""

    name: ClassVar[str] = "onboarding.campaign.resumed.v1"

    campaign_id: UUID
    model: str
    resumed_by: str
    resumed_at: datetime


@dataclass(frozen=True, kw_only=True)
class CampaignFinished(Event):
    """Everybody was checked and every period is over: the counts say how it ended."""

    name: ClassVar[str] = "onboarding.campaign.finished.v1"

    campaign_id: UUID
    model: str
    conforming: int
    cured: int
    uncured: int
    finished_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplicationRechecked(Event):
    """An approved application under a new version: `due_on` ends the grace period, null if nothing is violated."""

    name: ClassVar[str] = "onboarding.application.rechecked.v1"

    application_id: UUID
    number: str
    campaign_id: UUID
    model: str
    violations: int
    rights: tuple[str, ...]
    due_on: date | None
    rechecked_at: datetime


@dataclass(frozen=True, kw_only=True)
class RecheckReminded(Event):
    """The grace period goes on, and what was found is still there."""

    name: ClassVar[str] = "onboarding.application.recheck_reminded.v1"

    application_id: UUID
    number: str
    campaign_id: UUID
    model: str
    violations: int
    rights: tuple[str, ...]
    due_on: date
    reminded_at: datetime


@dataclass(frozen=True, kw_only=True)
class RightsPaused(Event):
    """The grace period is over: `rights` are all that are paused now, and no others."""

    name: ClassVar[str] = "onboarding.application.rights_paused.v1"

    application_id: UUID
    number: str
    campaign_id: UUID
    model: str
    violations: int
    rights: tuple[str, ...]
    due_on: date
    paused_at: datetime


@dataclass(frozen=True, kw_only=True)
class RightsResumed(Event):
    """Cured: `rights` are safe again, `paused` still are not; `due_on` is null once nothing is violated any more."""

    name: ClassVar[str] = "onboarding.application.rights_resumed.v1"

    application_id: UUID
    number: str
    campaign_id: UUID
    model: str
    violations: int
    rights: tuple[str, ...]
    paused: tuple[str, ...]
    due_on: date | None
    resumed_at: datetime


@dataclass(frozen=True, kw_only=True)
class RecheckVoided(Event):
    """The version was withdrawn: the re-check counts no more, and `rights` come back."""

    name: ClassVar[str] = "onboarding.application.recheck_voided.v1"

    application_id: UUID
    number: str
    campaign_id: UUID
    model: str
    rights: tuple[str, ...]
    voided_at: datetime

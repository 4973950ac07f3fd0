"""What onboarding tells of the versions of the model, and of applications that change from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel import Event


@dataclass(frozen=True, kw_only=True)
class ModelPublished(Event):
    """Two people published a version; open drafts may stay with the one `before` until `adopt_until`."""

    name: ClassVar[str] = "onboarding.model.published.v1"

    model: str
    before: str
    sha256: str
    reason: str
    adopt_until: date
    grace_days: int
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class ModelWithdrawn(Event):
    """A publication was a mistake; the version `before` counts again."""

    name: ClassVar[str] = "onboarding.model.withdrawn.v1"

    model: str
    before: str
    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True, kw_only=True)
class ModelRetired(Event):
    """A version that a newer one has replaced; open drafts may use it until `counts_until`."""

    name: ClassVar[str] = "onboarding.model.retired.v1"

    model: str
    reason: str
    counts_until: date
    retired_at: datetime


@dataclass(frozen=True, kw_only=True)
class ModelOffered(Event):
    """There is a newer version for an open application; it may stay as it is until `adopt_until`."""

    name: ClassVar[str] = "onboarding.application.model_offered.v1"

    application_id: UUID
    number: str
    before: str
    model: str
    questions: int
    adopt_until: date
    offered_at: datetime


@dataclass(frozen=True, kw_only=True)
class ModelChanged(Event):
    """An open application uses another version now; `why` is `asked`, `expired` or `withdrawn`."""

    name: ClassVar[str] = "onboarding.application.model_changed.v1"

    application_id: UUID
    number: str
    before: str
    model: str
    why: str
    questions: int
    dropped: int
    changed_at: datetime

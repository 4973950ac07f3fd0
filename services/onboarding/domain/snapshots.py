"""What is true of the versions of an application: what it said whenever it came to the city, written once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from services.onboarding.domain.applications import Application

#: Why a version was kept: the move that brought the application to the city, or what changed it there.
SUBMITTED, REPLIED, CHANGED, ADOPTED, RECONSIDERED = "submitted", "replied", "changed", "adopted", "reconsidered"
#: What stood in the database when versions began to be kept.
FOUND = "found"
REASONS = (SUBMITTED, REPLIED, CHANGED, ADOPTED, RECONSIDERED, FOUND)


@dataclass(eq=False, kw_only=True)
class Snapshot:
    """One version: the answers and the model they were checked with. No contact, and never changed."""

    application_id: UUID
    number: int
    why: str
    model: str
    answers: dict[str, Any]
    at: datetime


def keep_version(application: Application, why: str, at: datetime) -> Snapshot:
    """Keep the answers as they are now as the next version. Call it when they come to the city, not while typing.

    A change that changed nothing makes no version.
    """
    newest = application.snapshots[-1] if application.snapshots else None
    if (
        newest
        and why in {CHANGED, ADOPTED}
        and (newest.model, newest.answers) == (application.model, application.answers)
    ):
        return newest
    kept = Snapshot(
        application_id=application.id, number=len(application.snapshots) + 1, why=why, model=application.model,
        answers=application.answers, at=at,
    )  # fmt: skip
    application.snapshots.append(kept)
    return kept

"""What happens when somebody asks what an application said before, and what is different now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.onboarding.domain import Application, Entry, Snapshot
from services.onboarding.model import Change, changes
from services.onboarding.repository import Models
from shared.kernel import NotFound, Text

MOST_VERSIONS = 999_999_999


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is different from one version to another, and what was replied in between."""

    before: Snapshot
    after: Snapshot
    changes: tuple[Change, ...]
    replies: tuple[Entry, ...]


def version_of(application: Application, number: int) -> Snapshot:
    """Return version `number` of an application. Raises NotFound."""
    found = next((one for one in application.snapshots if one.number == number), None)
    if found is None:
        raise _no_version()
    return found


def compare_versions(session: Session, application: Application, one: int, other: int | None = None) -> Comparison:
    """Compare version `one` with `other`, or with the newest. Raises NotFound."""
    before = version_of(application, one)
    after = version_of(application, application.snapshots[-1].number if other is None else other)
    models = Models(session)
    found = changes(before.answers, models.get(before.model), after.answers, models.get(after.model))
    between = tuple(
        question
        for question in application.questions
        if question["replied_at"] and before.at.isoformat() < question["replied_at"] <= after.at.isoformat()
    )
    return Comparison(before=before, after=after, changes=found, replies=between)


def latest_changes(session: Session, application: Application) -> Comparison | None:
    """Return what the newest version changed, None while there is only one."""
    if len(application.snapshots) < 2:  # noqa: PLR2004
        return None
    return compare_versions(session, application, application.snapshots[-2].number)


def number_of(raw: str) -> int:
    """Return the number of a version in a path; a malformed one does not exist. Raises NotFound."""
    if not (raw.isascii() and raw.isdigit() and raw[0] != "0" and len(raw) < len(str(MOST_VERSIONS))):
        raise _no_version()
    return int(raw)


def _no_version() -> NotFound:
    return NotFound(Text(de="Diese Fassung gibt es nicht.", en="There is no such version."), code="not_found")

"""How onboarding lies on disk, and how its classes lie on that."""

from services.onboarding.tables.access import kept_forms, keys, standings
from services.onboarding.tables.applications import (
    applications,
    assessments,
    decisions,
)
from services.onboarding.tables.attachments import attachments
from services.onboarding.tables.barriers import barriers
from services.onboarding.tables.campaigns import campaigns, impacts, previews, rechecks
from services.onboarding.tables.ground import metadata
from services.onboarding.tables.people import members, people, sign_ins
from services.onboarding.tables.snapshots import snapshots
from services.onboarding.tables.versions import model_versions

__all__ = [
    "applications",
    "assessments",
    "attachments",
    "barriers",
    "campaigns",
    "decisions",
    "impacts",
    "kept_forms",
    "keys",
    "members",
    "metadata",
    "model_versions",
    "people",
    "previews",
    "rechecks",
    "sign_ins",
    "snapshots",
    "standings",
]

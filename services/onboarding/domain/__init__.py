"""What is true in onboarding, a module per aggregate."""

from services.onboarding.domain.applications import (
    REPLY_DAYS,
    REVIEW_DAYS,
    SIGNATURE_DAYS,
    Application,
    Entry,
)
from services.onboarding.domain.assessments import (
    BROKEN,
    KEPT,
    NOT_APPLICABLE,
    Assessment,
    Findings,
    unsound,
)
from services.onboarding.domain.campaigns import AGAIN, Campaign, Judged, Recheck, Stage, State
from services.onboarding.domain.decisions import Decision
from services.onboarding.domain.previews import Impact, Preview
from services.onboarding.domain.statuses import APPROVED, BECOMES, CHANGEABLE, NEXT, WHO, Status
from services.onboarding.domain.versions import ModelVersion, VersionStatus

__all__ = [
    "AGAIN",
    "APPROVED",
    "BECOMES",
    "BROKEN",
    "CHANGEABLE",
    "KEPT",
    "NEXT",
    "NOT_APPLICABLE",
    "REPLY_DAYS",
    "REVIEW_DAYS",
    "SIGNATURE_DAYS",
    "WHO",
    "Application",
    "Assessment",
    "Campaign",
    "Decision",
    "Entry",
    "Findings",
    "Impact",
    "Judged",
    "ModelVersion",
    "Preview",
    "Recheck",
    "Stage",
    "State",
    "Status",
    "VersionStatus",
    "unsound",
]

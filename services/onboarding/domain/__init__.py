"""What is true in onboarding, a module per aggregate."""

from services.onboarding.domain.applications import (
    APPROVED,
    BECOMES,
    CHANGEABLE,
    NEXT,
    REPLY_DAYS,
    REVIEW_DAYS,
    SIGNATURE_DAYS,
    WHO,
    Application,
    Decision,
    Entry,
    Findings,
    Status,
    unsound,
)
from services.onboarding.domain.campaigns import AGAIN, Campaign, Judged, Recheck, Stage, State
from services.onboarding.domain.previews import Impact, Preview
from services.onboarding.domain.versions import ModelVersion, VersionStatus

__all__ = [
    "AGAIN",
    "APPROVED",
    "BECOMES",
    "CHANGEABLE",
    "NEXT",
    "REPLY_DAYS",
    "REVIEW_DAYS",
    "SIGNATURE_DAYS",
    "WHO",
    "Application",
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

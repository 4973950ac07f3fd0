"""What is true in onboarding, a module per aggregate."""

from services.onboarding.domain.applications import (
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
from services.onboarding.domain.versions import ModelVersion, VersionStatus

__all__ = [
    "BECOMES",
    "CHANGEABLE",
    "NEXT",
    "REPLY_DAYS",
    "REVIEW_DAYS",
    "SIGNATURE_DAYS",
    "WHO",
    "Application",
    "Decision",
    "Entry",
    "Findings",
    "ModelVersion",
    "Status",
    "VersionStatus",
    "unsound",
]

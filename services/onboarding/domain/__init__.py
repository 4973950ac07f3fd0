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
    "Status",
    "unsound",
]

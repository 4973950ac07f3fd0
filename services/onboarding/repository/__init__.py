"""What onboarding asks its tables, a module per aggregate."""

from services.onboarding.repository.applications import (
    KINDS,
    THEMES,
    Applications,
    Filters,
)
from services.onboarding.repository.campaigns import Campaigns
from services.onboarding.repository.models import Models

__all__ = [
    "KINDS",
    "THEMES",
    "Applications",
    "Campaigns",
    "Filters",
    "Models",
]

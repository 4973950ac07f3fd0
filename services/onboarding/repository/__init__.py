"""What onboarding asks its tables, a module per aggregate."""

from services.onboarding.repository.applications import (
    KINDS,
    THEMES,
    Applications,
    Filters,
)

__all__ = [
    "KINDS",
    "THEMES",
    "Applications",
    "Filters",
]

"""How onboarding lies on disk, and how its classes lie on that."""

from services.onboarding.tables.applications import (
    applications,
    decisions,
)
from services.onboarding.tables.ground import metadata

__all__ = [
    "applications",
    "decisions",
    "metadata",
]

"""What onboarding asks its tables, a module per aggregate."""

from services.onboarding.repository.access import Access, KeptForms
from services.onboarding.repository.applications import (
    KINDS,
    THEMES,
    Applications,
    Filters,
)
from services.onboarding.repository.attachments import Attachments
from services.onboarding.repository.barriers import Barriers
from services.onboarding.repository.campaigns import Campaigns
from services.onboarding.repository.models import Models
from services.onboarding.repository.people import People, SignIns
from services.onboarding.repository.previews import LOOKED_AT, Previews
from services.onboarding.repository.promises import Promises
from services.onboarding.repository.traces import wipe

__all__ = [
    "KINDS",
    "LOOKED_AT",
    "THEMES",
    "Access",
    "Applications",
    "Attachments",
    "Barriers",
    "Campaigns",
    "Filters",
    "KeptForms",
    "Models",
    "People",
    "Previews",
    "Promises",
    "SignIns",
    "wipe",
]

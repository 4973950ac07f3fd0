"""The files an applicant brought along."""

from __future__ import annotations

from typing import Any

from services.onboarding.pages.panels.looking import Look
from services.onboarding.pages.uploading import attached


def panel(look: Look) -> dict[str, Any]:
    """Return `{"attachments"}`; its `waiting` says how many are being checked."""
    return {"attachments": attached(look.settings, look.session, look.application, look.model.schema, look.language)}

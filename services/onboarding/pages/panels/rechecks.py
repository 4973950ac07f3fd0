"""What the newest re-check found."""

from __future__ import annotations

from typing import Any

from services.onboarding.pages.cures import rechecked
from services.onboarding.pages.panels.looking import Look


def panel(look: Look) -> dict[str, Any]:
    return {"rechecked": rechecked(look.session, look.application, look.language)}

"""Other versions of the model: what is offered, and what a version asks once it is taken."""

from __future__ import annotations

from typing import Any

from services.onboarding.pages.adoption import about_models
from services.onboarding.pages.panels.looking import Look


def panel(look: Look) -> dict[str, Any]:
    return about_models(look.session, look.application, look.language)

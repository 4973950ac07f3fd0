"""Who works on an application beside the one who began it."""

from __future__ import annotations

from typing import Any

from services.onboarding import handlers, schemas
from services.onboarding.pages.panels.looking import Look
from services.onboarding.repository import People


def panel(look: Look) -> dict[str, Any]:
    """Return {"people": {"lead": whether who looks may invite, "invited": [person_view]} or None for admins}."""
    if not look.mine:
        return {"people": None}
    found = [schemas.person_view(*one) for one in People(look.session).of(look.application.id) if one[1].invited]
    return {"people": {"lead": handlers.is_lead(look.session, look.application, look.ask.known()), "invited": found}}

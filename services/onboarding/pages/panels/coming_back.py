"""The private link with which an applicant comes back."""

from __future__ import annotations

from typing import Any

from services.onboarding.pages.panels.looking import Look


def panel(look: Look) -> dict[str, Any]:
    key = look.ask.keyring.resume_key(look.view["id"])
    link = f"{look.settings.public_url}/applications/resume/{key}"
    return {"private_link": link if look.mine else None}

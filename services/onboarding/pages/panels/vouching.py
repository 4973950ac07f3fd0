"""The code with which an intermediary may speak for an application."""

from __future__ import annotations

from typing import Any

from services.onboarding.domain import WHO
from services.onboarding.pages.panels.looking import Look
from shared.auth import VOUCHING_DAYS


def panel(look: Look) -> dict[str, Any]:
    code = look.ask.keyring.vouching_code(look.view["id"])
    return {
        "vouching_code": code if look.mine and look.application.status in WHO else None,
        "vouching_days": VOUCHING_DAYS,
    }

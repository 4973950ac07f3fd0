"""What an applicant can keep: receipt, letter, versions, all their data; and the way to delete a draft."""

from __future__ import annotations

from typing import Any

from services.onboarding.domain import Status
from services.onboarding.pages import snapshots
from services.onboarding.pages.panels.looking import Look
from shared.papers import missing


def panel(look: Look) -> dict[str, Any]:
    links = look.view["links"]
    return {
        "versions": snapshots.panel(look.session, look.application, look.language) | {"open": False},
        "papers": {
            "receipt": "receipt" in links,
            "letter": "letter" in links,
            "pdf": not missing(),
            "export": look.mine,
            "delete": look.mine and look.application.status is Status.DRAFT,
        },
    }

"""How it is shown whether an approved application still conforms."""

from __future__ import annotations

from typing import Any

from services.onboarding.domain import APPROVED, Application, State


def conformity_view(application: Application) -> dict[str, Any] | None:
    """Show what the newest re-check says of an approved application; None if there was none."""
    if application.status not in APPROVED or not application.rechecks:
        return None
    recheck = application.rechecks[-1]
    return {
        "model": recheck.model,
        "state": str(recheck.state),
        "conforming_until": recheck.due_on.isoformat() if recheck.due_on else None,
        "due_on": recheck.due_on.isoformat() if recheck.due_on and recheck.state is State.GRACE else None,
        "findings": recheck.findings,
        "paused_rights": recheck.paused_rights,
    }

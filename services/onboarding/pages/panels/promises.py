"""Until when somebody acts, what comes after that, and how long it usually takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.onboarding import handlers
from services.onboarding.domain import WHO, day_of, workdays_between
from services.onboarding.pages.panels.looking import Look


def panel(look: Look) -> dict[str, Any]:
    """Return {"workdays_left": until what is due, negative if it is past, "usual": of `figures`; each may be none}."""
    application = look.application
    next_ = application.next()
    until = next_[1] if next_ else None
    usual = handlers.usual(look.session, application.kind or None) if application.status in WHO else None
    today = day_of(datetime.now(UTC))
    return {"workdays_left": workdays_between(today, until) if until else None, "usual": usual}

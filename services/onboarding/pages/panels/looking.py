"""An application as somebody looks at it: what every panel of its page may need, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.onboarding import schemas
from services.onboarding.domain import CHANGEABLE, NEXT, Application, State, Status, day_of
from services.onboarding.model import Model
from services.onboarding.pages import overview
from services.onboarding.repository import Applications, Models
from shared.auth import APPLICANT
from shared.settings import Settings
from shared.web import Ask
from shared.web.asking import uuid_of


@dataclass(frozen=True, slots=True)
class Look:
    """`view` is the application as the API gives it to its applicant; `mine`: whether its applicant looks."""

    ask: Ask
    session: Session
    settings: Settings
    application: Application
    view: dict[str, Any]
    model: Model
    mine: bool

    @property
    def language(self) -> str:
        return self.ask.language


def look_at(ask: Ask, session: Session, settings: Settings, id_: str) -> Look:
    """Return what the caller may see of the application. Raises: NotFound."""
    caller = ask.known()
    application = Applications(session).get_for(uuid_of(id_), caller)
    view = schemas.application_view(application, None)
    model = Models(session).get(application.model)
    return Look(ask, session, settings, application, view, model, mine=APPLICANT in caller.roles)


def moves(look: Look) -> dict[str, Any]:
    """Return {"application", "findings", "may"}: what stands on the page whatever panels there are."""
    application, mine = look.application, look.mine
    return {
        "application": look.view,
        "findings": overview.remarks(look.model.schema, look.view["findings"], look.language),
        "may": {
            "cure": mine and (look.view["conformity"] or {}).get("state") in {State.GRACE, State.PAUSED},
            "edit": mine and application.status in CHANGEABLE,
            "submit": mine and application.status is Status.DRAFT,
            "extend": mine and application.status is Status.DRAFT,
            "reconsider": mine
            and application.may_be_reconsidered_until is not None
            and day_of(datetime.now(UTC)) <= application.may_be_reconsidered_until,
            "withdraw": mine and Status.WITHDRAWN in NEXT[application.status],
        },
    }

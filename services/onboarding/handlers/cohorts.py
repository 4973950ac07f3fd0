"""What happens when an intermediary or an admin hands in many drafts at once."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from services.onboarding.commands import ImportCohort, StartApplication
from services.onboarding.domain import Application
from services.onboarding.handlers.applications import start_application
from services.onboarding.repository import Applications
from shared.auth import Caller
from shared.kernel import Forbidden, Text


def import_cohort(session: Session, command: ImportCohort, caller: Caller) -> list[Application]:
    """Keep a draft for every row, owned by its contact; the words of an intermediary vouch for it."""
    intermediary = Applications(session).intermediary(caller.subject)
    made = []
    for row in command.rows:
        start = StartApplication(contact=row.contact, answers=row.answers)
        application = start_application(session, start, caller, f"applicant:{uuid4()}")
        if row.words and intermediary is not None:
            application.vouch(caller.subject, intermediary.organisation, row.words, datetime.now(UTC))
        made.append(application)
    return made


def need_intermediary(session: Session, caller: Caller) -> Application:
    """Return the application that makes `caller` an intermediary, or raise Forbidden."""
    found = Applications(session).intermediary(caller.subject)
    if found is None:
        raise Forbidden(
            Text(
                de="Das dürfen nur Vermittler. Ihr eigener Antrag muss genehmigt sein.",
                en="This is for intermediaries whose own application is approved.",
            ),
            code="not_intermediary",
        )
    return found

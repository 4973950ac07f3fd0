"""What is true when an open application goes from one version of the model to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.onboarding.commands import Answers
from services.onboarding.domain.applications import Application
from services.onboarding.domain.assessments import Findings
from services.onboarding.domain.questions import Entry
from services.onboarding.domain.statuses import ADOPTS, OPEN
from shared.contracts import models as told
from shared.kernel import Conflict, Text


@dataclass(frozen=True, kw_only=True)
class Change:
    """What another version makes of an application: its answers, what did not fit, and what is asked now."""

    model: str
    answers: Answers
    findings: Findings
    dropped: Sequence[Entry]  # `{"pointer", "answer"}`
    questions: Sequence[str]  # pointers


def offer_model(application: Application, change: Change, until: date, at: datetime) -> None:
    """Tell the owner that there is a newer version, once for each."""
    if application.offered == change.model:
        return
    application.offered = change.model
    application.record(
        told.ModelOffered(
            application_id=application.id, number=application.number, before=application.model, model=change.model,
            questions=len(change.questions), adopt_until=until, offered_at=at,
        )
    )  # fmt: skip


def change_model(application: Application, change: Change, why: str, at: datetime) -> None:
    """Go over to another version: `asked` by the owner, or `expired` or `withdrawn` under them.

    What did not fit is kept beside the answers. Raises Conflict in a state in which this cannot be.
    """
    if application.status not in (OPEN if why == "withdrawn" else ADOPTS):
        raise Conflict(
            Text(
                de=f"Der Antrag ist {application.status} und kann jetzt keine andere Fassung übernehmen.",
                en=f"The application is {application.status} and cannot take over another version now.",
            ),
            code="state",
        )
    before, dropped, questions = application.model, [dict(one) for one in change.dropped], list(change.questions)
    by, role = (application.owner, "applicant") if why == "asked" else ("system", "system")
    adopted = {"from": before, "why": why, "at": at.isoformat(), "dropped": dropped, "questions": questions}
    application.take_answers(change.answers, change.findings)
    application.take_model(change.model, adopted, by, role, at)
    application.record(
        told.ModelChanged(
            application_id=application.id, number=application.number, before=before, model=change.model, why=why,
            questions=len(questions), dropped=len(dropped), changed_at=at,
        )
    )  # fmt: skip

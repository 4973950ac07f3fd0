"""Applications in every state, made by the domain's own moves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.onboarding.commands import (
    AskQuestions,
    Condition,
    Contact,
    NewQuestion,
    ProposeDecision,
    Reply,
)
from services.onboarding.domain import Application, Status
from shared.kernel import Event

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
OWNER, VERA, JONAS = "applicant:1", "admin:Vera", "admin:Jonas"
AMIRA, HENRIK = "admin:Amira", "admin:Henrik"
ANSWERS: dict[str, Any] = {
    "organisation": {"name": "Parkpilot GmbH", "kind": "start_up"},
    "use_case": {"title": "Parkraum-Lotse", "theme": ["mobility", "climate"], "stage": "test"},
}
VIOLATION = {
    "rule": "BM-56", "model": "1.0", "pointer": "/security/encrypted", "observed": False, "expected": {"const": True},
    "severity": "violation", "text": {"de": "Unverschlüsselt.", "en": "Not encrypted."},
    "remedy": {"de": "Verschlüsseln.", "en": "Encrypt."},
}  # fmt: skip
HINT = VIOLATION | {"rule": "BM-14", "severity": "hint"}
CONTACT = Contact(email="mina@parkpilot.example", name="Mina Yıldız", language="de")
ONE_QUESTION = AskQuestions(items=(NewQuestion(text="Warum?"),))


def proposal(outcome: str = "approve") -> ProposeDecision:
    conditions = (Condition(text="Nachreichen", due=date(2027, 3, 31)),) if "conditions" in outcome else ()
    return ProposeDecision(outcome=outcome, reason="Passt.", conditions=conditions)


def an_application(status: Status = Status.DRAFT, **but: Any) -> Application:
    """Return an application that was led to `status`; what it told on the way is forgotten."""
    start = {"number": "BI-7K4Q", "owner": OWNER, "filed_by": None, "model": "1.0", "contact": CONTACT, "at": AT}
    application = Application.start(**start | but)
    application.take_answers(ANSWERS, [])
    if status is Status.WITHDRAWN:
        application.withdraw("", AT)
    elif status is Status.EXPIRED:
        application.expire(AT)
    elif status is not Status.DRAFT:
        application.submit(AT)
        _review(application, status)
    assert application.status is status
    told(application)
    return application


def _review(application: Application, status: Status) -> None:
    if status in {Status.IN_REVIEW, Status.CLARIFICATION}:
        application.ask(ONE_QUESTION, VERA, AT)
    if status is Status.IN_REVIEW:
        application.reply([Reply(question=application.open_questions[0]["id"], text="Darum.")], AT)
    outcomes = {Status.APPROVED: "approve", Status.DECLINED: "decline", Status.PROPOSED: "approve"}
    outcomes |= {Status.APPROVED_WITH_CONDITIONS: "approve_with_conditions", Status.RECONSIDERED: "decline"}
    if status in outcomes:
        first, second = (AMIRA, HENRIK) if status is Status.RECONSIDERED else (VERA, JONAS)
        application.propose(proposal(outcomes[status]), first, AT)
        if status is not Status.PROPOSED:
            application.confirm(agree=True, comment="", by=second, at=AT)
    if status is Status.RECONSIDERED:
        application.reconsider("Bitte noch einmal.", AT)


def told(application: Application) -> list[Event]:
    """Return and forget what the application recorded."""
    return [event for _, event in application.collect_events()]

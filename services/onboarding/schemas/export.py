"""All that is known of an application, in one document for its applicant."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.onboarding import model
from services.onboarding.domain import Application, Decision
from services.onboarding.repository import Models
from services.onboarding.schemas.applications import application_view
from services.onboarding.schemas.snapshots import snapshot_view

FORMAT = "1"
#: Of what the application's own view says: the rest is put together anew, or asked for where it lies.
TOLD = ("id", "number", "status", "model", "contact", "findings", "judgements", "questions", "timeline", "conformity")


def export_view(session: Session, application: Application) -> dict[str, Any]:
    """Return what an applicant may take along; whoever of the city had a hand in it is told by role."""
    view = application_view(application, None)
    path = view["links"]["self"]
    return {
        "format": FORMAT,
        **{name: view[name] for name in TOLD},
        "created_at": application.created_at.isoformat(),
        "changed_at": application.changed_at.isoformat(),
        "answers": application.answers,
        "answers_in_words": answers_in_words(Models(session).get(application.model), application.answers),
        "versions": [snapshot_view(application, one, whole=True) for one in application.snapshots],
        "decisions": [_decision(one) for one in application.decisions if one.state in {"confirmed", "reconsidered"}],
        "links": view["links"] | {"messages": "/api/v1/messages", "deliveries": f"{path}/deliveries"},
    }


def answers_in_words(of: model.Model, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every answer with its question, in the order of the questions."""
    found = []
    for pointer, question in of.questions.items():
        _, section, name = pointer.split("/")
        value = (answers.get(section) or {}).get(name)
        if value is None:
            continue
        said = model.said(value, question)
        label = {language: question["x-text"][language]["label"] for language in ("de", "en")}
        found.append({"pointer": pointer, "label": label, "value": value, "text": {"de": said.de, "en": said.en}})
    return found


def _decision(made: Decision) -> dict[str, Any]:
    return {
        "outcome": made.outcome,
        "reason": made.reason,
        "conditions": made.conditions,
        "state": made.state,
        "proposed_at": made.proposed_at.isoformat(),
        "decided_at": made.signed_at.isoformat() if made.signed_at else None,
        "by": ["approver", "approver"],
    }

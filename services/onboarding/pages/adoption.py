"""What an applicant reads about another version of the model: what is offered, and what it asks once it is taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.onboarding import handlers
from services.onboarding.domain import Application
from services.onboarding.pages.overview import shown
from services.onboarding.pages.questions import Json, answer_at, question_at
from services.onboarding.repository import Models

News = dict[str, Any]


def about_models(session: Session, application: Application, language: str) -> dict[str, News | None]:
    """Return what the application's page says about versions: `{"offer", "news"}`, each None if there is nothing."""
    models = Models(session)
    now, adoption = models.get(application.model).schema, handlers.adoption(session, application)
    before = models.get(application.adopted["from"]).schema if application.adopted else now
    following = models.get(adoption["model"]).schema if adoption else now
    return {
        "offer": offered(adoption, now, following, language),
        "news": taken(application, before, now, language),
    }


def offered(adoption: News | None, old: Json, new: Json, language: str) -> News | None:
    """Return `adoption` of the API with the questions of the new schema and the lost answers of the old in words."""
    if adoption is None:
        return None
    questions = [_label(new, pointer, language) for pointer in adoption["questions"]]
    return adoption | {"questions": questions, "dropped": _lost(adoption["dropped"], old, language)}


def taken(application: Application, old: Json, now: Json, language: str) -> News | None:
    """Return how the application came to its version: exactly the questions that are new or changed, and what is lost.

    A question is {"pointer", "label", "section", "answered"}; None if nothing is asked or lost.
    """
    came = application.adopted
    if came is None or not (came["questions"] or came["dropped"]):
        return None
    questions = [
        {
            "pointer": pointer,
            "label": _label(now, pointer, language),
            "section": pointer.split("/")[1],
            "answered": answer_at(application.answers, pointer) is not None,
        }
        for pointer in came["questions"]
        if question_at(now, pointer)
    ]
    return {"from": came["from"], "questions": questions, "dropped": _lost(came["dropped"], old, language)}


def _lost(dropped: Iterable[Mapping[str, Any]], schema: Json, language: str) -> list[dict[str, str]]:
    return [
        {
            "label": _label(schema, one["pointer"], language),
            "was": shown(question_at(schema, one["pointer"]), one["answer"], language),
        }
        for one in dropped
    ]


def _label(schema: Json, pointer: str, language: str) -> str:
    question = question_at(schema, pointer)
    return question.label(language) if question else pointer

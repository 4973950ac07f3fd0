"""What is true of the questions the city asks back, and of the replies to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.onboarding.commands import NewQuestion, Reply
from shared.kernel import Invalid, Problem, Text

Entry = dict[str, Any]


class Questioned:
    """What an application says of the questions it was asked. `questions` is replaced, never changed in place."""

    questions: list[Entry]

    @property
    def open_questions(self) -> list[Entry]:
        return [one for one in self.questions if one["reply"] is None]


def asked(items: Sequence[NewQuestion], at: datetime) -> list[Entry]:
    """Return new questions, without a reply yet."""
    return [
        {"id": str(uuid4()), "text": one.text, "pointer": one.pointer, "asked_at": at.isoformat(), "reply": None,
         "replied_at": None}
        for one in items
    ]  # fmt: skip


def replied(questions: Sequence[Entry], replies: Sequence[Reply], at: datetime) -> list[Entry]:
    """Return the questions with the replies in them. Raises Invalid for one that is unknown or already answered."""
    open_ = {one["id"] for one in questions if one["reply"] is None}
    given = {one.question: one.text for one in replies}
    asked_ = [one.question for one in replies]
    wrong = [index for index, id_ in enumerate(asked_) if id_ not in open_ or id_ in asked_[:index]]
    if wrong:
        text = Text(
            de="Diese Frage ist nicht offen oder schon beantwortet.",
            en="This question is not open or already answered.",
        )
        places = [Problem(f"/items/{index}/question", "unknown_question", text) for index in wrong]
        raise Invalid(text, code="unknown_question", problems=places)
    return [
        {**one, "reply": given[one["id"]], "replied_at": at.isoformat()} if one["id"] in given else one
        for one in questions
    ]

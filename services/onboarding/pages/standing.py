"""The pre-check beside a section: which rules are met, which broken, and which wait for an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.onboarding.model import Model
from services.onboarding.pages import overview
from services.onboarding.pages.questions import Json, answer_at, question_at, questions


@dataclass(frozen=True, slots=True)
class Column:
    """`met`: rules; `broken`: as `overview.remarks`, each with its `source`; `waiting`: rules with what they wait for.

    A rule is {"rule", "text"}; one that waits has also "for": [{"pointer", "section", "label"}]. `open`: questions that
    everybody must answer and that are not answered yet.
    """

    met: list[dict[str, Any]] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    open: list[dict[str, str]] = field(default_factory=list)

    @property
    def rules(self) -> int:
        return len(self.met) + len(self.broken) + len(self.waiting)


def column(model: Model, answers: Json, section: str, language: str) -> Column:
    """Return how the rules about the answers of `section` stand."""
    missing = [one.pointer for one in questions(model.schema, section) if one.required]
    missing = [pointer for pointer in missing if answer_at(answers, pointer) is None]
    found = Column(open=_questions(model.schema, missing, language))
    remarks = {one["rule"]: one for one in _remarks(model, answers, language)}
    for standing in model.standings(answers):
        rule = standing.rule
        if rule["pointer"].split("/")[1] != section:
            continue
        said = {"rule": rule["id"], "text": rule["text"]}
        if standing.state == "met":
            found.met.append(said)
        elif standing.state == "waiting":
            found.waiting.append(said | {"for": _questions(model.schema, standing.waits_for, language)})
        else:
            found.broken.append(remarks[rule["id"]] | {"source": rule["source"]})
    return found


def counted(model: Model, answers: Json) -> dict[str, int]:
    """Return {"rules", "met", "broken", "waiting"} over all sections."""
    count = Counter(standing.state for standing in model.standings(answers))
    return {"rules": count.total(), **{state: count[state] for state in ("met", "broken", "waiting")}}


def _remarks(model: Model, answers: Json, language: str) -> list[dict[str, Any]]:
    return overview.remarks(model.schema, model.check(answers), language)


def _questions(schema: Json, pointers: Sequence[str], language: str) -> list[dict[str, str]]:
    asked = [(pointer, question_at(schema, pointer)) for pointer in pointers]
    return [
        {"pointer": pointer, "section": pointer.split("/")[1], "label": question.label(language)}
        for pointer, question in asked
        if question
    ]

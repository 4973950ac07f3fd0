"""An application seen as a whole: what is filled in, what the check found, what was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.onboarding.domain import VOUCHER
from services.onboarding.model import demanded
from services.onboarding.pages.form import NOTHING, YES_NO, Section, day_in_words, sections
from services.onboarding.pages.questions import Json, Question, answer_at, question_at, questions
from shared.kernel import Text
from shared.pages import formats

_SEVERITIES = ("violation", "condition", "hint")

#: What still lies ahead of an application in each status, as an applicant is told.
_AHEAD = {
    "draft": ("review", "decision", "platform"),
    "submitted": ("review", "decision", "platform"),
    "in_review": ("decision", "platform"),
    "clarification": ("review", "decision", "platform"),
    "proposed": ("decision", "platform"),
    "before_body": ("decision", "platform"),
    "approved": ("platform",),
    "approved_with_conditions": ("platform",),
    "reconsidered": ("review", "decision", "platform"),
}

_STEPS = {
    "review": Text("Fachprüfung durch die Stadt", "Review by the city"),
    "decision": Text("Entscheidung von zwei Personen", "Decision by two people"),
    "platform": Text("Start auf der Stadtplattform", "Start on the city platform"),
}

#: How long people take for a question, by its kind: to choose is quick, to explain takes a while.
_SECONDS = {"textarea": 120, "text": 30, "url": 30, "email": 20, "tel": 20, "number": 40, "date": 30}
_SECONDS_TO_CHOOSE = 15

#: The rule whose findings say no more than that a mandatory answer is missing.
COMPLETENESS = "BM-00"


@dataclass(frozen=True, slots=True)
class Task:
    """A chapter on the task list. `state` is filled, started or open; `minutes` is how long it takes, about."""

    key: str
    number: int
    label: str
    state: str
    needed: int
    missing: int
    violations: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Row:
    """A question and its answer side by side, with what the check says about it."""

    pointer: str
    label: str
    value: str
    missing: bool
    remarks: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The answers of one chapter."""

    key: str
    number: int
    label: str
    rows: tuple[Row, ...]
    remarks: tuple[dict[str, Any], ...]  #: about the chapter, not about one answer


def tasks(model_schema: Json, answers: Json, findings: Sequence[Json], language: str) -> list[Task]:
    """Return the task list: every chapter with what is missing in it."""
    return [_task(model_schema, section, answers, findings) for section in sections(model_schema, language)]


def sheets(model_schema: Json, answers: Json, findings: Sequence[Json], language: str) -> list[Sheet]:
    """Return all that was answered, by chapter, each finding beside the answer it is about."""
    told = remarks(model_schema, findings, language)
    return [
        Sheet(
            section.key,
            section.number,
            section.label,
            tuple(
                _row(question, answers, told, language)
                for question in questions(model_schema, section.key)
                if question.applies(answers) is not False or answer_at(answers, question.pointer) is not None
            ),
            tuple(remark for remark in told if remark["pointer"] == f"/{section.key}"),
        )
        for section in sections(model_schema, language)
    ]


def remarks(model_schema: Json, findings: Iterable[Json], language: str) -> list[dict[str, Any]]:
    """Return the findings, gravest first, each with what a page says beside it.

    Adds: {"section": key, "label": of the question, "was": observed in words, "needs": expected in words,
    "gap": whether all that is wrong is that a mandatory answer is missing}.
    """
    return sorted(
        (_remark(model_schema, finding, language) for finding in findings),
        key=lambda remark: _SEVERITIES.index(remark["severity"]),
    )


def tally(findings: Iterable[Json], rules: int) -> dict[str, int]:
    """Return {"rules", "met", "violation", "condition", "hint", "missing"}: rules met, findings of each kind."""
    found = [finding for finding in findings if finding["rule"] != VOUCHER]
    met = max(rules - len({finding["rule"] for finding in found}), 0)
    count = Counter(_counted_as(finding) for finding in found)
    return {"rules": rules, "met": met, **{kind: count[kind] for kind in (*_SEVERITIES, "missing")}}


def ahead(status: str, language: str) -> list[str]:
    """Return the steps an application in this status has still before it."""
    return [_STEPS[step].in_(language) for step in _AHEAD.get(status, ())]


def shown(question: Question | None, value: Any, language: str) -> str:
    """Return an answer in words: the label of a choice, a local date or number."""
    if value is None or value in ("", []):
        return NOTHING.in_(language)
    if isinstance(value, list):
        return ", ".join(shown(question, item, language) for item in value)
    if isinstance(value, bool):
        return YES_NO["ja" if value else "nein"].in_(language)
    if isinstance(value, (int, float)):
        suffix = question.ui.get("suffix", "") if question else ""
        return f"{formats.number(value, language)} {suffix}".strip()
    choices = question.choices(language) if question else {}
    if question and question.widget == "date":
        return day_in_words(str(value), language)
    return choices.get(str(value), str(value))


def expectation(question: Question | None, expected: Any, language: str) -> str:
    """Return a schema fragment in words, "" if it demands nothing."""
    if not isinstance(expected, Mapping):
        return ""
    said = demanded(expected, question.schema if question else None)
    return "" if said == demanded({}) else said.in_(language)


def _task(model_schema: Json, section: Section, answers: Json, findings: Sequence[Json]) -> Task:
    given = answers.get(section.key) or {}
    asked = list(questions(model_schema, section.key))
    needed = [question for question in asked if question.required and question.applies(answers)]
    missing = {question.pointer for question in needed if question.key not in given}
    mine = [finding for finding in findings if _section(finding["pointer"]) == section.key]
    violations = sum(_counted_as(finding) == "violation" and finding["pointer"] not in missing for finding in mine)
    state = "open" if not given else "started" if missing else "filled"
    left = [question for question in asked if question.applies(answers) and question.key not in given]
    minutes = max(1, round(sum(_SECONDS.get(question.widget, _SECONDS_TO_CHOOSE) for question in left) / 60))
    return Task(section.key, section.number, section.label, state, len(needed), len(missing), violations, minutes)


def _row(question: Question, answers: Json, told: Sequence[dict[str, Any]], language: str) -> Row:
    value = answer_at(answers, question.pointer)
    return Row(
        question.pointer,
        question.label(language),
        shown(question, value, language),
        value is None,
        tuple(remark for remark in told if remark["pointer"] == question.pointer),
    )


def _remark(model_schema: Json, finding: Json, language: str) -> dict[str, Any]:
    question = question_at(model_schema, finding["pointer"])
    section = _section(finding["pointer"])
    observed, gap = finding["observed"], _is_gap(finding)
    return {
        **finding,
        "section": section if section in model_schema["properties"] else "",
        "label": question.label(language) if question else "",
        "was": "" if observed is None else shown(question, observed, language),
        "needs": "" if gap else expectation(question, finding["expected"], language),
        "gap": gap,
    }


def _section(pointer: str) -> str:
    return pointer.strip("/").split("/")[0]


def _counted_as(finding: Json) -> str:
    if "override" in finding:
        return "override"
    return "missing" if _is_gap(finding) else str(finding["severity"])


def _is_gap(finding: Json) -> bool:
    return bool(finding["rule"] == COMPLETENESS)

"""The form of a section: from the model's schema to fields, and from what was posted to answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.onboarding.pages.questions import Json, Question, answer_at, question_at, questions
from services.onboarding.pages.reading import Unreadable, read, tidy
from shared.kernel import Problem, Text
from shared.pages import anchor
from shared.pages.formats import day

NOTHING = Text("Keine Angabe", "No answer")
YES_NO = {"ja": Text("Ja", "Yes"), "nein": Text("Nein", "No")}


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the form and its place among the others."""

    key: str
    number: int
    of: int
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One question as a page shows it; `pointer` is the name of its input."""

    pointer: str
    id: str
    widget: str
    label: str
    hint: str
    why: str
    example: str
    note: str  #: for whom it is, while the answer that decides it is missing
    required: bool
    value: str
    options: tuple[Option, ...]
    error: str
    suffix: str
    size: int | None
    limit: int | None  #: characters that a long text may have


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a question stands on the page, or would stand if other answers asked for it."""

    pointer: str
    id: str
    field: Field | None


def sections(model_schema: Json, language: str) -> list[Section]:
    """Return the chapters of the form in their order."""
    parts = model_schema["properties"]
    found = []
    for place, (key, part) in enumerate(parts.items(), start=1):
        texts = part.get("x-text", {})
        text = texts.get(language) or texts.get("de") or {}
        found.append(Section(key, place, len(parts), text.get("label", key), text.get("hint", "")))
    return found


def fields(model_schema: Json, section: str, answers: Json, errors: Iterable[Problem], language: str) -> list[Field]:
    """Return what to ask in a section, filled with the answers there are.

    `answers` is the whole document, because other chapters decide what is asked here. A question whose
    condition is not answered yet is asked with a note for whom it is; one that does not apply is left out.
    """
    said = {problem.pointer: problem.text.in_(language) for problem in reversed(list(errors))}
    return [
        _field(model_schema, question, answers, said.get(question.pointer, ""), language)
        for question in questions(model_schema, section)
        if question.applies(answers) is not False
    ]


def slots(
    model_schema: Json, section: str, answers: Json, *, decisive: Json, errors: Iterable[Problem], language: str
) -> list[Slot]:
    """Return a place for every question of a section, empty for those that `decisive` answers leave out."""
    said = {problem.pointer: problem.text.in_(language) for problem in reversed(list(errors))}
    return [
        Slot(
            question.pointer,
            anchor(question.pointer),
            None
            if question.applies(decisive) is False
            else _field(model_schema, question, answers, said.get(question.pointer, ""), language),
        )
        for question in questions(model_schema, section)
    ]


def asked(model_schema: Json, section: str, answers: Json) -> set[str]:
    """Return the pointers that a section asks for; what is new after saving has not been seen yet."""
    return {question.pointer for question in questions(model_schema, section) if question.applies(answers)}


def parse(model_schema: Json, section: str, form: Mapping[str, list[str]]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the answers of a section from a posted form, and what could not be read.

    Nothing typed is no answer. What could not be read is returned as it was typed, so that a page can show
    it again; `readable` takes it out. The form's own field `lang` says how its numbers are written.
    """
    language = form.get("lang", ["de"])[-1]
    answers: dict[str, Any] = {}
    problems: list[Problem] = []
    for question in questions(model_schema, section):
        typed = [text for text in map(tidy, form.get(question.pointer, ())) if text]
        if not typed:
            continue
        try:
            answers[question.key] = read(question, typed, language)
        except Unreadable as no:
            answers[question.key] = typed if question.type == "array" else typed[-1]
            problems.append(Problem(question.pointer, no.code, no.text))
    return answers, problems


def parse_all(model_schema: Json, form: Mapping[str, list[str]]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the answers of all sections as `parse` does; a section without an answer is left out."""
    parts = {section: parse(model_schema, section, form) for section in model_schema["properties"]}
    problems = [problem for _, found in parts.values() for problem in found]
    return {section: answers for section, (answers, _) in parts.items() if answers}, problems


def readable(section: str, answers: Mapping[str, Any], problems: Iterable[Problem]) -> dict[str, Any]:
    """Return the answers of a section without those that a problem is about."""
    wrong = {problem.pointer for problem in problems}
    return {key: answer for key, answer in answers.items() if f"/{section}/{key}" not in wrong}


def patch(model_schema: Json, section: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Merge Patch that makes `answers` all there is in a section: the rest becomes null."""
    return {section: {question.key: answers.get(question.key) for question in questions(model_schema, section)}}


def day_in_words(text: str, language: str) -> str:
    """Write an ISO date for people; what is none stays as it is."""
    try:
        return day(text, language)
    except ValueError:
        return text


def _field(model_schema: Json, question: Question, answers: Json, error: str, language: str) -> Field:
    text, answer = question.text(language), answer_at(answers, question.pointer)
    example = text.get("example", "")
    return Field(
        pointer=question.pointer,
        id=anchor(question.pointer),
        widget=question.widget,
        label=question.label(language),
        hint=text.get("hint", ""),
        why=text.get("why", ""),
        example=day_in_words(example, language) if question.widget == "date" else example,
        note=_for_whom(model_schema, question, language) if question.applies(answers) is None else "",
        required=question.required,
        value="" if answer is None or isinstance(answer, list) else _typed(answer, language),
        options=_options(question, answer, language),
        error=error,
        suffix=question.ui.get("suffix", ""),
        size=question.ui.get("width"),
        limit=question.schema.get("maxLength") if question.widget == "textarea" else None,
    )


def _typed(answer: Any, language: str) -> str:
    """Write an answer the way it would be typed: no thousands separators, the language's decimal sign."""
    if isinstance(answer, bool):
        return "ja" if answer else "nein"
    if isinstance(answer, (int, float)):
        return format(Decimal(str(answer)), "f").replace(".", "," if language == "de" else ".")
    return str(answer)


def _options(question: Question, answer: Any, language: str) -> tuple[Option, ...]:
    choices = question.choices(language)
    if question.widget == "yesno":
        choices = {value: label.in_(language) for value, label in YES_NO.items()}
    if question.widget in {"radios", "yesno"} and not question.required:
        # A chosen radio cannot be taken back, so an optional question needs a way to say nothing.
        choices = {**choices, "": NOTHING.in_(language)}
    given = answer if isinstance(answer, list) else [] if answer is None else [_typed(answer, language)]
    return tuple(Option(value, label, value in given) for value, label in choices.items())


def _for_whom(model_schema: Json, question: Question, language: str) -> str:
    condition = question.ui["show_if"]
    other = question_at(model_schema, condition["pointer"])
    if other is None:
        return ""
    labels: dict[Any, str] = {True: YES_NO["ja"].in_(language), False: YES_NO["nein"].in_(language)}
    labels |= other.choices(language)
    values = "; ".join(str(labels.get(value, value)) for value in condition["in"])
    if language == "en":
        return f"Only for “{other.label('en')}”: {values}"
    return f"Nur bei „{other.label('de')}“: {values}"

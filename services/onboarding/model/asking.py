"""Can people answer the questions of a model document? What a schema of the document cannot say about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema_rs

from services.onboarding.model import patterns
from services.onboarding.model.complaint import Complaint, unknown, wrong
from services.onboarding.model.derived import DERIVED
from services.onboarding.model.formats import FORMATS
from shared.kernel import Text

Schema = dict[str, Any]

#: The chapters of every version, in the order in which people meet them.
SECTIONS = (
    "organisation",
    "use_case",
    "business",
    "operation",
    "data",
    "interfaces",
    "security",
    "participation",
    "open_source",
)

_SECTION, _QUESTION, _ANSWER = (
    Text("Einen Abschnitt", "section"),
    Text("Eine Frage", "question"),
    Text("Die Antwort", "answer"),
)


def question_complaints(schema: Schema) -> Iterator[Complaint]:
    """Yield what is wrong with the questions of a document whose form was already found right."""
    sections = schema["properties"]
    yield from names(schema["required"], sections, "/schema/required", _SECTION)
    for missing in [name for name in sections if name not in schema["required"]]:
        yield wrong(
            "/schema/required",
            f"Jeder Abschnitt ist Pflicht. Ergänzen Sie „{missing}“.",
            f"Every section is mandatory. Add “{missing}”.",
        )
    if tuple(sections) != SECTIONS:
        listed = ", ".join(SECTIONS)
        yield wrong(
            "/schema/properties",
            f"Die Abschnitte stehen immer in dieser Reihenfolge. Schreiben Sie: {listed}.",
            f"The sections always stand in this order. Write: {listed}.",
        )
    for key, section in sections.items():
        place = f"/schema/properties/{key}"
        yield from names(section["required"], section["properties"], f"{place}/required", _QUESTION)
        yield from _same_label(section["properties"], f"{place}/properties")
        for name, question in section["properties"].items():
            here = f"{place}/properties/{name}"
            yield from _question(question, here, schema)
            if name in section["required"] and "show_if" in question["x-ui"]:
                yield wrong(
                    f"{here}/x-ui/show_if",
                    "Eine Pflichtfrage ist nie versteckt. Streichen Sie show_if, oder nehmen Sie sie aus required.",
                    "A question everybody must answer is never hidden. Remove show_if, or take it out of required.",
                )


def _question(question: Schema, place: str, schema: Schema) -> Iterator[Complaint]:
    values = question.get("enum") or question.get("items", {}).get("enum", [])
    for language in ("de", "en"):
        options = question["x-text"][language].get("options", {})
        if list(options) != values:
            yield wrong(
                f"{place}/x-text/{language}/options",
                f"Jede Auswahl hat genau einen Text. Schreiben Sie ihn für: {', '.join(values) or 'nichts'}.",
                f"Every choice has exactly one text. Write it for: {', '.join(values) or 'nothing'}.",
            )
        for label, count in Counter(options.values()).items():
            if count > 1:
                yield wrong(
                    f"{place}/x-text/{language}/options",
                    f"„{label}“ steht für zwei Antworten. Ändern Sie einen der Texte.",
                    f"“{label}” stands for two answers. Change one of the texts.",
                )
    if "pattern" in question and (refused := patterns.complaint(question["pattern"], f"{place}/pattern")):
        yield refused
    yield from _bounds(question, place, values)
    if show_if := question["x-ui"].get("show_if"):
        yield from _show_if(show_if, question, f"{place}/x-ui/show_if", schema)


def _bounds(question: Schema, place: str, values: list[str]) -> Iterator[Complaint]:
    for low, high in (("minimum", "maximum"), ("minItems", "maxItems")):
        if question.get(low, 0) > question.get(high, question.get(low, 0)):
            yield wrong(
                f"{place}/{low}",
                f"{low} ist größer als {high}, also geht keine Antwort. Ändern Sie eines von beiden.",
                f"{low} is greater than {high}, so no answer is possible. Change one of the two.",
            )
    if "items" in question and question["maxItems"] > len(values):
        yield wrong(
            f"{place}/maxItems",
            f"Es gibt nur {len(values)} Möglichkeiten. Schreiben Sie höchstens {len(values)}.",
            f"There are only {len(values)} choices. Write {len(values)} or less.",
        )


def _show_if(show_if: Schema, question: Schema, place: str, schema: Schema) -> Iterator[Complaint]:
    other = resolve(show_if["pointer"], schema)
    if other is None:
        yield unknown(f"{place}/pointer", show_if["pointer"], _QUESTION, pointers(schema))
        return
    # Follows the questions on which this one depends; a circle would hide all of them for ever.
    step: Schema | None = other
    seen = [question]
    while step is not None and step not in seen:
        seen.append(step)
        following = step["x-ui"].get("show_if")
        step = resolve(following["pointer"], schema) if following else None
    if step is question:
        yield wrong(
            f"{place}/pointer",
            "Die Frage hängt an sich selbst und wird nie gezeigt. Nehmen Sie eine andere.",
            "The question depends on itself and is never shown. Take another one.",
        )
    for value in show_if["in"]:
        yield from possible(value, other, f"{place}/in")


def _same_label(questions: Schema, place: str) -> Iterator[Complaint]:
    for language in ("de", "en"):
        counts = Counter(question["x-text"][language]["label"] for question in questions.values())
        for label in [label for label, count in counts.items() if count > 1]:
            yield wrong(
                place,
                f"Zwei Fragen heißen „{label}“. Ändern Sie eine davon.",
                f"Two questions are called “{label}”. Change one of them.",
            )


def possible(value: object, question: Schema, place: str) -> Iterator[Complaint]:
    """Yield a complaint if nobody can answer `question` with `value`."""
    # A question with several choices is compared with one of them or with a whole selection.
    items = question.get("items")
    if _fits(value, question) or (items is not None and _fits(value, items)):
        return
    values = question.get("enum") or (items or {}).get("enum")
    if values:
        yield unknown(place, value, _ANSWER, values)
        return
    kind = question.get("type")
    yield wrong(
        place,
        f"„{value}“ ist keine mögliche Antwort auf diese Frage. Schreiben Sie einen Wert der Art {kind}.",
        f"“{value}” is no possible answer to this question. Write a value of the type {kind}.",
    )


def _fits(value: object, question: Schema) -> bool:
    return jsonschema_rs.Draft202012Validator(
        {key: part for key, part in question.items() if not key.startswith("x-")},
        validate_formats=True,
        formats=FORMATS,
        offline=True,
    ).is_valid(value)


def names(found: Iterable[str], known: Schema, place: str, what: Text) -> Iterator[Complaint]:
    """Yield a complaint for each of `found` that is not among `known`."""
    for name in found:
        if name not in known:
            yield unknown(place, name, what, known)


def tree(schema: Schema) -> Schema:
    """Return what predicates may name: the questions by section, and the derived values."""
    found = {name: section["properties"] for name, section in schema["properties"].items()}
    found["derived"] = {name: {"type": derived.type} for name, derived in DERIVED.items()}
    return found


def pointers(schema: Schema) -> list[str]:
    """Return the pointers of all questions."""
    return [f"/{name}/{question}" for name, part in schema["properties"].items() for question in part["properties"]]


def resolve(pointer: str, schema: Schema) -> Schema | None:
    """Return the question `pointer` names, or None."""
    match pointer.split("/"):
        case ["", section, question] if section in schema["properties"]:
            found: Schema | None = schema["properties"][section]["properties"].get(question)
            return found
    return None

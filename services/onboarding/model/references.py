"""Do the rules of a model document make sense? What a schema of the document cannot say about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from services.onboarding.model import patterns
from services.onboarding.model.asking import names, pointers, possible, resolve, tree
from services.onboarding.model.complaint import Complaint, unknown, wrong
from shared.kernel import Text

Schema = dict[str, Any]

#: What may be demanded of an answer, by the type of its question.
_FITTING = {
    "string": ("const", "enum", "minLength", "maxLength", "pattern", "format"),
    "number": ("const", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "integer": ("const", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "boolean": ("const", "enum"),
    "array": ("const", "enum", "contains", "minItems", "maxItems"),
}
_ALWAYS = ("$comment", "type", "not")
_LONG_ENOUGH = 25

_SECTION, _QUESTION, _EXAMPLE = (
    Text("Einen Abschnitt", "section"),
    Text("Eine Frage", "question"),
    Text("Ein Beispiel", "example"),
)
_BEFORE = Text("Eine Frage der Version davor", "question of the version before")
_DEMAND = Text("Eine Forderung", "demand")


def complaints(document: Schema) -> Iterator[Complaint]:
    """Yield what is wrong with the rules of a document whose form was already found right."""
    yield from _identities(document)
    yield from _moves(document.get("changes", {}).get("moved", []), document["schema"])
    known = tree(document["schema"])
    for index, rule in enumerate(document["rules"]):
        yield from _rule(rule, f"/rules/{index}", known, document["schema"])
        yield from _translated(rule, f"/rules/{index}")


def _identities(document: Schema) -> Iterator[Complaint]:
    for part, key in (("rules", "id"), ("examples", "key")):
        counts = Counter(each[key] for each in document[part])
        for name in [name for name, count in counts.items() if count > 1]:
            yield wrong(
                f"/{part}", f"{name} gibt es mehrmals. Geben Sie einem davon einen anderen Namen.",
                f"{name} exists several times. Give one of them another name.",
            )  # fmt: skip
    yield from _completeness(document["rules"])
    known = {example["key"]: example for example in document["examples"]}
    for index, rule in enumerate(document["rules"]):
        for kind, example in rule["examples"].items():
            yield from names([example["base"]], known, f"/rules/{index}/examples/{kind}/base", _EXAMPLE)


def _completeness(rules: list[Schema]) -> Iterator[Complaint]:
    whole = [index for index, rule in enumerate(rules) if rule["pointer"] == ""]
    for index in [index for index in whole if index > 0]:
        yield wrong(
            f"/rules/{index}/pointer",
            "Der Zeiger ist leer. Schreiben Sie eine Frage wie „/operation/availability“.",
            "The pointer is empty. Write a question such as “/operation/availability”.",
        )
    if 0 not in whole:
        yield wrong(
            "/rules",
            "Die erste Regel ist die über Vollständigkeit, mit leerem Zeiger. Nehmen Sie sie aus Version 1.0.",
            "The first is the rule of completeness, with an empty pointer. Take it from version 1.0.",
        )
    elif rules[0]["applies_to"] or "requires" in rules[0] or "judged_by" in rules[0]:
        yield wrong(
            "/rules/0",
            "Vollständigkeit gilt für alle. Schreiben Sie „applies_to“: {} und streichen Sie requires und judged_by.",
            "The rule of completeness applies to everybody. Write “applies_to”: {} and remove requires and judged_by.",
        )


def following(document: Schema, questions: Schema, rules: Schema) -> Iterator[Complaint]:
    """Yield what a document does not tell of the version before it, which has these questions and rules."""
    if "changes" not in document:
        yield wrong(
            "",
            '„changes“ fehlt. Schreiben Sie, auf welche Version diese folgt: {"from": "1.0", "moved": []}.',
            '“changes” is missing. Write which version this one follows: {"from": "1.0", "moved": []}.',
        )
    elif _numbers(document["changes"]["from"]) >= _numbers(document["version"]):
        yield wrong(
            "/version",
            f"Diese Version folgt auf {document['changes']['from']}. Schreiben Sie eine höhere Nummer.",
            f"This version follows {document['changes']['from']}. Write a higher number.",
        )
    for index, move in enumerate(document.get("changes", {}).get("moved", [])):
        if move["from"] not in questions:
            yield unknown(f"/changes/moved/{index}/from", move["from"], _BEFORE, questions)
    for index, rule in enumerate(document["rules"]):
        # The first version gave no reasons: what it said may stand as it is.
        if "why" not in rule and ("why" in rules.get(rule["id"], {"why": None})):
            yield wrong(
                f"/rules/{index}",
                '„why“ fehlt. Schreiben Sie, warum es die Regel gibt: {"de": "…", "en": "…"}.',
                '“why” is missing. Write why the rule exists: {"de": "…", "en": "…"}.',
            )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _moves(moves: list[Schema], schema: Schema) -> Iterator[Complaint]:
    for end in ("from", "to"):
        counts = Counter(move[end] for move in moves)
        for pointer in [pointer for pointer, count in counts.items() if count > 1]:
            yield wrong(
                "/changes/moved",
                f"{pointer} steht mehrmals unter „{end}“. Streichen Sie alle Einträge bis auf einen.",
                f"{pointer} stands under “{end}” several times. Remove all entries but one.",
            )
    for index, move in enumerate(moves):
        place, question = f"/changes/moved/{index}", resolve(move["to"], schema)
        if question is None:
            yield unknown(f"{place}/to", move["to"], _QUESTION, pointers(schema))
            continue
        if move["from"] == move["to"] and not move.get("values"):
            yield wrong(
                place, "Hier bewegt sich nichts. Streichen Sie den Eintrag.", "Nothing moves here. Remove this."
            )
        elif move["from"] != move["to"] and resolve(move["from"], schema):
            yield wrong(
                f"{place}/from",
                f"{move['from']} gibt es noch. Streichen Sie die alte Frage oder diesen Eintrag.",
                f"{move['from']} is still there. Remove the old question or this entry.",
            )
        for value in move.get("values", {}).values():
            yield from possible(value, question, f"{place}/values")


def _translated(rule: Schema, place: str) -> Iterator[Complaint]:
    for key in ("text", "why", "remedy"):
        words = rule.get(key, {})
        if words and words["de"] == words["en"] and len(words["de"]) > _LONG_ENOUGH:
            yield wrong(
                f"{place}/{key}/en",
                "Der englische Text ist der deutsche. Schreiben Sie ihn auf Englisch.",
                "The English text is the German one. Write it in English.",
            )


def _rule(rule: Schema, place: str, known: Schema, schema: Schema) -> Iterator[Complaint]:
    yield from _about_answers(rule["applies_to"], f"{place}/applies_to", known, demanding=True)
    if rule["applies_to"] and _holds_without_answers(rule["applies_to"]):
        yield wrong(
            f"{place}/applies_to",
            "Die Bedingung gilt auch, wenn nichts beantwortet ist. Schreiben Sie die nötigen Antworten in required.",
            "The condition applies when nothing was answered. Write the answers it needs into required.",
        )
    yield from _about_answers(rule.get("requires", {}), f"{place}/requires", known, demanding=False)
    if "right" in rule and (rule["severity"] != "violation" or "judged_by" in rule):
        yield wrong(
            f"{place}/right",
            "Nur ein Verstoß, den die Maschine prüft, hält etwas an. Streichen Sie right, oder ändern Sie die Regel.",
            "Only a violation that the machine checks pauses something. Remove right, or change the rule.",
        )
    if rule["pointer"]:
        question = resolve(rule["pointer"], schema)
        if question is None:
            yield unknown(f"{place}/pointer", rule["pointer"], _QUESTION, pointers(schema))
            return
        yield from _about_one(rule.get("expected", {}), question, f"{place}/expected")
        if rule.get("expected") == {} and "requires" not in rule:
            yield wrong(
                f"{place}/expected",
                'Die Regel verlangt nichts. Schreiben Sie, was gelten soll, zum Beispiel {"minimum": 99}.',
                'The rule demands nothing. Write what shall hold, for example {"minimum": 99}.',
            )  # fmt: skip


def _about_answers(schema: Schema, place: str, known: Schema, *, demanding: bool) -> Iterator[Complaint]:
    for keyword in ("allOf", "anyOf"):
        for index, each in enumerate(schema.get(keyword, [])):
            yield from _about_answers(each, f"{place}/{keyword}/{index}", known, demanding=demanding)
    if "not" in schema:
        yield from _about_answers(schema["not"], f"{place}/not", known, demanding=False)
    yield from names(schema.get("required", []), known, f"{place}/required", _SECTION)
    for section, part in schema.get("properties", {}).items():
        here = f"{place}/properties/{section}"
        if section not in known:
            yield unknown(here, section, _SECTION, known)
            continue
        if demanding and section not in schema.get("required", []):
            yield _not_required(here, f"{place}/required", section)
        yield from _about_section(part, here, known[section], demanding=demanding)


def _about_section(part: Schema, place: str, questions: Schema, *, demanding: bool) -> Iterator[Complaint]:
    yield from names(part.get("required", []), questions, f"{place}/required", _QUESTION)
    for name, leaf in part.get("properties", {}).items():
        here = f"{place}/properties/{name}"
        if name not in questions:
            yield unknown(here, name, _QUESTION, questions)
            continue
        if demanding and name not in part.get("required", []):
            yield _not_required(here, f"{place}/required", name)
        yield from _about_one(leaf, questions[name], here)


def _not_required(place: str, list_: str, name: str) -> Complaint:
    return wrong(
        place,
        f"Sonst gilt die Regel auch ohne Antwort: „{name}“ fehlt in required. Ergänzen Sie es in {list_}.",
        f"{name} must stand in `required` too, or the rule applies to those who did not answer. Add it in {list_}.",
    )


def _about_one(leaf: Schema, question: Schema, place: str) -> Iterator[Complaint]:
    fitting = (*_FITTING[question["type"]], *_ALWAYS)
    for keyword in [keyword for keyword in leaf if keyword not in fitting]:
        yield unknown(f"{place}/{keyword}", keyword, _DEMAND, fitting)
    if leaf.get("type", question["type"]) not in {question["type"], "number"}:
        yield wrong(
            f"{place}/type",
            f"Die Frage hat eine andere Art von Antwort. Schreiben Sie {question['type']}.",
            f"The question has another kind of answer. Write {question['type']}.",
        )
    yield from _impossible(leaf, place)
    yield from _about_values(leaf, question, place)


def _impossible(leaf: Schema, place: str) -> Iterator[Complaint]:
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        if low in leaf and high in leaf and leaf[low] > leaf[high]:
            yield wrong(
                f"{place}/{low}",
                f"{low} ist größer als {high}, also besteht niemand. Ändern Sie eines von beiden.",
                f"{low} is greater than {high}, so nobody passes. Change one of the two.",
            )


def _about_values(leaf: Schema, question: Schema, place: str) -> Iterator[Complaint]:
    for value in leaf.get("enum", []):
        yield from possible(value, question, f"{place}/enum")
    if "const" in leaf:
        yield from possible(leaf["const"], question, f"{place}/const")
    if "pattern" in leaf and (refused := patterns.complaint(leaf["pattern"], f"{place}/pattern")):
        yield refused
    if "not" in leaf:
        yield from _about_one(leaf["not"], question, f"{place}/not")
    if "contains" in leaf and "items" in question:
        yield from _about_one(leaf["contains"], question["items"], f"{place}/contains")


def _holds_without_answers(applies_to: Schema) -> bool:
    return jsonschema_rs.Draft202012Validator(applies_to, offline=True).is_valid({"derived": {}})

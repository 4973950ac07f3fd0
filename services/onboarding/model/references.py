"""Does everything a model document names exist? What a schema of the document cannot say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from services.onboarding.model.derived import DERIVED
from services.onboarding.model.formats import FORMATS

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

#: A place in the document as an RFC 6901 pointer, and what is wrong there.
Complaint = tuple[str, str]


def complaints(document: Schema) -> Iterator[Complaint]:
    """Yield what is wrong with a document whose form was already found right."""
    schema = document["schema"]
    yield from _questions(schema)
    yield from _identities(document)
    tree = _tree(schema)
    for index, rule in enumerate(document["rules"]):
        yield from _rule(rule, f"/rules/{index}", tree)


def _questions(schema: Schema) -> Iterator[Complaint]:
    sections = schema["properties"]
    yield from _names(schema["required"], sections, "/schema/required")
    if set(schema["required"]) != set(sections):
        yield "/schema/required", "every section is required"
    for key, section in sections.items():
        place = f"/schema/properties/{key}"
        yield from _names(section["required"], section["properties"], f"{place}/required")
        for name, question in section["properties"].items():
            yield from _question(question, f"{place}/properties/{name}", schema)
            if name in section["required"] and "show_if" in question["x-ui"]:
                yield (
                    f"{place}/properties/{name}/x-ui/show_if",
                    "a question everybody must answer is never hidden",
                )


def _question(question: Schema, place: str, schema: Schema) -> Iterator[Complaint]:
    values = question.get("enum") or question.get("items", {}).get("enum", [])
    for language in ("de", "en"):
        options = question["x-text"][language].get("options", {})
        if list(options) != values:
            yield f"{place}/x-text/{language}/options", f"the options must be exactly {values}"
    if "pattern" in question:
        yield from _pattern(question["pattern"], f"{place}/pattern")
    show_if = question["x-ui"].get("show_if")
    if show_if:
        other = resolve(show_if["pointer"], schema)
        if other is None or other is question:
            yield f"{place}/x-ui/show_if/pointer", f"{show_if['pointer']} is no other question of this model"
            return
        for value in show_if["in"]:
            yield from _possible(value, other, f"{place}/x-ui/show_if/in")


def _identities(document: Schema) -> Iterator[Complaint]:
    if tuple(document["schema"]["properties"]) != SECTIONS:
        yield "/schema/properties", f"the sections stand in this order: {', '.join(SECTIONS)}"
    for part, key in (("rules", "id"), ("examples", "key")):
        counts = Counter(each[key] for each in document[part])
        for name, count in counts.items():
            if count > 1:
                yield f"/{part}", f"{name} exists {count} times"
    yield from _completeness(document["rules"])
    known = {example["key"] for example in document["examples"]}
    for index, rule in enumerate(document["rules"]):
        for kind, example in rule["examples"].items():
            if example["base"] not in known:
                yield f"/rules/{index}/examples/{kind}/base", f"there is no example {example['base']}"


def _completeness(rules: list[Schema]) -> Iterator[Complaint]:
    whole = [index for index, rule in enumerate(rules) if rule["pointer"] == ""]
    if whole != [0]:
        yield "/rules", "exactly the first rule is the rule of completeness, with an empty pointer"
    elif rules[0]["applies_to"] or "requires" in rules[0]:
        yield "/rules/0", "the rule of completeness applies to everybody and requires what the schema says"


def _rule(rule: Schema, place: str, tree: Schema) -> Iterator[Complaint]:
    yield from _about_answers(rule["applies_to"], f"{place}/applies_to", tree, demanding=True)
    if rule["applies_to"] and _holds_without_answers(rule["applies_to"]):
        yield (
            f"{place}/applies_to",
            "applies when nothing was answered: name the answers it needs in `required`",
        )
    yield from _about_answers(rule.get("requires", {}), f"{place}/requires", tree, demanding=False)
    if rule["pointer"]:
        question = _leaf(rule["pointer"], tree)
        if question is None:
            yield f"{place}/pointer", f"{rule['pointer']} is no question of this model"
        else:
            yield from _about_one(rule.get("expected", {}), question, f"{place}/expected")


def _about_answers(schema: Schema, place: str, tree: Schema, *, demanding: bool) -> Iterator[Complaint]:
    for keyword in ("allOf", "anyOf"):
        for index, each in enumerate(schema.get(keyword, [])):
            yield from _about_answers(each, f"{place}/{keyword}/{index}", tree, demanding=demanding)
    if "not" in schema:
        yield from _about_answers(schema["not"], f"{place}/not", tree, demanding=False)
    yield from _names(schema.get("required", []), tree, f"{place}/required")
    for section, part in schema.get("properties", {}).items():
        here = f"{place}/properties/{section}"
        if section not in tree:
            yield here, f"there is no section {section}"
            continue
        if demanding and section not in schema.get("required", []):
            yield (
                here,
                f"{section} must stand in `required` too, or the rule applies to those who did not answer",
            )
        yield from _about_section(part, here, tree[section], demanding=demanding)


def _about_section(part: Schema, place: str, questions: Schema, *, demanding: bool) -> Iterator[Complaint]:
    yield from _names(part.get("required", []), questions, f"{place}/required")
    for name, leaf in part.get("properties", {}).items():
        here = f"{place}/properties/{name}"
        if name not in questions:
            yield here, f"there is no question {name}"
            continue
        if demanding and name not in part.get("required", []):
            yield (
                here,
                f"{name} must stand in `required` too, or the rule applies to those who did not answer",
            )
        yield from _about_one(leaf, questions[name], here)


def _about_one(leaf: Schema, question: Schema, place: str) -> Iterator[Complaint]:
    for value in leaf.get("enum", []):
        yield from _possible(value, question, f"{place}/enum")
    if "const" in leaf:
        yield from _possible(leaf["const"], question, f"{place}/const")
    if "pattern" in leaf:
        yield from _pattern(leaf["pattern"], f"{place}/pattern")
    if "not" in leaf:
        yield from _about_one(leaf["not"], question, f"{place}/not")
    if "contains" in leaf:
        if "items" in question:
            yield from _about_one(leaf["contains"], question["items"], f"{place}/contains")
        else:
            yield f"{place}/contains", "only the answer to a question with several choices contains something"


def _possible(value: object, question: Schema, place: str) -> Iterator[Complaint]:
    # A question with several choices is compared with one of them or with a whole selection.
    items = question.get("items")
    fits = (_fits(value, question), items is not None and _fits(value, items))
    if not any(fits):
        yield place, f"{value!r} is no possible answer"


def _fits(value: object, question: Schema) -> bool:
    return jsonschema_rs.Draft202012Validator(
        {key: part for key, part in question.items() if not key.startswith("x-")},
        validate_formats=True,
        formats=FORMATS,
        offline=True,
    ).is_valid(value)


def _pattern(pattern: str, place: str) -> Iterator[Complaint]:
    try:
        re.compile(pattern)
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, offline=True)
    except (re.error, jsonschema_rs.ValidationError) as error:
        yield place, f"no regular expression that both validators understand: {str(error).splitlines()[0]}"


def _holds_without_answers(applies_to: Schema) -> bool:
    return jsonschema_rs.Draft202012Validator(applies_to, offline=True).is_valid({"derived": {}})


def _names(names: list[str], known: Schema, place: str) -> Iterator[Complaint]:
    for name in names:
        if name not in known:
            yield place, f"there is no {name} here"


def _tree(schema: Schema) -> Schema:
    """Return what predicates may name: the questions by section, and the derived values."""
    tree = {name: section["properties"] for name, section in schema["properties"].items()}
    tree["derived"] = {name: {"type": derived.type} for name, derived in DERIVED.items()}
    return tree


def _leaf(pointer: str, tree: Schema) -> Schema | None:
    match pointer.split("/"):
        case ["", section, question] if section in tree and section != "derived":
            found: Schema | None = tree[section].get(question)
            return found
    return None


def resolve(pointer: str, schema: Schema) -> Schema | None:
    """Return the question `pointer` names, or None."""
    return _leaf(pointer, _tree(schema))

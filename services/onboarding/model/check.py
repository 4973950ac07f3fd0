"""Which rules do these answers miss or break?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

from jsonschema_rs import Draft202012Validator

from services.onboarding.model.derived import Answers, derive

Schema = dict[str, Any]
Answered = dict[str, dict[str, Any]]
Severity = Literal["violation", "condition", "hint"]
Verdict = Literal["sound", "unsound"]


class Bilingual(TypedDict):
    """One sentence in both languages, as JSON carries it."""

    de: str
    en: str


class Finding(TypedDict):
    """One rule that is not kept, as plain JSON; `observed` is None when the answer is missing.

    Texts and `expected` are the model's own objects: read them, do not change them.
    """

    rule: str
    model: str
    pointer: str
    observed: Any
    expected: Schema
    severity: Severity
    remedy: Bilingual
    text: Bilingual
    why: NotRequired[Bilingual]  #: from version 1.1 on


class Item(Finding):
    """A rule that a person has to judge; `expected` demands nothing. The observed answer is what they judge."""

    judged_by: str


def verdict(findings: Iterable[Mapping[str, Any]]) -> Verdict:
    """Return "unsound" exactly if a finding blocks: a violation that nobody made an exception from."""
    blocks = any(finding["severity"] == "violation" and "override" not in finding for finding in findings)
    return "unsound" if blocks else "sound"


def given(answers: Answers) -> Answered:
    """Return what was really answered: a blank text or an empty selection is no answer."""
    return {
        section: {question: value for question, value in part.items() if not _is_blank(value)}
        for section, part in answers.items()
        if isinstance(part, Mapping)
    }


def _is_blank(value: object) -> bool:
    return (isinstance(value, str) and not value.strip()) or value == []


def requirement(rule: Schema, schema: Schema) -> Schema:
    """Return what `rule` demands of the answers, as a schema over answers and derived values.

    A missing answer breaks a rule, except one that everybody must give: the rule of completeness tells
    that already, and one gap shall be one finding.
    """
    if "requires" in rule:
        return dict(rule["requires"])
    if not rule["pointer"]:
        return completeness(schema)
    _, section, question = rule["pointer"].split("/")
    demand: Schema = {"properties": {section: {"properties": {question: rule["expected"]}}}}
    if question not in schema["properties"][section]["required"]:
        demand["required"] = [section]
        demand["properties"][section]["required"] = [question]
    return demand


def completeness(schema: Schema) -> Schema:
    """Return the part of `schema` that says which questions everybody must answer."""
    sections = schema["properties"]
    needed = {name: {"required": part["required"]} for name, part in sections.items() if part["required"]}
    return {"required": list(needed), "properties": needed}


@dataclass(frozen=True, slots=True)
class _Mandatory:
    section: str
    question: str
    expected: Schema
    text: Bilingual


class Judge:
    """The rules of one model, compiled once. Those a machine can judge carry their `requires`."""

    def __init__(self, version: str, schema: Schema, rules: Sequence[Schema]) -> None:
        self._version = version
        self._rules = [(rule, _applies(rule), _compiled(rule["requires"])) for rule in rules if "judged_by" not in rule]
        self._items = [(rule, _applies(rule)) for rule in rules if "judged_by" in rule]
        self._mandatory = list(_mandatory(schema))

    def check(self, answers: Answers) -> tuple[Finding, ...]:
        """Return the findings in the order of the rules, then of the questions."""
        answered, document = _document(answers)
        found: list[Finding] = []
        for rule, applies, holds in self._rules:
            if (applies is None or applies.is_valid(document)) and not holds.is_valid(document):
                found += self._findings(rule, answered)
        return tuple(found)

    def checklist(self, answers: Answers) -> tuple[Item, ...]:
        """Return what people have to judge, in the order of the rules."""
        answered, document = _document(answers)
        return tuple(
            Item(**self._at_pointer(rule, answered), judged_by=rule["judged_by"])
            for rule, applies in self._items
            if applies is None or applies.is_valid(document)
        )

    def _findings(self, rule: Schema, answered: Answered) -> Iterator[Finding]:
        if rule["pointer"]:
            yield self._at_pointer(rule, answered)
            return
        for each in self._mandatory:
            if each.question not in answered.get(each.section, {}):
                yield self._finding(rule, f"/{each.section}/{each.question}", None, each.expected, each.text)

    def _at_pointer(self, rule: Schema, answered: Answered) -> Finding:
        _, section, question = rule["pointer"].split("/")
        observed = answered.get(section, {}).get(question)
        return self._finding(rule, rule["pointer"], observed, rule.get("expected", {}), rule["text"])

    def _finding(self, rule: Schema, pointer: str, observed: object, expected: Schema, text: Bilingual) -> Finding:
        finding = Finding(
            rule=rule["id"],
            model=self._version,
            pointer=pointer,
            observed=observed,
            expected=expected,
            severity=rule["severity"],
            remedy=rule["remedy"],
            text=text,
        )
        if "why" in rule:
            finding["why"] = rule["why"]
        return finding


def _mandatory(schema: Schema) -> Iterator[_Mandatory]:
    for section, part in schema["properties"].items():
        for name, question in part["properties"].items():
            if name in part["required"]:
                words = question["x-text"]
                yield _Mandatory(
                    section,
                    name,
                    {key: value for key, value in question.items() if not key.startswith("x-")},
                    {
                        "de": f"Die Antwort auf „{words['de']['label']}“ fehlt.",
                        "en": f"The answer to “{words['en']['label']}” is missing.",
                    },
                )


def _document(answers: Answers) -> tuple[Answered, Schema]:
    answered = given(answers)
    return answered, {**answered, "derived": derive(answered)}


def _applies(rule: Schema) -> Draft202012Validator | None:
    return _compiled(rule["applies_to"]) if rule["applies_to"] else None


def _compiled(schema: Schema) -> Draft202012Validator:
    # Formats were decided when the answers came in; here they only tell people what is expected.
    return Draft202012Validator(schema, validate_formats=False, offline=True)

"""How does each rule stand while somebody is still answering: met, broken, or waiting for an answer?

The check takes a missing answer for a broken rule, since what is handed in must be whole. Here nothing is held
against a question that is not answered yet: a demand about it is neither met nor broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jsonschema_rs import Draft202012Validator

from services.onboarding.model.check import given
from services.onboarding.model.derived import DERIVED, Answers, derive

Schema = Mapping[str, Any]
State = Literal["met", "broken", "waiting"]
#: What answers say to a demand: yes, no, or None while they do not say; and the questions it looked for in vain.
Said = tuple[bool | None, frozenset[str]]
_Ask = Callable[[Mapping[str, Any]], Said]


@dataclass(frozen=True, slots=True)
class Standing:
    """`waits_for` are the pointers of the questions whose answers decide; empty unless it waits."""

    rule: Schema
    state: State
    waits_for: tuple[str, ...] = ()


class Standings:
    """The rules of a model that a machine judges, compiled once."""

    def __init__(self, rules: Sequence[Schema]) -> None:
        self._rules = [
            (rule, _asks(rule["applies_to"]), _asks(rule["requires"]))
            for rule in rules
            if "judged_by" not in rule and rule["pointer"]
        ]

    def of(self, answers: Answers) -> tuple[Standing, ...]:
        """Return how the rules stand that concern these answers; the rule of completeness is not among them."""
        answered = given(answers)
        document = {**answered, "derived": derive(answered)}
        found = (_standing(rule, applies(document), holds(document)) for rule, applies, holds in self._rules)
        return tuple(standing for standing in found if standing)


def _standing(rule: Schema, applies: Said, holds: Said) -> Standing | None:
    if applies[0] is False:
        return None
    if applies[0] is None or holds[0] is None:
        missing = applies[1] if applies[0] is None else holds[1]
        return Standing(rule, "waiting", tuple(sorted(missing)))
    return Standing(rule, "met" if holds[0] else "broken")


def _asks(predicate: Schema) -> _Ask:
    """Compile a predicate over answers; `format.json` says which there are."""
    parts: list[_Ask] = [
        _one(section, question, demand)
        for section, part in predicate.get("properties", {}).items()
        for question, demand in part.get("properties", {}).items()
    ]
    parts += [
        _one(section, question, {})
        for section, part in predicate.get("properties", {}).items()
        for question in part.get("required", ())
    ]
    parts += [_asks(part) for part in predicate.get("allOf", ())]
    if "anyOf" in predicate:
        parts.append(_any([_asks(part) for part in predicate["anyOf"]]))
    if "not" in predicate:
        parts.append(_not(_asks(predicate["not"])))
    return _all(parts)


def _one(section: str, question: str, demand: Schema) -> _Ask:
    valid = Draft202012Validator(dict(demand), validate_formats=False, offline=True)
    sources = DERIVED[question].sources if section == "derived" else (f"/{section}/{question}",)

    def ask(document: Mapping[str, Any]) -> Said:
        part = document.get(section, {})
        if question not in part:
            return None, frozenset(source for source in sources if not _is_answered(document, source))
        return valid.is_valid(part[question]), frozenset()

    return ask


def _is_answered(document: Mapping[str, Any], pointer: str) -> bool:
    _, section, question = pointer.split("/")
    return question in document.get(section, {})


def _all(parts: Sequence[_Ask]) -> _Ask:
    def ask(document: Mapping[str, Any]) -> Said:
        said = [part(document) for part in parts]
        if any(answer is False for answer, _ in said):
            return False, frozenset()
        missing = frozenset().union(*(looked for _, looked in said))
        return (None if any(answer is None for answer, _ in said) else True), missing

    return ask


def _any(parts: Sequence[_Ask]) -> _Ask:
    def ask(document: Mapping[str, Any]) -> Said:
        said = [part(document) for part in parts]
        if any(answer is True for answer, _ in said):
            return True, frozenset()
        missing = frozenset().union(*(looked for _, looked in said))
        return (None if any(answer is None for answer, _ in said) else False), missing

    return ask


def _not(part: _Ask) -> _Ask:
    def ask(document: Mapping[str, Any]) -> Said:
        answer, missing = part(document)
        return (None if answer is None else not answer), missing

    return ask

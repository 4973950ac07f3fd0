"""How answers given under one version of the model are read under another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from services.onboarding.commands import Answers
from services.onboarding.model import Model, adopted
from services.onboarding.model.adoption import moved


def steps(get: Callable[[str], Model], known: Collection[str], name: str, new: Model) -> list[Model]:
    """Return the models that lead from version `name` to `new`, both included; one big step if they do not say how."""
    path = [new]
    while path[0].version != name:
        before = str(path[0].changes.get("from"))
        if before not in known or before in {one.version for one in path}:
            return [get(name), new]
        path.insert(0, get(before))
    return path


def adopted_answers(answers: Answers, path: Sequence[Model]) -> Answers:
    """Return `answers` of the first model as the last asks for them: moved where they moved, without what does not fit.

    Only what is asked differently is looked at: with 100 000 applications the rest would be most of the work.
    """
    for old, new in pairwise(path):
        answers = _adopted(answers, old, new)
    return answers


def _adopted(answers: Answers, old: Model, new: Model) -> Answers:
    touched = _touched(old, new)
    other: Answers = {}
    same: Answers = {}
    for section, part in answers.items():
        for name, value in part.items():
            (other if f"/{section}/{name}" in touched else same).setdefault(section, {})[name] = value
    if not other:
        return answers
    fitting = adopted(other, old, new).answers
    return {name: {**same.get(name, {}), **fitting.get(name, {})} for name in {**same, **fitting}}


def moves(path: Sequence[Model]) -> Mapping[str, str]:
    """Return where answers of the first model went in the last: pointer by old pointer."""
    went: dict[str, str] = {}
    for old, new in pairwise(path):
        step = {pointer: to for pointer, (to, _) in moved(old, new).items()}
        went = {**step, **{pointer: step.get(to, to) for pointer, to in went.items()}}
    return went


@lru_cache(maxsize=64)
def unchanged(old: Model, new: Model) -> frozenset[str]:
    """Return the rules that say the same in both, whatever their words."""
    demands = [_demand(rule) for rule in new.public["rules"]]
    return frozenset(rule["id"] for rule in old.public["rules"] if _demand(rule) in demands)


def _demand(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rule.get(name) for name in ("id", "severity", "pointer", "applies_to", "requires")}


@lru_cache(maxsize=64)
def _touched(old: Model, new: Model) -> frozenset[str]:
    """Return the questions of `old` that `new` has moved, dropped or asks for in another form."""
    went = moved(old, new)
    return frozenset(
        pointer
        for pointer, question in old.questions.items()
        if pointer in went or _form(question) != _form(new.questions.get(pointer, {}))
    )


def _form(question: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in question.items() if not name.startswith("x-")}

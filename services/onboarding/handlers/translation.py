"""How answers given under one version of the model are read under another."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from services.onboarding.commands import Answers
from services.onboarding.model import Model, adopted
from services.onboarding.model.adoption import moved


def adopted_answers(answers: Answers, old: Model, new: Model) -> Answers:
    """Return `answers` as `new` asks for them: moved where they moved, without what no longer fits.

    Only what `new` asks differently is looked at: with 100 000 applications the rest would be most of the work.
    """
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


def moves(old: Model, new: Model) -> Mapping[str, str]:
    """Return where answers went in `new`: pointer by old pointer."""
    return {pointer: to for pointer, (to, _) in moved(old, new).items()}


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

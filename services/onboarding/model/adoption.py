"""What becomes of answers when their application takes the next version of the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.onboarding.model.edition import Model
from services.onboarding.model.examples import is_shown

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Adoption:
    """Answers as the next version wants them.

    `dropped` are pointers of the old version whose answer fits nowhere any more; `questions` are pointers of
    the new version that ask something new or something else, and that a form with these answers shows.
    """

    answers: dict[str, Any]
    dropped: tuple[str, ...]
    questions: tuple[str, ...]


def adopted(answers: Mapping[str, Any], old: Model, new: Model) -> Adoption:
    """Return what `answers` of the version `old` are in the version `new`; `answers` stay as they are.

    Moves count if `new` names `old` in `changes.from`. A stored finding is never touched: check again.
    """
    moves = moved(old, new)
    kept: dict[str, Any] = {}
    dropped: list[str] = []
    for pointer, value in _each(answers):
        to, values = moves.get(pointer, (pointer, {}))
        _, section, name = to.split("/")
        mapped = translated(value, values)
        if name in kept.get(section, {}) or new.problems({section: {name: mapped}}):
            dropped.append(pointer)
        else:
            kept.setdefault(section, {})[name] = mapped
    asked = tuple(pointer for pointer in changed(old, new) if _shows(new, pointer, kept))
    return Adoption(kept, tuple(dropped), asked)


def moved(old: Model, new: Model) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return where `new` has put questions of `old`: `{old pointer: (new pointer, {old value: new value})}`."""
    if new.changes.get("from") != old.version:
        return {}
    return {move["from"]: (move["to"], move.get("values", {})) for move in new.changes["moved"]}


def changed(old: Model, new: Model) -> tuple[str, ...]:
    """Return the pointers of `new` that ask something new or something else than in `old`, in their order."""
    came_from = {to: pointer for pointer, (to, _) in moved(old, new).items()}
    return tuple(
        pointer for pointer in new.questions if _asks(new, pointer) != _asks(old, came_from.get(pointer, pointer))
    )


def _asks(model: Model, pointer: str) -> Schema | None:
    """Return what makes a question the same question: not its hints, not its layout."""
    question = model.questions.get(pointer)
    if question is None:
        return None
    _, section, name = pointer.split("/")
    return {
        **{key: value for key, value in question.items() if not key.startswith("x-")},
        "label": [question["x-text"][language]["label"] for language in ("de", "en")],
        "required": name in model.schema["properties"][section]["required"],
    }


def _shows(model: Model, pointer: str, answers: Schema) -> bool:
    show_if = model.questions[pointer]["x-ui"].get("show_if")
    return show_if is None or is_shown(show_if, answers)


def _each(answers: Schema) -> Iterator[tuple[str, Any]]:
    for section, part in answers.items():
        for name, value in part.items():
            yield f"/{section}/{name}", value


def translated(value: Any, values: Mapping[str, Any]) -> Any:
    """Return an answer as a question that was moved wants it; `values` are its old choices and what became of them."""
    if isinstance(value, list):
        return list(dict.fromkeys(values.get(each, each) for each in value))
    return values.get(value, value) if isinstance(value, str) else value

"""What is different between the answers of two versions of one application, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.onboarding.model.adoption import moved, translated
from services.onboarding.model.differences import chosen, step
from services.onboarding.model.edition import Model
from services.onboarding.model.words import said
from shared.kernel import Text

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that is new, gone or another one; `kind` is added, removed or changed.

    `pointer` is the question of the later model version, or of the earlier one if it is asked no more. `words` says
    it in one line: "98,0 -> 99,0 %".
    """

    kind: str
    pointer: str
    section: Text
    label: Text
    before: Any
    after: Any
    was: Text
    now: Text
    words: Text


def changes(before: Mapping[str, Any], old: Model, after: Mapping[str, Any], new: Model) -> tuple[Change, ...]:
    """Return what is different in the order of the questions of `new`; what only `old` asks comes last.

    A question that `new` only put elsewhere is compared with where it was.
    """
    return tuple(_changes(before, old, after, new))


def _changes(before: Schema, old: Model, after: Schema, new: Model) -> Iterator[Change]:
    source = {to: pointer for pointer, (to, _) in moved(old, new).items()}
    values = dict(moved(old, new).values())
    for pointer, question in new.questions.items():
        origin = source.get(pointer, pointer)
        was, now = _at(before, origin), _at(after, pointer)
        if translated(was, values.get(pointer, {})) != now:
            yield _change(new, pointer, (old.questions.get(origin, question), question), (was, now))
    for pointer, question in old.questions.items():
        if pointer not in new.questions and pointer not in source.values() and _at(before, pointer) is not None:
            yield _change(old, pointer, (question, question), (_at(before, pointer), None))


def _change(model: Model, pointer: str, questions: tuple[Schema, Schema], answers: tuple[Any, Any]) -> Change:
    before, after = answers
    kind = "added" if before is None else "removed" if after is None else "changed"
    was, now = said(before, questions[0]), said(after, questions[1])
    words = _step(questions, answers) or Text(f"{was.de} -> {now.de}", f"{was.en} -> {now.en}")
    section = model.schema["properties"][pointer.split("/")[1]]
    return Change(kind, pointer, _label(section), _label(questions[1]), before, after, was, now, words)


def _step(questions: tuple[Schema, Schema], answers: tuple[Any, Any]) -> Text | None:
    """Return "98,0 -> 99,0 %" or "− „MIT“ + „BSD“"; None for what cannot be said shorter than both answers."""
    if all(isinstance(one, list) for one in answers):
        return chosen(*questions, *answers)
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in answers):
        return step(said(answers[0], questions[0]), said(answers[1], questions[1]))
    return None


def _at(answers: Schema, pointer: str) -> Any:
    _, section, name = pointer.split("/")
    part = answers.get(section)
    found = part.get(name) if isinstance(part, Mapping) else None
    return None if found in ("", []) else found


def _label(question: Schema) -> Text:
    texts = question.get("x-text", {})
    german, english = (texts.get(language, {}).get("label", "") for language in ("de", "en"))
    return Text(german, english)

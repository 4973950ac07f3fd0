"""The questions of a model, as its schema asks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_WIDGETS = {"boolean": "yesno", "number": "number", "integer": "number", "array": "checkboxes"}
_FORMATS = {"date": "date", "email": "email", "uri": "url"}
#: More choices than this are easier to find in a list that opens.
_MOST_RADIOS = 5


@dataclass(frozen=True, slots=True)
class Question:
    """One leaf of the schema."""

    section: str
    key: str
    schema: Json
    required: bool

    @property
    def pointer(self) -> str:
        return f"/{self.section}/{self.key}"

    @property
    def type(self) -> str:
        return str(self.schema.get("type", "string"))

    @property
    def ui(self) -> Json:
        ui: Json = self.schema.get("x-ui", {})
        return ui

    @property
    def widget(self) -> str:
        """What to ask with: the schema's own word, or what fits the type."""
        if "widget" in self.ui:
            return str(self.ui["widget"])
        if "enum" in self.schema:
            return "radios" if len(self.schema["enum"]) <= _MOST_RADIOS else "select"
        return _WIDGETS.get(self.type) or _FORMATS.get(self.schema.get("format", ""), "text")

    def text(self, language: str) -> Json:
        texts: Json = self.schema.get("x-text", {})
        found: Json = texts.get(language) or texts.get("de") or {}
        return found

    def label(self, language: str) -> str:
        return str(self.text(language).get("label", self.key))

    def choices(self, language: str) -> dict[str, str]:
        """Return value and label of everything that can be chosen, in the order of the schema."""
        values = self.schema.get("enum") or self.schema.get("items", {}).get("enum") or ()
        labels = self.text(language).get("options", {})
        return {str(value): str(labels.get(value, value)) for value in values}

    def applies(self, answers: Json) -> bool | None:
        """Tell whether the question is asked of these answers; None while what decides it is unanswered."""
        condition = self.ui.get("show_if")
        if condition is None:
            return True
        found = answer_at(answers, condition["pointer"])
        if found is None:
            return None
        values = found if isinstance(found, list) else [found]
        return any(value in condition["in"] for value in values)


def questions(model_schema: Json, section: str | None = None) -> Iterator[Question]:
    """Yield the questions of one section, or of all, in the order of the schema."""
    for name, part in model_schema["properties"].items():
        if section in {None, name}:
            required = set(part.get("required", ()))
            for key, leaf in part["properties"].items():
                yield Question(name, key, leaf, key in required)


def question_at(model_schema: Json, pointer: str) -> Question | None:
    """Return the question that `pointer` leads to."""
    return next((question for question in questions(model_schema) if question.pointer == pointer), None)


def answer_at(answers: Json, pointer: str) -> Any:
    """Return the answer `pointer` leads to, None if it was not given."""
    found: Any = answers
    for token in pointer.strip("/").split("/"):
        if not isinstance(found, Mapping):
            return None
        found = found.get(token)
    return found

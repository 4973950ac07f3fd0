"""The house's marshmallow: unknown fields are refused, and every refusal is said in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from shared.kernel import Problem, Text

#: What marshmallow's own messages become. Keys are the messages our fields are told to give.
TEXTS = {
    "required": Text(de="Diese Angabe fehlt.", en="This is missing."),
    "null": Text(de="Hier darf nicht null stehen.", en="This must not be null."),
    "unknown": Text(de="Dieses Feld kennen wir nicht.", en="We do not know this field."),
    "type": Text(de="Das ist nicht die richtige Art von Angabe.", en="This is the wrong type."),
    "email": Text(
        de="Das ist keine E-Mail-Adresse, an die wir schreiben können.",
        en="This is not an e-mail address we can write to.",
    ),
    "date": Text(de="Das ist kein Datum wie 2026-12-31.", en="This is not a date like 2026-12-31."),
    "choice": Text(de="Das steht nicht zur Wahl.", en="This is not one of the choices."),
    "length": Text(de="Das ist zu kurz oder zu lang.", en="This is too short or too long."),
}

_CODES = {
    "required": "required",
    "null": "null",
    "validator_failed": "type",
    "invalid": "type",
    "type": "type",
    "unknown": "unknown",
    "invalid_utf8": "type",
    "special": "type",
    "too_large": "type",
}


class HouseSchema(Schema):
    """What comes in. Fields say codes; `problems_of` turns them into sentences."""

    error_messages = {"unknown": "unknown", "type": "type", "invalid": "type"}  # noqa: RUF012

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        _speak_codes(field_obj)


def _speak_codes(field: fields.Field[Any]) -> None:
    code = {fields.Email: "email", fields.Date: "date"}.get(type(field), "type")
    field.error_messages = {
        key: code if _CODES.get(key, "type") == "type" else _CODES[key] for key in field.error_messages
    }
    if isinstance(field, fields.List):
        _speak_codes(field.inner)


def words(low: int = 1, high: int = 200, **more: Any) -> fields.String:
    """A text of `low` to `high` characters, blank space at its ends not counted."""
    return Words(validate=validate.Length(low, high, error="length"), **more)


def choice(*allowed: str, **more: Any) -> fields.String:
    return Strict(validate=validate.OneOf(allowed, error="choice"), **more)


class Strict(fields.String):
    """A string, and nothing that merely could become one."""


class Words(Strict):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        found: str = super()._deserialize(value, attr, data, **more)
        return found.strip()


class Flag(fields.Boolean):
    """True or false, and not "yes", 1 or "on"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Flatten marshmallow's nested messages into pointers, codes and sentences."""
    messages: Any = error.normalized_messages()  # type: ignore[no-untyped-call]
    return tuple(
        Problem(pointer, code, TEXTS.get(code, Text(de="Diese Angabe passt nicht.", en="This does not fit.")))
        for pointer, code in _flatten(messages, "")
    )


def _flatten(messages: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step = str(key).replace("~", "~0").replace("/", "~1")
            yield from _flatten(inner, pointer if key == "_schema" else f"{pointer}/{step}")
    else:
        yield from ((pointer, str(code)) for code in messages)

"""How a broken keyword of the schema is told to people: a code, a sentence, and the limit itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.kernel import Text

Saying = tuple[str, Text, dict[str, Any] | None]

_TYPES = {
    "object": Text(
        "Hier muss eine Gruppe von Angaben stehen (ein JSON-Objekt).",
        "This must be a group of entries (a JSON object).",
    ),
    "string": Text("Hier muss ein Text stehen.", "This must be a text."),
    "number": Text("Hier muss eine Zahl stehen.", "This must be a number."),
    "integer": Text("Hier muss eine ganze Zahl stehen.", "This must be a whole number."),
    "boolean": Text("Hier muss Ja oder Nein stehen (true oder false).", "This must be yes or no (true or false)."),
    "array": Text("Hier muss eine Liste stehen.", "This must be a list."),
}
_FORMATS = {
    "date": Text("Hier muss ein Datum stehen, zum Beispiel 2027-12-31.", "This must be a date, such as 2027-12-31."),
    "email": Text(
        "Hier muss eine vollständige E-Mail-Adresse stehen, zum Beispiel name@firma.de.",
        "This must be a complete e-mail address, such as name@company.org.",
    ),
    "uri": Text(
        "Hier muss eine Internetadresse stehen, die mit https:// oder http:// beginnt.",
        "This must be a web address that begins with https:// or http://.",
    ),
}


def _type(expected: str, _: object) -> Saying:
    return "wrong_type", _TYPES[expected], {"expected": expected}


def _format(name: str, _: object) -> Saying:
    return "bad_format", _FORMATS[name], {"expected": name}


def _pattern(pattern: str, _: object) -> Saying:
    text = Text("Die Angabe hat nicht die richtige Form.", "The entry does not have the right form.")
    return "bad_format", text, {"expected": pattern}


def _enum(allowed: list[str], _: object) -> Saying:
    listed = ", ".join(allowed)
    text = Text(f"Erlaubt ist nur: {listed}.", f"Only these are allowed: {listed}.")
    return "unknown_choice", text, {"allowed": allowed}


def _max_length(limit: int, value: str) -> Saying:
    text = Text(
        f"Höchstens {limit} Zeichen sind möglich, es sind {len(value)}.",
        f"At most {limit} characters are possible, there are {len(value)}.",
    )
    return "too_long", text, {"limit": limit, "actual": len(value)}


def _minimum(limit: float, _: object) -> Saying:
    text = Text(f"Die Zahl muss mindestens {_german(limit)} sein.", f"The number must be at least {limit}.")
    return "too_small", text, {"limit": limit}


def _maximum(limit: float, _: object) -> Saying:
    text = Text(f"Die Zahl darf höchstens {_german(limit)} sein.", f"The number must be at most {limit}.")
    return "too_large", text, {"limit": limit}


def _german(number: float) -> str:
    return str(number).replace(".", ",")


def _min_items(limit: int, _: object) -> Saying:
    return (
        "too_few",
        Text(f"Wählen Sie mindestens {limit} aus.", f"Choose at least {limit}."),
        {"limit": limit},
    )


def _max_items(limit: int, _: object) -> Saying:
    text = Text(f"Höchstens {limit} sind möglich.", f"At most {limit} are possible.")
    return "too_many", text, {"limit": limit}


def _unique_items(_: object, __: object) -> Saying:
    return "duplicate", Text("Etwas ist doppelt ausgewählt.", "Something is chosen twice."), None


#: Every keyword a question may carry that an answer can break.
SAYINGS: dict[str, Callable[[Any, Any], Saying]] = {
    "type": _type,
    "enum": _enum,
    "format": _format,
    "pattern": _pattern,
    "maxLength": _max_length,
    "minimum": _minimum,
    "maximum": _maximum,
    "minItems": _min_items,
    "maxItems": _max_items,
    "uniqueItems": _unique_items,
}

"""JSON without surprises: limits on size, depth and keys, and no characters that nobody can keep."""

from __future__ import annotations

import json
import math
from typing import Any

from shared.kernel import Text
from shared.web import errors

LIMIT = 256 * 1024
#: For doors that take whole documents.
LARGE = 1024 * 1024
DEPTH = 32
KEYS = 2000


def parse(body: bytes, max_keys: int = KEYS) -> Any:
    """Parse JSON, or raise a 400 that says why in both languages."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        place = f" (Zeile {error.lineno}, Spalte {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        where = place.replace("Zeile", "line").replace("Spalte", "column")
        raise errors.malformed(
            Text(de=f"Das ist kein gültiges JSON{place}.", en=f"This is no valid JSON{where}.")
        ) from error
    _walk(value, 0, [max_keys], max_keys)
    return value


def _walk(value: Any, depth: int, left: list[int], max_keys: int) -> None:
    if depth > DEPTH:
        raise _too_deep()
    if isinstance(value, dict):
        left[0] -= len(value)
        if left[0] < 0:
            raise errors.malformed(Text(de=f"Mehr als {max_keys} Felder.", en=f"More than {max_keys} fields."))
        check_text("".join(value))
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            _walk(inner, depth + 1, left, max_keys)
    elif isinstance(value, str):
        check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise errors.malformed(Text(de="Eine Zahl ist zu groß.", en="A number is too large."))


def check_text(value: str) -> None:
    """Refuse what no database keeps and no page shows: NUL, and halves of characters."""
    if "\x00" in value:
        raise errors.malformed(Text(de="Ein Text enthält das Zeichen NUL.", en="A text contains the character NUL."))
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise errors.malformed(
            Text(
                de="Ein Text enthält ein halbes Zeichen (Surrogat).",
                en="A text contains half a character (surrogate).",
            )
        )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _too_deep() -> errors.HttpError:
    return errors.malformed(Text(de=f"Tiefer als {DEPTH} Ebenen.", en=f"Deeper than {DEPTH} levels."))

"""Is this a model document? Reads it, and refuses it with every place that is wrong and what to write there."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema

from services.onboarding.model.asking import question_complaints
from services.onboarding.model.complaint import Complaint, wrong
from services.onboarding.model.formats import format_checker
from services.onboarding.model.mistakes import told
from services.onboarding.model.references import complaints
from shared.kernel import Text

Schema = dict[str, Any]

FOLDER = Path(__file__).parent

#: Which file is frozen with which SHA-256: released means nobody edits it again.
RELEASED = FOLDER / "released.json"

#: What a document may cost: characters, and brackets inside brackets.
LONGEST, DEEPEST = 2_000_000, 24

#: More complaints than this are told after the first ones are mended.
MOST = 100

_IN_A_RULE = re.compile(r"/rules/([0-9]+)(/|$)")
_NAME = re.compile(r"BM-[0-9]{2,4}")
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')


class ModelError(ValueError):
    """A model document that cannot be used. `complaints` tell each file, rule, place and cure in two languages."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__("\n".join(map(str, complaints)))
        self.complaints = tuple(complaints)

    @classmethod
    def about(cls, file: str, de: str, en: str) -> ModelError:
        """Return the error that says one thing about the whole of `file`."""
        return cls([Complaint("", Text(de, en), file)])


class _Unreadable(ValueError):
    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def read(path: Path) -> Schema:
    """Return the document in `path`, or raise ModelError if it is no JSON object or repeats a key."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError.about(
            path.name,
            "Das ist kein Text. Speichern Sie die Datei als UTF-8. Schreiben Sie sie in einem Texteditor.",
            "This is no text. Save the file as UTF-8. Write it in a text editor.",
        ) from error
    return parse(text, path.name)


def parse(text: str, file: str) -> Schema:
    """Return the document that `text` is, or raise ModelError if it is no JSON object or repeats a key."""
    _assert_small(text, file)
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ModelError.about(
            file,
            f"Zeile {error.lineno}, Spalte {error.colno}: Hier ist das JSON zu Ende oder kaputt. "
            "Meist fehlt ein Komma, oder eines ist zu viel. Schreiben Sie zwischen zwei Einträge genau eines.",
            f"Line {error.lineno}, column {error.colno}: the JSON ends or breaks here. "
            "Mostly a comma is missing, or there is one too many. Write exactly one between two entries.",
        ) from error
    except _Unreadable as error:
        raise ModelError.about(file, error.text.de, error.text.en) from error
    except ValueError as error:  # a number of thousands of digits
        raise ModelError.about(
            file, "Eine Zahl ist zu lang. Kürzen Sie sie.", "A number is too long. Shorten it."
        ) from error
    if not isinstance(document, dict):
        raise ModelError.about(
            file, "Ein Modell ist ein JSON-Objekt. Schreiben Sie { … }.", "A model is a JSON object. Write { … }."
        )
    return document


def _assert_small(text: str, file: str) -> None:
    if len(text) > LONGEST:
        raise ModelError.about(
            file,
            f"Das Dokument ist zu groß. Kürzen Sie es auf {LONGEST} Zeichen.",
            f"The document is too large. Shorten it to {LONGEST} characters.",
        )
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += (found[0] in "[{") - (found[0] in "]}")
        if depth > DEEPEST:
            raise ModelError.about(file, *_DEEP)


_DEEP = (
    f"Klammern stehen mehr als {DEEPEST}-mal ineinander. Teilen Sie die Bedingung in zwei Regeln.",
    f"Brackets stand inside each other more than {DEEPEST} times. Split the condition into two rules.",
)


def _object(pairs: list[tuple[str, Any]]) -> Schema:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise _Unreadable(
            Text(
                f"„{twice[:80]}“ steht zweimal in einem Objekt. Streichen Sie eines davon.",
                f"“{twice[:80]}” stands twice in one object. Remove one of them.",
            )
        )
    return made


def _no_number(name: str) -> Any:
    raise _Unreadable(Text(f"{name} ist keine Zahl. Schreiben Sie eine.", f"{name} is no number. Write one."))


def assert_frozen(path: Path, document: Schema, released: Path = RELEASED) -> None:
    """Raise ModelError if `path` left the drafts and is not, byte for byte, what was released."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    frozen: dict[str, str] = json.loads(released.read_text("utf-8"))
    expected = frozen.get(path.stem)
    if expected is None and document.get("status") == "draft":
        return
    if digest != expected:
        was = expected or "not released"
        raise ModelError.about(
            path.name,
            f"Veröffentlichte Modelle ändern sich nicht mehr: Diese Datei ist {digest}, die andere {was}. "
            "Schreiben Sie eine neue Version.",
            f"released models are frozen: this file is {digest}, that one {was}. Write a new version.",
        )


def assert_form(document: Schema, file: str) -> None:
    """Raise ModelError unless `document` has the form of a model and names only what exists."""
    found = list(_unkeepable(document, "", 0)) or _form(document)
    refuse(document, file, found or [*question_complaints(document["schema"]), *complaints(document)])


def refuse(document: Schema, file: str, found: Sequence[Complaint]) -> None:
    """Raise ModelError with `found`, each with its file and rule; return if there is nothing."""
    if found:
        raise ModelError([Complaint(one.place, one.text, file, _rule(document, one.place)) for one in found])


def _form(document: Schema) -> list[Complaint]:
    errors = islice(_form_validator().iter_errors(document), MOST)
    return list(dict.fromkeys(complaint for error in errors for complaint in told(error)))[:MOST]


def _unkeepable(value: object, place: str, depth: int) -> Iterator[Complaint]:
    """Yield what no JSON can carry to another place, and what lies too deep to be looked at."""
    if depth > DEEPEST:
        yield wrong(place, *_DEEP)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _unkeepable(key, place, depth)
            yield from _unkeepable(each, f"{place}/{key}", depth + 1)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _unkeepable(each, f"{place}/{index}", depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        yield wrong(place, "Das ist keine Zahl. Schreiben Sie eine.", "This is no number. Write one.")
    elif isinstance(value, str) and value != value.encode("utf-8", "replace").decode("utf-8"):
        yield wrong(
            place.encode("utf-8", "replace").decode("utf-8"),
            "Der Text enthält halbe Zeichen. Schreiben Sie ihn neu.",
            "The text contains half characters. Write it anew.",
        )


@cache
def _form_validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((FOLDER / "format.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=format_checker())


def _rule(document: Schema, place: str) -> str | None:
    inside = _IN_A_RULE.match(place)
    if not inside:
        return None
    rule = document["rules"][int(inside[1])]
    name = rule.get("id") if isinstance(rule, dict) else None
    return name if isinstance(name, str) and _NAME.fullmatch(name) else f"#{int(inside[1]) + 1}"

"""Is this a model document? Reads it, and refuses it with every place that is wrong."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import Any

import jsonschema

from services.onboarding.model.formats import format_checker
from services.onboarding.model.references import Complaint, complaints

Schema = dict[str, Any]

FOLDER = Path(__file__).parent

#: Which file is frozen with which SHA-256: released means nobody edits it again.
RELEASED = FOLDER / "released.json"

_IN_A_RULE = re.compile(r"/rules/([0-9]+)(/|$)")


class ModelError(ValueError):
    """A model document that cannot be used. `complaints` name file, rule and place, one line each."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = tuple(complaints)


def read(path: Path) -> Schema:
    """Return the document in `path`, or raise ModelError if it is no JSON object or repeats a key."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError([f"{path.name}: {error}"]) from error
    return parse(text, path.name)


def parse(text: str, file: str) -> Schema:
    """Return the document that `text` is, or raise ModelError if it is no JSON object or repeats a key."""
    try:
        document = json.loads(text, object_pairs_hook=_object)
    except ValueError as error:  # JSONDecodeError is one
        raise ModelError([f"{file}: {error}"]) from error
    if not isinstance(document, dict):
        raise ModelError([f"{file}: a model is a JSON object"])
    return document


def _object(pairs: list[tuple[str, Any]]) -> Schema:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return made


def assert_frozen(path: Path, document: Schema, released: Path = RELEASED) -> None:
    """Raise ModelError if `path` left the drafts and is not, byte for byte, what was released."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    frozen: dict[str, str] = json.loads(released.read_text("utf-8"))
    expected = frozen.get(path.stem)
    if expected is None and document.get("status") == "draft":
        return
    if digest != expected:
        was = expected or "not released"
        raise ModelError([f"{path.name}: released models are frozen: this file is {digest}, that one {was}"])


def assert_form(document: Schema, file: str) -> None:
    """Raise ModelError unless `document` has the form of a model and names only what exists."""
    found = list(_form(document)) or list(complaints(document))
    refuse(document, file, found)


def refuse(document: Schema, file: str, found: Sequence[Complaint]) -> None:
    """Raise ModelError with `found`, each with its file and rule; return if there is nothing."""
    if found:
        raise ModelError([f"{file}: {_named(document, place)}: {what}" for place, what in found])


def _form(document: Schema) -> Iterator[Complaint]:
    for error in _form_validator().iter_errors(document):
        place = "".join(f"/{step}" for step in error.absolute_path)
        yield place, shorten(error.message, 300)


@cache
def _form_validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((FOLDER / "format.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=format_checker())


def _named(document: Schema, place: str) -> str:
    inside = _IN_A_RULE.match(place)
    if not inside:
        return place or "/"
    rule = document["rules"][int(inside[1])]
    name = rule.get("id") if isinstance(rule, dict) else None
    return f"rule {name or 'without id'}, {place}"

"""What is wrong with the form of answers, whatever the rules say?

A missing answer is no problem here: drafts may lack answers, and the rules tell about gaps.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any, cast

import jsonschema
import jsonschema_rs
from jsonpointer import JsonPointer

from services.onboarding.model.formats import FORMATS, format_checker
from services.onboarding.model.sayings import SAYINGS
from shared.kernel import Problem, Text

Schema = dict[str, Any]
Path = tuple[str | int, ...]

#: Whoever hears one of these about an entry needs to hear nothing else about it.
_ENOUGH = frozenset({"wrong_type", "bad_text", "not_finite"})

#: More than this helps nobody, and a hostile body shall not cost more than an honest one.
MOST = 100

#: Answers are sections of questions of choices: nothing inside lies deeper.
_DEEPEST = 3

_LONGEST_NAME = 80


class Structure:
    """The questions of one model, compiled once: a fast judge, and a slow one that can explain."""

    def __init__(self, schema: Schema) -> None:
        bare = _bare(schema)
        self._schema = schema
        self._places = _places(schema)
        self._fast = jsonschema_rs.Draft202012Validator(bare, validate_formats=True, formats=FORMATS, offline=True)
        self._slow = jsonschema.Draft202012Validator(bare, format_checker=format_checker())

    def problems(self, answers: object) -> tuple[Problem, ...]:
        """Return what is wrong, in the order of the questions, one problem for each place and reason."""
        if self._is_well_formed(answers):
            return ()
        found: dict[tuple[Path, str], Problem] = {}
        for path, problem in islice(self._explain(answers), MOST * 2):
            found.setdefault((path, problem.code), problem)
        mistyped = {path for path, code in found if code in _ENOUGH}
        kept = [(path, problem) for (path, code), problem in found.items() if code in _ENOUGH or path not in mistyped]
        kept.sort(key=lambda item: self._place(item[0]))
        return tuple(problem for _, problem in kept[:MOST]) or (_unexplained(),)

    def _is_well_formed(self, answers: object) -> bool:
        try:
            if not self._fast.is_valid(answers):
                return False
            # The validator does not mind a text that no database can keep, such as half an emoji.
            json.dumps(answers, ensure_ascii=False, allow_nan=False).encode()
        except ValueError:
            return False
        return True

    def _place(self, path: Path) -> tuple[int, int]:
        return self._places.get(path[:2], self._places.get(path[:1], len(self._places))), len(path)

    def _explain(self, answers: object) -> Iterator[tuple[Path, Problem]]:
        unreadable: list[tuple[Path, Problem]] = []
        readable = _readable(answers, (), unreadable)
        yield from unreadable
        for error in self._slow.iter_errors(readable):
            path = tuple(error.absolute_path)
            if error.validator == "additionalProperties":
                yield from self._unknown(path, error.instance, list(_rules_of(error)["properties"]))
            else:
                yield path, self._say(path, error)

    def _unknown(self, path: Path, instance: Schema, known: list[str]) -> Iterator[tuple[Path, Problem]]:
        for key in instance:
            if key not in known:
                shown = key[:_LONGEST_NAME]
                near = get_close_matches(shown, known, n=1)
                text = Text(
                    de=f"Die Angabe „{shown}“ gibt es in diesem Modell nicht."
                    + (f" Meinten Sie „{near[0]}“?" if near else ""),
                    en=f"This model has no entry “{shown}”." + (f" Did you mean “{near[0]}”?" if near else ""),
                )
                yield (*path, key), Problem(_pointer((*path, key)), "unknown_key", text, {"allowed": known})

    def _say(self, path: Path, error: jsonschema.ValidationError) -> Problem:
        keyword, limit = str(error.validator), error.validator_value
        if keyword == "pattern" and "format" in _rules_of(error):
            keyword, limit = "format", _rules_of(error)["format"]
        code, demand, more = SAYINGS[keyword](limit, error.instance)
        label = self._label(path)
        text = Text(de=f"„{label.de}“: {demand.de}", en=f"“{label.en}”: {demand.en}")
        return Problem(_pointer(path), code, text, more)

    def _label(self, path: Path) -> Text:
        words: Schema | None = None
        part: Schema = self._schema
        for step in path[:2]:
            part = part["properties"][step]
            words = part["x-text"]
        return Text(words["de"]["label"], words["en"]["label"]) if words else Text("Antworten", "Answers")


def _rules_of(error: jsonschema.ValidationError) -> Schema:
    return dict(cast("Schema", error.schema))


def _bare(schema: Schema) -> Schema:
    """Return `schema` without texts, layout and the list of mandatory answers."""
    bare = {key: value for key, value in schema.items() if key != "required" and not key.startswith("x-")}
    if "properties" in bare:
        bare["properties"] = {name: _bare(part) for name, part in bare["properties"].items()}
    return bare


def _places(schema: Schema) -> dict[Path, int]:
    places: dict[Path, int] = {(): 0}
    for section, part in schema["properties"].items():
        places[section,] = len(places)
        for question in part["properties"]:
            places[section, question] = len(places)
    return places


def _readable(value: object, path: Path, unreadable: list[tuple[Path, Problem]]) -> object:
    """Return a copy of `value` that can be compared and shown; report what could not be kept."""
    if isinstance(value, dict | list) and len(path) >= _DEEPEST:
        return None
    if isinstance(value, dict):
        return {_shown(key): _readable(each, (*path, _shown(key)), unreadable) for key, each in value.items()}
    if isinstance(value, list):
        return [_readable(each, (*path, index), unreadable) for index, each in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        text = Text("Mit dieser Zahl kann man nicht rechnen.", "One cannot calculate with this number.")
        unreadable.append((path, Problem(_pointer(path), "not_finite", text)))
        return 0
    if isinstance(value, str) and value != _shown(value):
        text = Text("Der Text enthält ungültige Zeichen.", "The text contains invalid characters.")
        unreadable.append((path, Problem(_pointer(path), "bad_text", text)))
        return _shown(value)
    return value


def _shown(text: object) -> str:
    return str(text).encode("utf-8", "replace").decode("utf-8")


def _pointer(path: Path) -> str:
    return str(JsonPointer.from_parts(path).path)


def _unexplained() -> Problem:
    text = Text(
        "Die Antworten passen nicht zu den Fragen dieses Modells.",
        "The answers do not fit the questions of this model.",
    )
    return Problem("", "invalid", text)

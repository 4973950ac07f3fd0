"""Answer sets for properties of the model: well-formed ones, from nothing to complete, of every kind of applicant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from services.onboarding import model

_FORMATTED: dict[str, st.SearchStrategy[str]] = {
    "date": st.dates().map(str),
    "email": st.sampled_from(["a@b.example", "jürgen@müller.example"]),
    "uri": st.sampled_from(["https://a.example/", "http://b.example/c?d"]),
}


def well_formed(of: model.Model) -> st.SearchStrategy[dict[str, Any]]:
    """Answers without problems of form under the version `of`: an example or nothing, changed here and there."""
    sections = {
        section: st.fixed_dictionaries({}, optional={name: _choices(one) for name, one in part["properties"].items()})
        for section, part in of.schema["properties"].items()
    }
    examples = [
        *(example["answers"] for example in of.public["examples"]),
        *(rule["examples"]["failing"] for rule in of.public["rules"]),
    ]
    return st.builds(model.patched, st.sampled_from([{}, *examples]), st.fixed_dictionaries({}, optional=sections))


def _choices(question: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in question:
        return st.sampled_from(question["enum"])
    if "format" in question:
        return _FORMATTED[question["format"]]
    return _TYPED[question["type"]](question)


def _numbers(question: dict[str, Any]) -> st.SearchStrategy[float]:
    low, high = question["minimum"], question["maximum"]
    return st.one_of(st.integers(low, high), st.floats(low, high))


def _selections(question: dict[str, Any]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(question["items"]["enum"]), unique=True, min_size=question.get("minItems", 0))


_TYPED: dict[str, Callable[[dict[str, Any]], st.SearchStrategy[Any]]] = {
    "boolean": lambda _: st.booleans(),
    "integer": lambda question: st.integers(question["minimum"], question["maximum"]),
    "number": _numbers,
    "array": _selections,
    "string": lambda _: st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40),
}

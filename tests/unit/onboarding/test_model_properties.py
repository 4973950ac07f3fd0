"""What holds for all answers: two validators agree, nothing raises, no rule asks for what is hidden."""

from __future__ import annotations

import json
from copy import deepcopy

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.onboarding import model
from services.onboarding.model.check import given as really_given
from services.onboarding.model.derived import derive

MODEL = model.load(model.shipped()["1.0"].text)
RULES = {rule["id"]: rule for rule in MODEL.public["rules"]}
QUESTIONS = {
    f"/{section}/{name}": question
    for section, part in MODEL.schema["properties"].items()
    for name, question in part["properties"].items()
}
BOOK = {
    name: (
        jsonschema.Draft202012Validator(rule["applies_to"]),
        jsonschema.Draft202012Validator(rule["requires"]),
    )
    for name, rule in RULES.items()
}


def by_the_book(given_answers: dict) -> set[str]:
    """The rules that fail, judged by the other validator from the public document alone."""
    answered = really_given(given_answers)
    known = {**answered, "derived": derive(answered)}
    return {name for name, (applies, holds) in BOOK.items() if applies.is_valid(known) and not holds.is_valid(known)}


@pytest.mark.parametrize("name", RULES)
def test_both_validators_judge_the_examples_alike(name):
    for example in RULES[name]["examples"].values():
        assert {finding["rule"] for finding in MODEL.check(example)} == by_the_book(example)


FORMATTED = {
    "date": st.dates().map(str),
    "email": st.sampled_from(["a@b.example", "jürgen@müller.example"]),
    "uri": st.sampled_from(["https://a.example/", "http://b.example/c?d"]),
}
TYPED = {
    "boolean": lambda _: st.booleans(),
    "integer": lambda question: st.integers(question["minimum"], question["maximum"]),
    "number": lambda question: st.one_of(
        st.integers(question["minimum"], question["maximum"]),
        st.floats(question["minimum"], question["maximum"]),
    ),
    "array": lambda question: st.lists(
        st.sampled_from(question["items"]["enum"]), unique=True, min_size=question.get("minItems", 0)
    ),
    "string": lambda _: st.text(max_size=40),
}


def choices(question: dict) -> st.SearchStrategy:
    if "enum" in question:
        return st.sampled_from(question["enum"])
    if "format" in question:
        return FORMATTED[question["format"]]
    return TYPED[question["type"]](question)


SECTIONS = {
    section: st.fixed_dictionaries(
        {}, optional={name: choices(question) for name, question in part["properties"].items()}
    )
    for section, part in MODEL.schema["properties"].items()
}
WELL_FORMED = st.builds(
    model.patched,
    st.sampled_from([{}, *(example["answers"] for example in MODEL.public["examples"])]),
    st.fixed_dictionaries({}, optional=SECTIONS),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from([*QUESTIONS, "/organisation", "/organisation/nmae", "/surprise"])


@given(WELL_FORMED)
@settings(max_examples=120, deadline=None, database=None)
def test_whatever_is_well_formed_is_judged_the_same_twice_and_by_the_book(given_answers):
    before = deepcopy(given_answers)

    found = MODEL.check(given_answers)

    assert MODEL.problems(given_answers) == ()
    assert found == MODEL.check(json.loads(json.dumps(given_answers)))
    assert given_answers == before
    assert {finding["rule"] for finding in found} == by_the_book(given_answers)
    assert (model.verdict(found) == "unsound") == any(each["severity"] == "violation" for each in found)


@given(WELL_FORMED)
@settings(max_examples=120, deadline=None, database=None)
def test_no_rule_asks_for_an_answer_that_the_form_hides(given_answers):
    for finding in MODEL.check(given_answers):
        show_if = QUESTIONS[finding["pointer"]]["x-ui"].get("show_if")
        assert show_if is None or model.is_shown(show_if, given_answers), finding["rule"]


@given(WELL_FORMED, KEYS, JSON)
@settings(max_examples=200, deadline=None, database=None)
def test_whatever_the_fast_validator_refuses_the_slow_one_can_explain(given_answers, pointer, value):
    spoiled = deepcopy(given_answers)
    place = spoiled
    *sections, name = pointer.split("/")[1:]
    for section in sections:
        place = place.setdefault(section, {})
    place[name] = value

    told = MODEL.problems(spoiled)

    assert all(problem.code != "invalid" for problem in told)
    assert all(problem.pointer.startswith(pointer) for problem in told)
    if not told:
        MODEL.check(spoiled)

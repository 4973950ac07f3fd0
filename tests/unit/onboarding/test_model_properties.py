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
from tests.support.answers import well_formed

MODEL = model.load(model.shipped()["1.0"].text)
RULES = {rule["id"]: rule for rule in MODEL.public["rules"]}
QUESTIONS = {
    f"/{section}/{name}": question
    for section, part in MODEL.schema["properties"].items()
    for name, question in part["properties"].items()
}
DRAFT = model.load(model.shipped()["1.1"].text)
BOOKS = {
    of.version: {
        rule["id"]: (
            jsonschema.Draft202012Validator(rule["applies_to"]),
            jsonschema.Draft202012Validator(rule["requires"]),
        )
        for rule in of.public["rules"]
        if "judged_by" not in rule
    }
    for of in (MODEL, DRAFT)
}


def by_the_book(given_answers: dict, version: str = "1.0") -> set[str]:
    """The rules that fail, judged by the other validator from the public document alone."""
    answered = really_given(given_answers)
    known = {**answered, "derived": derive(answered)}
    book = BOOKS[version]
    return {name for name, (applies, holds) in book.items() if applies.is_valid(known) and not holds.is_valid(known)}


@pytest.mark.parametrize("of", [MODEL, DRAFT], ids=["1.0", "1.1"])
def test_both_validators_give_thousands_of_answers_the_same_verdict(of):
    @given(well_formed(of))
    @settings(max_examples=1000, deadline=None, database=None)
    def same(given_answers):
        assert {finding["rule"] for finding in of.check(given_answers)} == by_the_book(given_answers, of.version)

    same()


@pytest.mark.parametrize("of", [MODEL, DRAFT], ids=["1.0", "1.1"])
def test_both_validators_judge_all_examples_alike(of):
    for rule in of.public["rules"]:
        for example in rule["examples"].values():
            assert {finding["rule"] for finding in of.check(example)} == by_the_book(example, of.version)


WELL_FORMED = well_formed(MODEL)
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

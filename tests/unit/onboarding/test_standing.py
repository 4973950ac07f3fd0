"""Nothing is held against a question that is not answered yet."""

from __future__ import annotations

from copy import deepcopy

import pytest

from services.onboarding.pages import standing
from tests.support import pages

MODEL, EXAMPLES = pages.MODEL, pages.EXAMPLES


def states(answers: dict) -> dict[str, str]:
    return {one.rule["id"]: one.state for one in MODEL.standings(answers)}


def test_before_the_first_answer_no_rule_is_met_and_none_is_broken():
    assert set(states({}).values()) == {"waiting"}


def test_a_rule_that_waits_says_for_which_question():
    waiting = {one.rule["id"]: one.waits_for for one in MODEL.standings({"use_case": {"public_service": True}})}

    assert waiting["BM-28"] == ("/operation/availability",)


def test_a_rule_that_does_not_concern_the_answers_is_not_counted():
    assert "BM-28" in states({})
    assert "BM-28" not in states({"use_case": {"public_service": False}})


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_stands_broken_is_what_the_check_finds_in_answers_that_were_given(name):
    answers = EXAMPLES[name]
    found = {one["rule"] for one in MODEL.check(answers) if one["observed"] is not None}
    broken = {rule for rule, state in states(answers).items() if state == "broken"}
    met = {rule for rule, state in states(answers).items() if state == "met"}

    assert broken <= {one["rule"] for one in MODEL.check(answers)}
    assert not met & found


def test_an_answer_that_breaks_a_rule_moves_it_from_waiting_to_broken_and_back():
    answers = deepcopy(EXAMPLES["parking"])
    answers["use_case"]["public_service"] = True

    answers["operation"].pop("availability")
    assert states(answers)["BM-28"] == "waiting"
    answers["operation"]["availability"] = 98
    assert states(answers)["BM-28"] == "broken"
    answers["operation"]["availability"] = 99.9
    assert states(answers)["BM-28"] == "met"


def test_the_column_says_what_was_answered_and_what_is_needed():
    column = standing.column(MODEL, pages.broken(), "operation", "de")

    availability = next(one for one in column.broken if one["rule"] == "BM-28")
    assert availability["was"]
    assert availability["needs"]
    assert availability["source"]
    assert column.rules == len(column.met) + len(column.broken) + len(column.waiting)


def test_the_column_names_the_questions_everybody_must_still_answer():
    column = standing.column(MODEL, {"operation": {"owner": "Wir"}}, "operation", "en")

    open_questions = {one["pointer"] for one in column.open}
    assert "/operation/owner" not in open_questions
    assert "/operation/availability" in open_questions

"""An application seen as a whole."""

from __future__ import annotations

from copy import deepcopy

import pytest

from services.onboarding.pages import overview
from services.onboarding.pages.questions import question_at
from shared.pages.words import WORDS
from tests.support import pages

PARKING = pages.EXAMPLES["parking"]


def tasks(answers: dict) -> dict[str, overview.Task]:
    found = overview.tasks(pages.SCHEMA, answers, pages.MODEL.check(answers), "de")
    return {task.key: task for task in found}


def question(pointer: str):
    return question_at(pages.SCHEMA, pointer)


def test_an_empty_application_has_nine_open_chapters():
    found = tasks({})

    assert [task.number for task in found.values()] == list(range(1, 10))
    assert {task.state for task in found.values()} == {"open"}
    assert sum(task.missing for task in found.values()) == sum(task.needed for task in found.values()) > 0


def test_a_complete_application_is_filled_in():
    found = tasks(PARKING)

    assert {task.state for task in found.values()} == {"filled"}
    assert sum(task.missing for task in found.values()) == 0


def test_a_gap_is_missing_and_a_broken_rule_a_violation():
    operation = tasks(pages.broken())["operation"]

    assert operation.state == "started"
    assert operation.missing == 1
    assert operation.violations >= 1


def test_findings_are_told_gravest_first_with_the_answer_they_are_about():
    told = overview.remarks(pages.SCHEMA, pages.MODEL.check(pages.broken()), "de")
    order = ["violation", "condition", "hint"]
    availability = next(remark for remark in told if remark["pointer"] == "/operation/availability")

    assert [order.index(remark["severity"]) for remark in told] == sorted(
        order.index(remark["severity"]) for remark in told
    )
    assert availability["label"] == "Zugesagte Verfügbarkeit"
    assert availability["section"] == "operation"
    assert (availability["was"], availability["needs"]) == ("98 %", "mindestens 99,5 %")
    assert availability["gap"] is False


def test_a_missing_answer_is_a_gap_and_demands_nothing_more():
    gaps = [remark for remark in overview.remarks(pages.SCHEMA, pages.MODEL.check({}), "en") if remark["gap"]]

    assert gaps
    assert all(remark["needs"] == remark["was"] == "" for remark in gaps)


def test_findings_are_counted_and_rules_once_each():
    findings = pages.MODEL.check(pages.broken())

    tally = overview.tally(findings, 65)

    assert tally["missing"] == 2
    assert tally["violation"] + tally["condition"] + tally["hint"] + tally["missing"] == len(findings)
    assert tally["met"] == 65 - len({finding["rule"] for finding in findings})


def test_every_answer_stands_beside_what_the_check_says_of_it():
    answers = pages.broken()
    findings = pages.MODEL.check(answers)

    rows = [row for sheet in overview.sheets(pages.SCHEMA, answers, findings, "de") for row in sheet.rows]

    assert sum(len(row.remarks) for row in rows) == len(findings)
    assert next(row for row in rows if row.pointer == "/operation/availability").value == "98 %"
    assert next(row for row in rows if row.pointer == "/operation/support_hours").missing


def test_a_question_that_does_not_apply_is_shown_only_if_it_was_answered():
    answers = deepcopy(PARKING)
    answers["organisation"]["ethics"] = "approved"
    shown, hidden = (
        {row.pointer for sheet in overview.sheets(pages.SCHEMA, some, [], "de") for row in sheet.rows}
        for some in (answers, PARKING)
    )

    assert "/organisation/ethics" in shown - hidden


@pytest.mark.parametrize(
    ("pointer", "value", "german"),
    [
        ("/operation/availability", 98.5, "98,5 %"),
        ("/business/cost_per_year", 48000, "48.000 €"),
        ("/operation/until", "2030-12-31", "31. Dezember 2030"),
        ("/operation/until", "irgendwann", "irgendwann"),
        ("/operation/monitoring", False, "Nein"),
        ("/operation/hosting", "eu", "Woanders in der EU oder im EWR"),
        ("/use_case/theme", ["mobility", "energy"], "Mobilität, Energie"),
        ("/use_case/title", None, "Keine Angabe"),
        ("/use_case/theme", [], "Keine Angabe"),
        ("/use_case/title", "eu", "eu"),
    ],
)
def test_answers_are_shown_in_words(pointer, value, german):
    assert overview.shown(question(pointer), value, "de") == german


@pytest.mark.parametrize(
    ("pointer", "expected", "english"),
    [
        ("/operation/availability", {"minimum": 99.5}, "at least 99.5 %"),
        ("/operation/exit_plan", {"minLength": 20}, "at least 20 characters"),
        ("/operation/monitoring", {"const": True}, "Yes"),
        ("/organisation/internal_involvement", {"contains": {"const": "staff_council"}}, "among them: Staff council"),
        ("/organisation/register_number", {"minLength": 4}, "an answer"),
        (
            "/operation/until",
            {"type": "string", "format": "date", "$comment": "derived/months_after_funding >= 24"},
            "operation after the end of the funding: at least 24 months",
        ),
        ("/operation/until", {"type": "string", "format": "date"}, "a date"),
        ("/organisation/vat_id", {"pattern": "^[A-Z]{2}"}, "in a form like “DE123456789”"),
        (
            "/use_case/stage",
            {"enum": ["idea", "concept", "test"]},
            "one of: “Idea”, “Concept”, “Test with a fixed end”",
        ),
        ("/operation/until", {}, ""),
        ("/operation/availability", True, ""),
    ],
)
def test_what_is_expected_is_said_in_words(pointer, expected, english):
    assert overview.expectation(question(pointer), expected, "en") == english


def test_several_ways_to_do_it_are_told_apart():
    said = overview.expectation(question("/operation/hosting"), {"enum": ["shared_data_centre", "eu"]}, "de")

    assert said == "eine von: „Rechenzentrum von Stadt und Stadtwerken“, „Woanders in der EU oder im EWR“"


def test_what_lies_ahead_gets_less_and_ends():
    assert len(overview.ahead("submitted", "de")) == 3
    assert overview.ahead("approved", "en") == ["Start on the city platform"]
    assert overview.ahead("withdrawn", "de") == []


@pytest.mark.parametrize(
    ("kind", "pointer"),
    [
        ("kind", "/organisation/kind"),
        ("theme", "/use_case/theme"),
        ("stage", "/use_case/stage"),
        ("strategy", "/use_case/strategy"),
    ],
)
def test_the_house_has_a_word_for_everything_the_model_lets_people_choose(kind, pointer):
    assert question(pointer).choices("de").keys() <= WORDS[kind].keys()

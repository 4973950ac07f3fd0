"""The form of answers: what is refused before any rule is asked, and in which words."""

from __future__ import annotations

import json

import jsonschema
import jsonschema_rs
import pytest

from services.onboarding import model
from services.onboarding.model import formats

MODEL = model.load(model.shipped()["1.0"].text)


def problems(given_answers: object) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in MODEL.problems(given_answers)]


def test_a_missing_answer_is_no_problem_of_form():
    assert problems({}) == []
    assert problems({"organisation": {}}) == []


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (None, [("", "wrong_type")]),
        ([], [("", "wrong_type")]),
        ({"organisation": "x"}, [("/organisation", "wrong_type")]),
        ({"surprise": 1}, [("/surprise", "unknown_key")]),
        ({"a/b~c": 1}, [("/a~1b~0c", "unknown_key")]),
        ({"organisation": {"nmae": "x"}}, [("/organisation/nmae", "unknown_key")]),
        ({"organisation": {"name": 5}}, [("/organisation/name", "wrong_type")]),
        ({"organisation": {"name": None}}, [("/organisation/name", "wrong_type")]),
        ({"organisation": {"name": "x" * 201}}, [("/organisation/name", "too_long")]),
        ({"organisation": {"name": "half an emoji \ud83d"}}, [("/organisation/name", "bad_text")]),
        ({"organisation": {"kind": "startup"}}, [("/organisation/kind", "unknown_choice")]),
        ({"use_case": {"summary": "x" * 4001}}, [("/use_case/summary", "too_long")]),
        ({"use_case": {"public_service": "yes"}}, [("/use_case/public_service", "wrong_type")]),
        ({"use_case": {"theme": "mobility"}}, [("/use_case/theme", "wrong_type")]),
        ({"use_case": {"theme": []}}, [("/use_case/theme", "too_few")]),
        ({"use_case": {"theme": ["mobility", "x"]}}, [("/use_case/theme/1", "unknown_choice")]),
        ({"use_case": {"theme": ["mobility", "mobility"]}}, [("/use_case/theme", "duplicate")]),
        ({"use_case": {"theme": [{"mobility": []}]}}, [("/use_case/theme/0", "wrong_type")]),
        ({"use_case": {"test_until": "31.12.2027"}}, [("/use_case/test_until", "bad_format")]),
        ({"operation": {"availability": 100.1}}, [("/operation/availability", "too_large")]),
        ({"operation": {"availability": -1}}, [("/operation/availability", "too_small")]),
        ({"operation": {"availability": True}}, [("/operation/availability", "wrong_type")]),
        ({"operation": {"availability": float("nan")}}, [("/operation/availability", "not_finite")]),
        ({"business": {"cost_per_year": 10**400}}, [("/business/cost_per_year", "too_large")]),
        ({"operation": {"support_email": "somebody@nowhere"}}, [("/operation/support_email", "bad_format")]),
        ({"security": {"patch_days": 1.5}}, [("/security/patch_days", "wrong_type")]),
        (
            {"interfaces": {"documentation": "javascript:alert(1)"}},
            [("/interfaces/documentation", "bad_format")],
        ),
        (
            {"security": {"patch_days": "x"}, "organisation": {"kind": 1, "zzz": 1}},
            [
                ("/organisation/zzz", "unknown_key"),
                ("/organisation/kind", "wrong_type"),
                ("/security/patch_days", "wrong_type"),
            ],
        ),
    ],
)
def test_a_problem_of_form_is_told_once_at_its_place(wrong, expected):
    assert problems(wrong) == expected


def test_a_problem_names_the_question_the_limit_and_the_choices_in_both_languages():
    wrong = {"organisation": {"kind": "startup"}, "operation": {"availability": 101}}

    kind, availability = MODEL.problems(wrong)

    assert "„Art der Organisation“" in kind.text.de
    assert "“Kind of organisation”" in kind.text.en
    assert "start_up, company" in kind.text.de
    assert "start_up" in kind.more["allowed"]
    assert "höchstens 100" in availability.text.de
    assert availability.more == {"limit": 100}


def test_a_mistyped_key_is_met_with_a_suggestion():
    [problem] = MODEL.problems({"use_case": {"titel": "x"}})

    assert "Meinten Sie „title“?" in problem.text.de
    assert "Did you mean “title”?" in problem.text.en


def test_a_hostile_body_is_told_its_first_hundred_problems_and_no_more():
    deep = json.loads("[" * 800 + "]" * 800)

    many = MODEL.problems({f"key{number}": deep for number in range(5000)})

    assert len(many) == 100
    assert all(len(problem.text.de) < 200 for problem in many)


@pytest.mark.parametrize(
    ("format_", "value", "holds"),
    [
        ("date", "2027-12-31", True),
        ("date", "2028-02-29", True),
        ("date", "2027-02-29", False),
        ("date", "20271231", False),
        ("date", "2027-W01-1", False),
        ("date", "2027-12-31T00:00:00", False),
        ("date", "٢٠٢٧-١٢-٣١", False),
        ("date", "", False),
        ("email", "hilfe@stellplatz-lotse.example", True),
        ("email", "trial@firm.test", True),
        ("email", "jürgen@müller.de", True),
        ("email", "a@b", False),
        ("email", "Anna <a@b.de>", False),
        ("email", "a b@c.de", False),
        ("email", "", False),
        ("uri", "https://example.org/a?b=c#d", True),
        ("uri", "http://[::1]:8080/", True),
        ("uri", "https://example.org:99999/", False),
        ("uri", "https://", False),
        ("uri", "https://exa mple.org", False),
        ("uri", "javascript:alert(1)", False),
        ("uri", "//example.org", False),
        ("uri", "https://straße.example/ä", False),
    ],
)
def test_both_validators_hold_the_same_formats(format_, value, holds):
    schema = {"format": format_}

    fast = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats=formats.FORMATS)
    slow = jsonschema.Draft202012Validator(schema, format_checker=formats.format_checker())

    assert (fast.is_valid(value), slow.is_valid(value)) == (holds, holds)

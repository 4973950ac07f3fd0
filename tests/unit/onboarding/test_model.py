"""The business and operator model: what is in it, and how it judges."""

from __future__ import annotations

import json
from copy import deepcopy

import jsonpointer
import pytest

from services.onboarding import model
from services.onboarding.model import UnknownModel, document
from services.onboarding.model.derived import DERIVED, derive

MODEL = model.load(model.shipped()["1.0"].text)
RULES = {rule["id"]: rule for rule in MODEL.public["rules"]}
EXAMPLES = {example["key"]: example for example in MODEL.public["examples"]}
QUESTIONS = {
    f"/{section}/{name}": question
    for section, part in MODEL.schema["properties"].items()
    for name, question in part["properties"].items()
}
MANDATORY = [f"/{section}/{name}" for section, part in MODEL.schema["properties"].items() for name in part["required"]]
FINDING = {"rule", "model", "pointer", "observed", "expected", "severity", "remedy", "text"}


def answers(example: str = "parking", **sections: dict) -> dict:
    """Complete answers of a named example, changed section by section; None takes an answer away."""
    return model.patched(EXAMPLES[example]["answers"], sections)


def findings(given_answers: dict) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["pointer"]) for finding in MODEL.check(given_answers)]


# What is in it


def test_the_model_asks_in_nine_chapters_and_rules_over_each():
    chapters = {rule["clause"].split(".")[0] for rule in RULES.values()}

    assert len(MODEL.schema["properties"]) == 9
    assert chapters == {"0", *(str(number) for number in range(1, 10))}
    assert len(RULES) >= 34
    assert {rule["severity"] for rule in RULES.values()} == {"violation", "condition", "hint"}


@pytest.mark.parametrize(
    "pointer",
    [
        "/organisation/name",
        "/organisation/kind",
        "/use_case/title",
        "/use_case/summary",
        "/use_case/theme",
        "/use_case/stage",
        "/use_case/strategy",
        "/use_case/public_service",
    ],
)
def test_the_model_asks_what_the_rest_of_the_house_reads(pointer):
    assert pointer in QUESTIONS


def test_every_kind_of_applicant_has_a_rule_of_its_own_or_an_example():
    kinds = set(QUESTIONS["/organisation/kind"]["enum"])
    named = {kind for kind in kinds if f'"kind": {{"const": "{kind}"' in json.dumps(list(RULES.values()))}
    shown = {example["answers"]["organisation"]["kind"] for example in EXAMPLES.values()}

    assert named | shown == kinds


# What everybody may read


def test_the_public_model_carries_complete_rules_and_complete_examples():
    for rule in MODEL.public["rules"]:
        assert {"id", "clause", "source", "severity", "applies_to", "pointer", "expected"} <= set(rule)
        assert set(rule["examples"]) == {"passing", "failing"}
        assert all("organisation" in example for example in rule["examples"].values())
    assert {example["verdict"] for example in MODEL.public["examples"]} == {"sound", "unsound"}
    assert all({"title", "answers", "verdict"} <= set(example) for example in MODEL.public["examples"])


def test_the_etag_is_the_hash_of_what_is_served():
    released = document.read(document.FOLDER / "1.0.json")

    again = model.Model(deepcopy(released), "1.0.json")
    other = model.Model(released | {"status": "retired"}, "1.0.json")

    assert json.loads(MODEL.body) == MODEL.public
    assert MODEL.etag == again.etag
    assert MODEL.etag != other.etag


def test_versions_are_sorted_as_numbers():
    assert sorted(["1.10", "1.9", "1.0"], key=model.order) == ["1.0", "1.9", "1.10"]


@pytest.mark.parametrize("version", ["9.9", "", "../1.0", "1\u0660", "\ud800", "x" * 10_000])
def test_an_unknown_version_is_told_in_few_words(version):
    told = UnknownModel(version, model.shipped())

    assert told.code == "unknown_model"
    assert "1.0" in told.text.de
    assert len(told.text.de.encode()) < 200


# Rules and their examples


@pytest.mark.parametrize("name", RULES)
def test_the_passing_example_passes(name):
    passing = MODEL.check(RULES[name]["examples"]["passing"])

    assert model.verdict(passing) == "sound"
    assert name not in {finding["rule"] for finding in passing}


@pytest.mark.parametrize("name", RULES)
def test_the_failing_example_breaks_this_rule_and_no_other(name):
    rule = RULES[name]

    [finding] = MODEL.check(rule["examples"]["failing"])

    assert set(finding) == FINDING
    assert (finding["rule"], finding["severity"], finding["model"]) == (name, rule["severity"], "1.0")
    assert model.verdict([finding]) == ("unsound" if rule["severity"] == "violation" else "sound")


@pytest.mark.parametrize("name", RULES)
def test_a_finding_says_where_what_why_and_how_to_mend_it_in_both_languages(name):
    failing = RULES[name]["examples"]["failing"]

    [finding] = MODEL.check(failing)

    assert finding["pointer"] in QUESTIONS
    assert finding["observed"] == jsonpointer.resolve_pointer(failing, finding["pointer"], None)
    assert all(finding[part][language].strip() for part in ("text", "remedy") for language in ("de", "en"))
    assert json.loads(json.dumps(finding)) == finding


@pytest.mark.parametrize("key", EXAMPLES)
def test_an_example_is_judged_as_it_says(key):
    example = EXAMPLES[key]

    assert MODEL.problems(example["answers"]) == ()
    assert model.verdict(MODEL.check(example["answers"])) == example["verdict"]


def test_the_traffic_department_has_real_things_to_mend():
    assert findings(EXAMPLES["traffic_office"]["answers"]) == [
        ("BM-08", "/organisation/internal_involvement"),
        ("BM-28", "/operation/availability"),
        ("BM-54", "/security/patch_days"),
    ]


def test_a_start_up_without_a_register_number_gets_a_condition_and_a_company_a_violation():
    start_up = MODEL.check(answers("parking", organisation={"register_number": None}))
    company = MODEL.check(answers("district_heat", organisation={"register_number": None}))

    assert [finding["severity"] for finding in start_up] == ["condition"]
    assert [finding["severity"] for finding in company] == ["violation"]


def test_findings_come_in_the_order_of_the_rules_and_then_of_the_questions():
    found = findings(answers(security={"encrypted": False}, use_case={"need": None, "title": None, "strategy": None}))

    assert found == [
        ("BM-00", "/use_case/title"),
        ("BM-00", "/use_case/need"),
        ("BM-13", "/use_case/strategy"),
        ("BM-56", "/security/encrypted"),
    ]


# Missing answers


@pytest.mark.parametrize("pointer", MANDATORY)
def test_a_missing_answer_is_one_finding_at_its_place(pointer):
    _, section, name = pointer.split("/")

    found = MODEL.check(answers(**{section: {name: None}}))

    told = [finding for finding in found if finding["pointer"] == pointer]
    assert [(finding["rule"], finding["observed"]) for finding in told] == [("BM-00", None)]
    assert QUESTIONS[pointer]["x-text"]["de"]["label"] in told[0]["text"]["de"]
    assert QUESTIONS[pointer]["x-text"]["en"]["label"] in told[0]["text"]["en"]
    assert told[0]["expected"]["type"] == QUESTIONS[pointer]["type"]


@pytest.mark.parametrize("nothing", [{}, {"organisation": {}}, {"use_case": {"title": " \n", "theme": []}}])
def test_where_nothing_is_answered_every_mandatory_question_is_asked(nothing):
    asked = [pointer for rule, pointer in findings(nothing) if rule == "BM-00"]

    assert asked == MANDATORY


@pytest.mark.parametrize("section", MODEL.schema["properties"])
def test_a_missing_chapter_is_a_finding_for_each_of_its_mandatory_questions(section):
    asked = [pointer for rule, pointer in findings(answers(**{section: None})) if rule == "BM-00"]

    assert asked == [pointer for pointer in MANDATORY if pointer.startswith(f"/{section}/")]


def test_a_blank_text_is_no_answer():
    [finding] = MODEL.check(answers(use_case={"title": "   "}))

    assert (finding["rule"], finding["pointer"], finding["observed"]) == ("BM-00", "/use_case/title", None)


# Derived values


@pytest.mark.parametrize(
    ("end", "until", "months"),
    [
        ("2027-12-31", "2029-12-31", 24),
        ("2027-12-31", "2029-12-30", 23),
        ("2027-08-31", "2028-02-29", 6),
        ("2028-02-29", "2030-02-28", 24),
        ("2027-01-15", "2027-01-15", 0),
        ("2027-06-01", "2027-01-01", -5),
    ],
)
def test_months_after_funding_are_whole_months(end, until, months):
    assert derive({"business": {"funding_end": end}, "operation": {"until": until}}) == {"months_after_funding": months}


@pytest.mark.parametrize(
    ("business", "expected"),
    [
        ({"income_per_year": 30, "cost_per_year": 40}, {"cost_coverage_percent": 75}),
        ({"income_per_year": 30, "cost_per_year": 0}, {}),
        ({"cost_per_year": 40}, {}),
        ({}, {}),
    ],
)
def test_a_derived_value_is_absent_while_an_answer_it_needs_is_missing(business, expected):
    assert derive({"business": business}) == expected


def test_every_derived_value_is_described_to_the_public_and_names_questions():
    draft = model.load(model.shipped()["1.1"].text)

    assert set(draft.public["derived"]) == set(DERIVED)
    assert all(pointer in draft.questions for derived in DERIVED.values() for pointer in derived.sources)
    assert set(MODEL.public["derived"]) == {"months_after_funding", "cost_coverage_percent"}


def test_answers_cannot_smuggle_in_a_derived_value():
    smuggled = answers(operation={"until": "2028-01-31"}, derived={"months_after_funding": 99})

    assert [problem.pointer for problem in MODEL.problems(smuggled)] == ["/derived"]
    assert ("BM-21", "/operation/until") in findings(smuggled)

"""From one version of the model to the next: what is different, in words, and what becomes of answers."""

from __future__ import annotations

from copy import deepcopy

import pytest

from services.onboarding import model
from services.onboarding.model import document

RELEASED = document.read(document.FOLDER / "1.0.json")
OLD = model.validate(RELEASED, "1.0.json")
ANSWERS = {example["key"]: example["answers"] for example in OLD.public["examples"]}

LABEL = OLD.questions["/use_case/place"]["x-text"]["de"]["label"]


def following(*spoil, moved=()) -> model.Model:
    """The version after 1.0, changed by each of `spoil`."""
    written = deepcopy(RELEASED) | {"version": "1.1", "status": "draft", "changes": {"from": "1.0", "moved": [*moved]}}
    for each in spoil:
        each(written)
    return model.Model(written, "1.1.json")


def rule(written: dict, name: str) -> dict:
    return next(rule for rule in written["rules"] if rule["id"] == name)


def questions(written: dict, section: str) -> dict:
    return written["schema"]["properties"][section]["properties"]


def told(new: model.Model) -> list[tuple[str, str]]:
    return [(difference.kind, difference.words.de) for difference in model.differences(OLD, new)]


def move_place(written: dict) -> None:
    questions(written, "participation")["where"] = questions(written, "use_case").pop("place")
    written["rules"] = [one for one in written["rules"] if one["id"] != "BM-18"]


def more_or_less_licences(written: dict) -> None:
    licence = questions(written, "open_source")["licence"]
    licence["enum"].remove("mit")
    for words in licence["x-text"].values():
        del words["options"]["mit"]
    rule(written, "BM-61")["expected"]["enum"].remove("mit")


def test_a_version_is_no_different_from_itself():
    assert model.differences(OLD, following()) == ()


def test_a_bound_that_moves_is_told_with_its_unit():
    new = following(lambda written: rule(written, "BM-28")["expected"].update(minimum=99.7))

    assert told(new) == [("demand", "BM-28: mindestens 99,5 -> mindestens 99,7 %")]


def test_rules_that_come_go_or_weigh_otherwise_are_told():
    def change(written: dict) -> None:
        rule(written, "BM-29")["severity"] = "condition"
        written["rules"] = [
            {**one, "id": "BM-99"} if one["id"] == "BM-64" else one for one in written["rules"] if one["id"] != "BM-63"
        ]

    kinds = [(one.kind, one.rule) for one in model.differences(OLD, following(change))]

    assert kinds == [
        ("severity", "BM-29"),
        ("rule_removed", "BM-63"),
        ("rule_removed", "BM-64"),
        ("rule_added", "BM-99"),
    ]
    assert ("severity", "BM-29: Hinweis -> Auflage") in told(following(change))


def test_a_moved_question_and_a_choice_less_are_told():
    moved = [{"from": "/use_case/place", "to": "/participation/where"}]

    said = told(following(move_place, more_or_less_licences, moved=moved))

    assert [words for kind, words in said if kind == "question_moved"] == [
        f"„{LABEL}“: /use_case/place -> /participation/where"
    ]
    assert any(kind == "choices" and "− „MIT“" in words for kind, words in said)


def test_answers_follow_a_moved_question_and_nothing_is_asked_again():
    given = model.patched(ANSWERS["parking"], {"use_case": {"place": "Kesselbrink"}})
    before = deepcopy(given)

    adoption = model.adopted(
        given, OLD, following(move_place, moved=[{"from": "/use_case/place", "to": "/participation/where"}])
    )

    assert adoption.answers["participation"]["where"] == "Kesselbrink"
    assert "place" not in adoption.answers["use_case"]
    assert (adoption.dropped, adoption.questions) == ((), ())
    assert given == before


def test_an_answer_that_fits_no_more_is_dropped_and_asked_again():
    given = model.patched(ANSWERS["parking"], {"open_source": {"code": "open", "licence": "mit"}})

    adoption = model.adopted(given, OLD, following(more_or_less_licences))

    assert "licence" not in adoption.answers["open_source"]
    assert (adoption.dropped, adoption.questions) == (("/open_source/licence",), ("/open_source/licence",))


def test_a_renamed_choice_takes_its_new_name_along():
    def rename(written: dict) -> None:
        more_or_less_licences(written)
        licence = questions(written, "open_source")["licence"]
        licence["enum"].append("expat")
        for words in licence["x-text"].values():
            words["options"]["expat"] = "MIT"

    given = model.patched(ANSWERS["parking"], {"open_source": {"code": "open", "licence": "mit"}})
    moved = [{"from": "/open_source/licence", "to": "/open_source/licence", "values": {"mit": "expat"}}]

    adoption = model.adopted(given, OLD, following(rename, moved=moved))

    assert (adoption.answers["open_source"]["licence"], adoption.dropped) == ("expat", ())


@pytest.mark.parametrize("key", ANSWERS)
def test_answers_to_the_same_questions_stay_as_they_are(key):
    assert model.adopted(ANSWERS[key], OLD, following()) == model.Adoption(ANSWERS[key], (), ())


# What the draft 1.1 brings

DRAFT = model.validate(document.read(document.FOLDER / "1.1.json"), "1.1.json")
SHOWN = {example["key"]: example["answers"] for example in DRAFT.public["examples"]}
KINDS = DRAFT.questions["/organisation/kind"]["enum"]


def test_the_draft_really_changes_the_published_version():
    said = {(one.kind, one.rule or one.pointer): one.words.de for one in model.differences(OLD, DRAFT)}

    assert said["demand", "BM-28"] == "BM-28: mindestens 99,5 -> mindestens 99,7 %"
    assert said["severity", "BM-47"] == "BM-47: Auflage -> Verstoß"
    assert said["demand", "BM-61"] == "BM-61: + „MPL 2.0“, „BSD 3-Clause“"
    assert said["choices", "/data/dpia"].endswith("− „Nein“ + „Noch nicht begonnen“")
    assert {"rule_added", "rule_removed", "question_added", "question_moved", "right"} <= {kind for kind, _ in said}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_questions_rules_and_steps_of_its_own(kind):
    asked = [
        pointer
        for pointer, question in DRAFT.questions.items()
        if question["x-ui"].get("show_if", {}).get("pointer") == "/organisation/kind"
        and kind in question["x-ui"]["show_if"]["in"]
    ]
    mine = [one for one in DRAFT.rules.values() if f"'kind': {{'const': '{kind}'}}" in str(one["applies_to"])]

    assert asked
    assert any("judged_by" not in one for one in mine) or any(one["pointer"] in asked for one in DRAFT.rules.values())
    assert any("judged_by" in one for one in mine)
    assert kind in {answers["organisation"]["kind"] for answers in SHOWN.values()}


@pytest.mark.parametrize("strategy", DRAFT.questions["/use_case/strategy"]["items"]["enum"])
def test_whoever_serves_a_strategy_is_asked_which_passage(strategy):
    question = DRAFT.questions[f"/use_case/passage_{strategy}"]

    assert question["x-ui"]["show_if"] == {"pointer": "/use_case/strategy", "in": [strategy]}
    assert any(one["pointer"] == f"/use_case/passage_{strategy}" for one in DRAFT.rules.values())


def test_every_rule_says_why_and_its_findings_too():
    assert all({"de", "en"} <= one["why"].keys() for one in DRAFT.rules.values())
    for one in DRAFT.public["rules"]:
        for finding in DRAFT.check(one["examples"]["failing"]):
            assert finding["why"] == one["why"]


@pytest.mark.parametrize(
    ("issued", "start", "age"),
    [
        ("2024-06-01", "2027-06-01", 36),
        ("2024-05-31", "2027-06-01", 37),
        ("2024-06-02", "2027-06-01", 36),
        ("2024-02-29", "2027-02-28", 36),
        ("2027-06-02", "2027-06-01", 0),
        ("2026-01-15", "0001-01-10", -24300),
    ],
)
def test_the_age_of_a_proof_counts_months_begun(issued, start, age):
    given = {"security": {"evidence_date": issued}, "operation": {"from": start}}

    assert model.derive(given)["evidence_age_months"] == age


def test_answers_of_the_published_version_find_their_place_in_the_draft():
    given = model.patched(ANSWERS["district_heat"], {"data": {"dpia": "none"}})

    adoption = model.adopted(given, OLD, DRAFT)

    assert adoption.answers["security"]["incident_contact"] == given["operation"]["incident_contact"]
    assert adoption.answers["data"]["dpia"] == "not_started"
    assert adoption.dropped == ()
    assert "/security/evidence_date" in adoption.questions
    assert "/organisation/founded_on" not in adoption.questions


# Rules for people


def test_a_rule_for_people_is_on_the_checklist_and_never_a_finding():
    judged = [one for one in DRAFT.public["rules"] if "judged_by" in one]

    for one in judged:
        [item] = [item for item in DRAFT.checklist(one["examples"]["failing"]) if item["rule"] == one["id"]]
        assert item["judged_by"] == one["judged_by"]
        assert item["expected"] == {}
        assert one["id"] not in {finding["rule"] for finding in DRAFT.check(one["examples"]["failing"])}
        assert one["id"] not in {item["rule"] for item in DRAFT.checklist(one["examples"]["passing"])}
    assert {one["judged_by"] for one in judged} == {
        "reviewer", "data_protection_officer", "information_security", "staff_council", "ethics"
    }  # fmt: skip

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


def test_the_shipped_draft_can_be_used_and_follows_the_published_version():
    draft = model.validate(document.read(document.FOLDER / "1.1.json"), "1.1.json")

    assert (draft.status, draft.changes["from"]) == ("draft", "1.0")
    assert model.differences(OLD, draft)


# Rules for people


def test_a_rule_for_people_is_on_the_checklist_and_never_a_finding():
    draft = model.validate(document.read(document.FOLDER / "1.1.json"), "1.1.json")
    judged = [one for one in draft.public["rules"] if "judged_by" in one]

    for one in judged:
        [item] = [item for item in draft.checklist(one["examples"]["failing"]) if item["rule"] == one["id"]]
        assert item["judged_by"] == one["judged_by"]
        assert item["expected"] == {}
        assert one["id"] not in {finding["rule"] for finding in draft.check(one["examples"]["failing"])}
        assert one["id"] not in {item["rule"] for item in draft.checklist(one["examples"]["passing"])}
    assert judged

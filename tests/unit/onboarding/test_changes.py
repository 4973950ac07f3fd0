"""What is different between two versions of an application, and when a version is kept."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from services.onboarding import model
from services.onboarding.commands import Contact, Reply
from services.onboarding.domain import Application, Status
from services.onboarding.model import Model, changes
from services.onboarding.pages.snapshots import COME, GONE, SAME, pieces
from tests.support.applications import ANSWERS, AT, VERA, an_application

LATER = AT + timedelta(days=1)


@pytest.fixture(scope="module")
def first() -> Model:
    return model.load(model.shipped()["1.0"].text)


def sound(of: Model) -> dict[str, Any]:
    found: dict[str, Any] = deepcopy(next(one["answers"] for one in of.public["examples"] if one["verdict"] == "sound"))
    return found


def test_the_same_answers_have_no_difference(first: Model) -> None:
    assert changes(sound(first), first, sound(first), first) == ()


def test_a_number_is_told_with_its_unit_once(first: Model) -> None:
    before, after = sound(first), sound(first)
    pointer = next(
        pointer
        for pointer, question in first.questions.items()
        if question.get("type") == "number" and question["x-ui"].get("suffix") == "%"
    )
    _, section, name = pointer.split("/")
    before[section][name], after[section][name] = 98.5, 99.5

    (found,) = changes(before, first, after, first)

    assert (found.pointer, found.kind, found.before, found.after) == (pointer, "changed", 98.5, 99.5)
    assert (found.words.de, found.words.en) == ("98,5 -> 99,5 %", "98.5 -> 99.5 %")


def test_what_is_new_and_what_is_gone_are_told_as_such(first: Model) -> None:
    before, after = sound(first), sound(first)
    before["use_case"].pop("summary", None)
    after["use_case"]["summary"] = "Neu."
    del after["organisation"]["name"]

    found = {one.pointer: one for one in changes(before, first, after, first)}

    assert found["/use_case/summary"].kind == "added"
    assert found["/use_case/summary"].was.de == "keine Angabe"
    assert found["/organisation/name"].kind == "removed"
    assert all(one.label.de and one.label.en and one.section.de for one in found.values())


def test_differences_stand_in_the_order_of_the_questions(first: Model) -> None:
    found = [one.pointer for one in changes({}, first, sound(first), first)]

    assert found == [pointer for pointer in first.questions if pointer in set(found)]
    assert len(found) > 20


def test_choices_are_told_by_what_came_and_went(first: Model) -> None:
    before, after = sound(first), sound(first)
    before["use_case"]["theme"], after["use_case"]["theme"] = ["mobility", "energy"], ["mobility", "climate"]

    (found,) = changes(before, first, after, first)

    assert found.words.de == "− „Energie“ + „Klimaschutz“"


def test_a_question_that_was_only_moved_is_no_difference(first: Model) -> None:
    second = model.load(model.shipped()["1.1"].text)
    kept = model.adopted(sound(first), first, second)

    found = changes(sound(first), first, kept.answers, second)

    assert {one.pointer for one in found} <= set(kept.dropped)


def test_texts_are_compared_word_by_word() -> None:
    found = pieces("Wir laden nachts in der Garage.", "Wir laden tags in der Garage.")

    assert found == ((SAME, "Wir laden "), (GONE, "nachts"), (COME, "tags"), (SAME, " in der Garage."))


def test_texts_with_nothing_in_common_are_shown_one_after_the_other() -> None:
    assert pieces("Ganz alt", "Völlig neu gedacht") == ((GONE, "Ganz alt"), (COME, "Völlig neu gedacht"))


def test_pieces_put_together_are_both_texts_again() -> None:
    was, now = "a b  c\nd e f g h" * 50, "a b c\nd  e x g h" * 50

    found = pieces(was, now)

    assert "".join(text for kind, text in found if kind != COME) == was
    assert "".join(text for kind, text in found if kind != GONE) == now


def test_a_draft_has_no_version_and_submitting_keeps_the_first() -> None:
    application = an_application()
    assert application.snapshots == []

    application.submit(AT)

    (kept,) = application.snapshots
    assert (kept.number, kept.why, kept.model, kept.answers) == (1, "submitted", "1.0", ANSWERS)


def test_a_reply_keeps_the_answers_it_came_with() -> None:
    application = an_application(Status.CLARIFICATION)
    application.change_answers(ANSWERS | {"more": {"a": 1}}, [])
    assert len(application.snapshots) == 1

    application.reply([Reply(question=application.open_questions[0]["id"], text="Ja.")], LATER)

    assert [(one.number, one.why) for one in application.snapshots] == [(1, "submitted"), (2, "replied")]
    assert application.snapshots[0].answers == ANSWERS
    assert application.snapshots[1].answers == ANSWERS | {"more": {"a": 1}}


def test_a_change_of_a_proposal_keeps_a_version_and_a_new_address_does_not() -> None:
    changed, moved = an_application(Status.PROPOSED), an_application(Status.PROPOSED)

    changed.change_answers(ANSWERS | {"more": {"a": 1}}, [])
    changed.void_proposal(LATER)
    moved.change_contact(Contact(email="neu@parkpilot.example", name="Mina", language="de"))
    moved.void_proposal(LATER)

    assert [one.why for one in changed.snapshots] == ["submitted", "changed"]
    assert [one.why for one in moved.snapshots] == ["submitted"]


def test_taking_a_model_over_keeps_a_version_only_with_the_city() -> None:
    asked: Application = an_application(Status.CLARIFICATION)
    draft = an_application()

    for one in (asked, draft):
        one.take_model("1.1", {"from": "1.0"}, VERA, "reviewer", LATER)

    assert [(one.why, one.model) for one in asked.snapshots] == [("submitted", "1.0"), ("adopted", "1.1")]
    assert draft.snapshots == []

"""Each move of an application from outside, as the public surface promises it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.case import APPROVE, CONDITIONS, DECLINE, Case, in_days
from tests.support.hub import Hub, wait_for
from tests.support.scene import APPLICATIONS, CONTACT, raw

FINDING = {"rule", "model", "pointer", "observed", "expected", "severity", "remedy", "text"}


# Drafts


def test_a_draft_needs_no_answers_and_says_what_is_missing(hub: Hub) -> None:
    made = hub.client().post(APPLICATIONS, {"contact": CONTACT})

    draft = made.json()
    assert (made.status_code, draft["status"], draft["model"], draft["version"]) == (201, "draft", "1.0", 1)
    assert {"id", "number", "status", "model", "findings", "version", "links", "token"} <= set(draft)
    assert draft["findings"]
    assert all(set(one) == FINDING and one["observed"] is None for one in draft["findings"])
    assert {"/organisation/name", "/use_case/title"} <= {one["pointer"] for one in draft["findings"]}
    assert hub.client(draft["token"]).json(draft["links"]["self"])["id"] == draft["id"]


def test_a_draft_with_a_violation_stays_a_draft_whatever_submit_says(hub: Hub) -> None:
    case = Case(hub, submit=True, answers=hub.client().example("unsound"))

    assert case.made.json()["status"] == "draft"
    assert "violation" in {one["severity"] for one in case.made.json()["findings"]}
    assert case.now()["status"] == "draft"


def test_sound_answers_are_handed_in_at_once_or_later(hub: Hub) -> None:
    at_once, later = Case(hub, submit=True), Case(hub, submit=False)
    assert (at_once.now()["status"], later.now()["status"]) == ("submitted", "draft")

    assert later.by(later.applicant, "submission", {})["status"] == "submitted"


@pytest.mark.parametrize("verdict", ["sound", "unsound", "empty"])
def test_checks_find_what_the_draft_shows(hub: Hub, verdict: str) -> None:
    answers = {} if verdict == "empty" else hub.client().example(verdict)
    checked = hub.client().post("/api/v1/checks", {"answers": answers, "model": "1.0"})
    draft = Case(hub, submit=False, answers=answers, title="").now()

    assert checked.status_code == 200
    assert set(checked.json()) == {"model", "verdict", "findings", "checklist", "links"}
    assert checked.json()["findings"] == draft["findings"]
    assert checked.json()["verdict"] == ("sound" if verdict == "sound" else "unsound") == draft["verdict"]


def test_a_change_is_a_merge_patch(hub: Hub) -> None:
    case = Case(hub, submit=False)
    before = case.now()

    after = case.change(
        answers={"use_case": {"title": "Neu", "place": None, "theme": ["energy", "climate"]}, "open_source": None}
    )

    assert after["answers"]["use_case"] == {
        **{key: value for key, value in before["answers"]["use_case"].items() if key != "place"},
        "title": "Neu", "theme": ["energy", "climate"],
    }  # fmt: skip
    assert "open_source" not in after["answers"]
    untouched = set(before["answers"]) - {"use_case", "open_source"}
    assert all(after["answers"][section] == before["answers"][section] for section in untouched)
    assert "/open_source/code" in {one["pointer"] for one in after["findings"]} - {
        one["pointer"] for one in before["findings"]
    }
    assert after["version"] == before["version"] + 1


def test_a_change_may_call_itself_a_merge_patch(hub: Hub) -> None:
    case = Case(hub, submit=False)

    changed = raw(
        case.applicant, "PATCH", case.path, '{"answers": {"use_case": {"title": "Neu"}}}',
        Content_Type="application/merge-patch+json", If_Match='"1"',
    )  # fmt: skip

    assert (changed.status_code, changed.json()["answers"]["use_case"]["title"]) == (200, "Neu")


def test_one_part_of_the_contact_changes_and_the_rest_stays(hub: Hub) -> None:
    case = Case(hub, submit=False)

    assert case.change(contact={"name": "Mina Aksoy"})["contact"] == CONTACT | {"name": "Mina Aksoy", "proved": False}
    assert case.change(contact={"language": "en"})["contact"]["language"] == "en"
    assert case.change(contact={"email": "neu@parkpilot.example"})["contact"]["email"] == "neu@parkpilot.example"


def test_a_mended_draft_can_be_handed_in(hub: Hub) -> None:
    sound = hub.client().example("sound")
    case = Case(hub, submit=True, answers=sound | {"security": sound["security"] | {"encrypted": False}})
    refused = case.applicant.move(case.id, "submission", {})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/answers/security/encrypted")

    case.change(answers={"security": {"encrypted": True}})

    assert case.by(case.applicant, "submission", {})["status"] == "submitted"


# Questions and replies


def test_questions_wait_for_all_replies_until_their_due_day(hub: Hub) -> None:
    case, due = Case(hub), in_days(21)

    first, second = case.ask("Wie viele Sensoren?", "Wer liest mit?", due=due)
    assert case.now()["next"] == {"who": "applicant", "until": due}

    partly = case.reply(first)
    assert partly["status"] == "clarification"
    assert [one["reply"] for one in partly["questions"]] == ["So ist es.", None]
    assert partly["next"] == {"who": "applicant", "until": due}

    fully = case.reply(second)
    assert fully["status"] == "in_review"
    assert fully["next"]["who"] == "reviewer"


def test_an_answered_question_is_not_open_for_another_reply(hub: Hub) -> None:
    case = Case(hub)
    first, _ = case.ask("Eins?", "Zwei?")
    case.reply(first)

    again = case.applicant.move(case.id, "replies", {"items": [{"question": first, "text": "Doch anders."}]})

    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (422, "/items/0/question")
    assert case.now()["questions"][0]["reply"] == "So ist es."


def test_replies_may_bring_new_answers(hub: Hub) -> None:
    case = Case(hub)
    questions = case.ask("Wie heißt er richtig?")

    replied = case.reply(*questions, answers={"use_case": {"title": "Richtiger Name"}})

    assert (replied["status"], replied["answers"]["use_case"]["title"]) == ("in_review", "Richtiger Name")


def test_answers_may_change_while_questions_wait_and_the_due_day_stays(hub: Hub) -> None:
    case, due = Case(hub), in_days(5)
    case.ask("Stimmt der Titel?", due=due)

    changed = case.change(answers={"use_case": {"title": "Besser"}})

    assert (changed["status"], changed["next"]["until"]) == ("clarification", due)


def test_the_city_may_ask_again(hub: Hub) -> None:
    case = Case(hub).lead_to("in_review")

    case.ask("Noch etwas?")

    now = case.now()
    assert (now["status"], len(now["questions"]), now["next"]["until"]) == ("clarification", 2, in_days(14))


# Decisions


@pytest.mark.parametrize(
    ("proposal", "status"),
    [(APPROVE, "approved"), (CONDITIONS, "approved_with_conditions"), (DECLINE, "declined")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_two_people_decide(hub: Hub, proposal: dict[str, Any], status: str) -> None:
    case = Case(hub)

    proposed = case.by(hub.vera, "decision", proposal)
    assert (proposed["status"], proposed["decision"]) == ("proposed", None)
    assert case.now()["decision"] is None
    assert "proposal" not in case.now(), "an applicant reads a decision, not a proposal"

    decided = case.by(hub.jonas, "decision/confirmation", {"agree": True})
    assert (decided["status"], decided["next"]) == (status, None)
    seen = case.now()["decision"]
    assert (seen["outcome"], seen["reason"]) == (proposal["outcome"], proposal["reason"])
    assert [one["text"] for one in seen["conditions"]] == [one["text"] for one in proposal.get("conditions", [])]
    assert not {"proposed_by", "signed_by", "comment"} & set(seen)
    assert (decided["decision"]["proposed_by"], decided["decision"]["signed_by"]) == ("admin:Vera", "admin:Jonas")


def test_conditions_keep_their_due_days(hub: Hub) -> None:
    decision = Case(hub).lead_to("approved_with_conditions").now()["decision"]

    assert decision["conditions"] == [
        {"text": "Registernummer nachreichen", "due": "2027-03-31"}, {"text": "Logo zeigen", "due": None},
    ]  # fmt: skip


def test_a_second_person_who_disagrees_returns_the_proposal_with_a_comment(hub: Hub) -> None:
    case = Case(hub).lead_to("proposed")

    returned = case.by(hub.jonas, "decision/confirmation", {"agree": False, "comment": "Bitte erst den Preis klären."})

    assert (returned["status"], returned["decision"], returned["proposal"]) == ("in_review", None, None)
    assert "Preis" not in case.applicant.get(case.path).text
    case.by(hub.jonas, "decision", DECLINE)
    assert case.by(hub.vera, "decision/confirmation", {"agree": True})["status"] == "declined"


def test_new_answers_void_a_proposal(hub: Hub) -> None:
    case = Case(hub).lead_to("proposed")

    changed = case.change(answers={"use_case": {"title": "Ganz anders"}})

    assert changed["status"] == "in_review"
    assert case.now(hub.vera)["proposal"] is None
    assert hub.jonas.move(case.id, "decision/confirmation", {"agree": True}).status_code == 409


def test_a_violation_can_be_declined_but_not_approved(hub: Hub) -> None:
    case = Case(hub).lead_to("clarification")
    question = case.now()["questions"][0]["id"]
    case.reply(question, answers={"security": {"encrypted": False}})

    refused = hub.vera.move(case.id, "decision", APPROVE)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/answers/security/encrypted")
    assert case.now()["status"] == "in_review"
    assert case.by(hub.vera, "decision", DECLINE)["status"] == "proposed"


def test_an_approved_application_stays_approved_after_it_is_listed(hub: Hub) -> None:
    case = Case(hub, "Zug in den Katalog").lead_to("approved_with_conditions")

    path = wait_for(lambda: case.now()["links"].get("use_case"))

    assert path.startswith("/api/v1/use-cases/")
    assert hub.client().json(path)["title"] == "Zug in den Katalog"
    assert case.now()["status"] == "approved_with_conditions"


@pytest.mark.parametrize("status", ["draft", "submitted", "in_review", "clarification", "proposed"])
def test_an_application_can_be_withdrawn_until_it_is_decided(hub: Hub, status: str) -> None:
    case = Case(hub, submit=status != "draft")
    case = case if status == "draft" else case.lead_to(status)

    withdrawn = case.by(case.applicant, "withdrawal", {"reason": "Wir machen etwas anderes."})

    assert (withdrawn["status"], withdrawn["next"]) == ("withdrawn", None)
    assert withdrawn["timeline"][-1]["note"] == "Wir machen etwas anderes."
    assert case.now(hub.vera)["proposal"] is None


def test_an_admin_files_for_somebody_and_somebody_else_decides(hub: Hub) -> None:
    made = hub.vera.apply("Von Vera eingereicht").json()
    assert hub.jonas.move(made["id"], "decision", DECLINE).status_code == 200

    signed = hub.vera.move(made["id"], "decision/confirmation", {"agree": True})

    assert (signed.status_code, signed.json()["code"]) == (403, "own_application")
    assert hub.client(made["token"]).json(made["links"]["self"])["status"] == "proposed"

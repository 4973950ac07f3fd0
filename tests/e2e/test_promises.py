"""Dates as people and programs meet them: who acts until when, a draft that is kept, a decline looked at again."""

from __future__ import annotations

import re
from datetime import date

from tests.support.case import APPROVE, DECLINE, Case
from tests.support.hub import Hub
from tests.support.scene import PROBLEM
from tests.support.visitor import signed_in


def test_next_names_a_working_day_and_pauses_while_the_applicant_is_asked(stack: Hub) -> None:
    case = Case(stack)
    submitted = case.now()
    questions = case.ask("Warum?")
    asked = case.now()
    replied = case.reply(*questions)

    assert submitted["next"]["who"] == "reviewer"
    assert date.fromisoformat(submitted["next"]["until"]).weekday() < 5
    assert submitted["dates"]["decision_by"] > submitted["next"]["until"]
    assert asked["next"]["who"] == "applicant"
    assert asked["dates"]["expires_on"] > asked["next"]["until"]
    assert replied["next"] == submitted["next"]  # on the same day nothing of it was used


def test_a_decline_is_looked_at_again_by_others_and_the_first_decision_stays_readable(hub: Hub) -> None:
    case = Case(hub).lead_to("declined")
    first = case.now()
    amira, henrik = (hub.client(token) for token in hub.admins[2:])
    missing = case.applicant.move(case.id, "reconsideration", {})

    asked = case.by(case.applicant, "reconsideration", {"reason": "Wir haben <b>nachgebessert</b>."})
    again = case.applicant.move(case.id, "reconsideration", {"reason": "Noch einmal."})
    refused = hub.vera.move(case.id, "decision", APPROVE)
    case.by(amira, "decision", APPROVE)
    unconfirmed = hub.jonas.move(case.id, "decision/confirmation", {"agree": True})
    decided = case.by(henrik, "decision/confirmation", {"agree": True})

    assert [missing.status_code, again.status_code] == [422, 409]
    assert (asked["status"], asked["decision"]) == ("reconsidered", None)
    assert [one["reason"] for one in asked["earlier_decisions"]] == [DECLINE["reason"]]
    assert first["dates"]["reconsider_until"]
    assert [refused.status_code, unconfirmed.status_code] == [403, 403]
    assert {refused.json()["code"], unconfirmed.json()["code"]} == {"other_deciders"}
    assert refused.headers["Content-Type"].startswith(PROBLEM)
    assert (decided["status"], decided["earlier_decisions"][0]["outcome"]) == ("approved", "decline")


def test_the_page_of_a_decline_takes_the_request_and_says_so(hub: Hub) -> None:
    case = Case(hub).lead_to("declined")
    visitor, page = signed_in(hub, case.made.json()["token"]), f"/applications/{case.id}"

    empty = visitor.post(page, f"{page}/reconsideration")
    sent = visitor.post(page, f"{page}/reconsideration", **{"/reason": "Bitte noch einmal."})

    assert empty.status_code == 422
    assert "Diese Angabe fehlt" in empty.text
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{page}?done=reconsidered")
    assert "Frühere Entscheidung" in visitor.read(page)
    assert "Frühere Entscheidung" in signed_in(hub, hub.admins[2]).read(f"/workbench/{case.id}")
    assert "propose-title" not in signed_in(hub, hub.admins[0]).read(f"/workbench/{case.id}")
    assert "propose-title" in signed_in(hub, hub.admins[2]).read(f"/workbench/{case.id}")


def test_a_draft_says_when_it_expires_and_is_kept(hub: Hub) -> None:
    case = Case(hub, submit=False)
    kept = case.by(case.applicant, "extension", {})
    visitor = signed_in(hub, case.made.json()["token"])

    assert kept["next"] == {"who": "applicant", "until": kept["dates"]["expires_on"]}
    assert "Danach löschen wir Ihre Angaben" in visitor.read(f"/applications/{case.id}")
    late = Case(hub)
    assert late.applicant.move(late.id, "extension", {}).status_code == 409


def test_the_calendar_is_the_same_at_both_doors_and_private(hub: Hub) -> None:
    case, other = Case(hub), Case(hub)
    until = case.now()["next"]["until"].replace("-", "")

    program = case.applicant.get(f"{case.path}/calendar.ics")
    person = signed_in(hub, case.made.json()["token"]).get(f"/applications/{case.id}/calendar.ics")

    assert program.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"DTSTART;VALUE=DATE:{until}" in program.text
    uids = [re.findall("UID:[^\r]+", answer.text) for answer in (program, person)]
    assert uids[0] == uids[1] != []
    assert other.applicant.get(f"{case.path}/calendar.ics").status_code == 404
    assert hub.client().get(f"{case.path}/calendar.ics").status_code == 401


def test_figures_are_open_to_all_and_say_nothing_from_few_cases(hub: Hub) -> None:
    Case(hub)

    figures = hub.client().json("/api/v1/figures?kind=science")

    assert figures["received"] >= 1
    assert {"median_days", "nine_of_ten_days", "decided", "overdue"} <= set(figures)
    assert hub.client().get("/api/v1/figures?kind=nobody").status_code == 422
    assert "Diese Woche" in signed_in(hub, None).read("/")


def test_the_queue_may_begin_with_the_most_urgent(hub: Hub) -> None:
    case = Case(hub).lead_to("proposed")  # a second signature is due sooner than a review
    Case(hub)

    found = hub.vera.json("/api/v1/applications?sort=due&limit=100")["items"]
    days = [one["next"]["until"] for one in found]

    assert days == sorted(days)
    assert case.id in {one["id"] for one in found}
    assert hub.vera.json("/api/v1/applications?sort=due&overdue=true")["items"] == []
    assert hub.vera.get("/api/v1/applications?sort=luck").status_code == 422
    assert "Dringendste zuerst" in signed_in(hub, hub.admins[0]).read("/workbench?sort=due")

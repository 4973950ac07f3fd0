"""An exception from a rule, from the API to the letter: everybody sees it, and who made it does not sign second."""

from __future__ import annotations

from typing import Any

import requests

from tests.support.case import APPROVE, Case
from tests.support.html import Page
from tests.support.hub import Client, Hub, wait_for

EXCEPTION = {"rule": "BM-56", "reason": "Nur im Labor, ohne Daten von Menschen."}


def with_a_violation(hub: Hub) -> Case:
    """Lead an application into review whose answers break a rule since the city asked back."""
    case = Case(hub, "Mit Ausnahme")
    questions = case.ask("Verschlüsseln Sie?")
    case.change(answers={"security": {"encrypted": False}})
    case.reply(*questions)
    return case


def page_of(case: Case) -> str:
    """Return the applicant's own page."""
    base, session = case.hub.bases["onboarding"], requests.Session()
    form = Page(session.get(f"{base}/sign-in", timeout=30).text).form("/sign-in").sent
    session.post(f"{base}/sign-in", data=form | {"/token": case.applicant.token, "as": ""}, timeout=30)
    return session.get(f"{base}/applications/{case.id}", timeout=30).text


def finding(case: Case, who: Client) -> dict[str, Any]:
    return next(one for one in case.now(who)["findings"] if one["rule"] == "BM-56")


def test_an_exception_is_seen_by_everybody_until_the_approval_and_in_its_letter(hub: Hub) -> None:
    case = with_a_violation(hub)
    refused = hub.vera.move(case.id, "decision", APPROVE)
    assert (refused.status_code, refused.json()["code"]) == (422, "findings")

    moved = case.by(hub.vera, "overrides", EXCEPTION)

    assert (moved["status"], moved["verdict"]) == ("in_review", "sound")
    assert finding(case, hub.jonas)["override"] | {"at": ""} == {
        "by": "admin:Vera", "at": "", "reason": EXCEPTION["reason"],
    }  # fmt: skip
    assert finding(case, case.applicant)["override"]["by"] == "approver"
    step = case.now()["timeline"][-1]
    assert (step["move"], step["rule"], step["note"], step["actor"]) == (
        "override", "BM-56", EXCEPTION["reason"], "approver",
    )  # fmt: skip
    page = page_of(case)
    assert EXCEPTION["reason"] in page
    assert "Vera" not in page, "to applicants admins are roles"
    case.by(hub.vera, "decision", APPROVE)
    case.by(hub.jonas, "decision/confirmation", {"agree": True})

    def letter() -> str | None:
        items = case.applicant.json("/api/v1/messages?limit=100")["items"]
        return next((one["text"] for one in items if "bewilligt" in one["subject"]), None)

    assert "Ausnahme gemacht von: BM-56" in wait_for(letter)


def test_who_made_an_exception_does_not_give_the_second_signature(hub: Hub) -> None:
    case = with_a_violation(hub)
    case.by(hub.jonas, "overrides", EXCEPTION)
    case.by(hub.vera, "decision", APPROVE)

    refused = hub.jonas.move(case.id, "decision/confirmation", {"agree": True})

    assert (refused.status_code, refused.json()["code"]) == (403, "own_override")
    assert case.now()["status"] == "proposed"


def test_a_changed_answer_ends_the_exception(hub: Hub) -> None:
    case = with_a_violation(hub)
    case.by(hub.vera, "overrides", EXCEPTION)
    questions = case.ask("Sicher?")

    case.change(answers={"security": {"encrypted": None}})
    case.reply(*questions)

    assert not [one for one in case.now()["findings"] if "override" in one]
    assert hub.vera.move(case.id, "decision", APPROVE).status_code == 422


def test_a_missing_answer_lets_no_exception_be_made(hub: Hub) -> None:
    case = Case(hub, "Ohne Namen")
    questions = case.ask("Wie heißen Sie?")
    case.change(answers={"organisation": {"name": None}})
    case.reply(*questions)

    refused = hub.vera.move(case.id, "overrides", {"rule": "BM-00", "reason": "Egal."})

    assert (refused.status_code, refused.json()["code"]) == (422, "not_overridable")
    assert case.now()["timeline"][-1]["status"] == "in_review"
    assert "move" not in case.now()["timeline"][-1]

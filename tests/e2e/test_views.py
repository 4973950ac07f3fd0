"""What people see of an application: its timeline, who acts next, headers, and lists."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from services.onboarding.domain.workdays import day_of, workdays_after
from tests.support.case import DECLINE, Case
from tests.support.hub import Hub, wait_for
from tests.support.scene import APPLICATIONS


def test_the_timeline_names_admins_to_admins_and_their_role_to_applicants(hub: Hub) -> None:
    case = Case(hub).lead_to("in_review")
    case.by(hub.vera, "decision", DECLINE)
    case.by(hub.jonas, "decision/confirmation", {"agree": True})

    mine, theirs = case.now()["timeline"], case.now(hub.vera)["timeline"]

    assert all(set(entry) == {"at", "status", "actor"} for entry in mine + theirs)
    assert [(entry["status"], entry["actor"]) for entry in mine] == [
        ("draft", "applicant"), ("submitted", "applicant"), ("in_review", "reviewer"), ("clarification", "reviewer"),
        ("in_review", "applicant"), ("proposed", "approver"), ("declined", "approver"),
    ]  # fmt: skip
    assert [entry["actor"] for entry in theirs if entry["actor"].startswith("admin:")] == [
        "admin:Vera", "admin:Vera", "admin:Vera", "admin:Jonas",
    ]  # fmt: skip
    assert [entry["at"] for entry in mine] == sorted(entry["at"] for entry in mine)
    assert "Vera" not in case.applicant.get(case.path).text


@pytest.mark.parametrize(
    ("status", "who", "until"),
    [
        ("submitted", "reviewer", lambda today: workdays_after(today, 10)),
        ("in_review", "reviewer", lambda today: workdays_after(today, 10)),
        ("clarification", "applicant", lambda today: today + timedelta(days=14)),
        ("proposed", "approver", lambda today: workdays_after(today, 3)),
    ],
)
def test_every_open_status_says_who_acts_next_and_until_when(
    hub: Hub, status: str, who: str, until: Callable[[date], date]
) -> None:
    found = Case(hub).lead_to(status).now()["next"]

    assert set(found) == {"who", "until"}
    assert (found["who"], found["until"]) == (who, until(today()).isoformat())


def test_a_draft_waits_for_its_applicant_until_it_expires(hub: Hub) -> None:
    until = (today() + timedelta(days=30)).isoformat()
    assert Case(hub, submit=False).now()["next"] == {"who": "applicant", "until": until}


def today() -> date:
    return day_of(datetime.now(UTC))


def test_every_answer_about_an_application_carries_its_headers(hub: Hub) -> None:
    case = Case(hub, submit=False)
    answers = [case.made, case.applicant.get(case.path), hub.vera.get(case.path, Accept_Language="en-GB, en;q=0.8")]
    answers.append(case.applicant.call("PATCH", case.path, {"contact": {"name": "M"}}, If_Match='"1"'))
    answers.append(case.applicant.move(case.id, "submission", {}))

    for answer, language in zip(answers, ("de", "de", "en", "de", "de"), strict=True):
        assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
        assert {"Accept-Language", "Authorization"} <= set(answer.headers["Vary"].split(", "))
        assert answer.headers["Content-Language"] == language
        assert answer.headers["Cache-Control"] == "no-store"
    assert [answer.json()["version"] for answer in answers] == [1, 1, 1, 2, 3]
    assert case.made.headers["Location"] == case.path


def test_an_application_is_never_answered_with_not_modified(hub: Hub) -> None:
    case = Case(hub)

    assert case.applicant.get(case.path, If_None_Match=case.made.headers["ETag"]).status_code == 200


def test_the_model_says_when_nothing_changed(hub: Hub) -> None:
    for path in ("/api/v1/models", "/api/v1/models/current", "/api/v1/models/1.0"):
        first = hub.client().get(path)
        again = hub.client().get(path, If_None_Match=first.headers["ETag"])

        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert hub.client().get(path, If_None_Match='"another"').status_code == 200


# Lists


def test_a_second_application_with_the_same_token_belongs_to_the_same_applicant(hub: Hub) -> None:
    case = Case(hub, "Eins")
    second = case.applicant.apply("Zwei", submit=False).json()

    assert second["token"] == case.applicant.token
    listed = case.applicant.json(APPLICATIONS)["items"]
    assert [(one["id"], one["title"], one["status"]) for one in listed] == [
        (second["id"], "Zwei", "draft"), (case.id, "Eins", "submitted"),
    ]  # fmt: skip


def test_the_queue_shows_admins_what_was_handed_in_and_no_draft(hub: Hub) -> None:
    case, draft = Case(hub, "In der Schlange"), Case(hub, submit=False)

    items = {one["id"]: one for one in hub.vera.json(f"{APPLICATIONS}?limit=100&status=submitted")["items"]}

    assert draft.id not in items
    assert {"id", "number", "status", "kind", "theme", "next", "version"} <= set(items[case.id])
    assert items[case.id]["kind"] == "start_up"
    assert items[case.id]["theme"] == ["mobility"]
    assert items[case.id]["next"] == case.now()["next"]


def test_filters_narrow_the_queue_and_can_be_combined(hub: Hub) -> None:
    case = Case(hub, "Gefiltert").lead_to("proposed")

    def found(query: str) -> bool:
        listed = hub.vera.json(f"{APPLICATIONS}?limit=100&{query}")["items"]
        return case.id in {one["id"] for one in listed}

    assert found("status=proposed")
    assert found("status=proposed&kind=start_up&theme=mobility")
    assert not found("status=submitted")
    assert not found("status=proposed&kind=science")
    assert not found("status=proposed&theme=energy")


def test_pages_lead_to_the_end_and_show_everything_once_while_others_apply(hub: Hub) -> None:
    case = Case(hub)
    ids = [case.id, *(case.applicant.apply(str(number), submit=False).json()["id"] for number in range(7))]

    seen, path, pages = [], f"{APPLICATIONS}?limit=3&kind=start_up", 0
    while path:
        answer = case.applicant.get(path)
        seen += [one["id"] for one in answer.json()["items"]]
        link, pages = answer.headers.get("Link", ""), pages + 1
        assert not link or link.endswith('>; rel="next"')
        path = link.partition("<")[2].partition(">")[0]
        case.applicant.apply("dazwischen", submit=False)

    assert seen == ids[::-1]
    assert pages == 3


def test_the_queue_can_be_read_page_by_page(hub: Hub) -> None:
    for number in range(3):
        Case(hub, f"Seite {number}")
    whole = [one["id"] for one in hub.vera.json(f"{APPLICATIONS}?limit=100&status=submitted")["items"]]

    seen, path = [], f"{APPLICATIONS}?limit=2&status=submitted"
    while path:
        answer = hub.vera.get(path)
        seen += [one["id"] for one in answer.json()["items"]]
        path = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]

    assert len(whole) >= 3
    assert seen[: len(whole)] == whole
    assert len(seen) == len(set(seen))


def test_the_inbox_can_be_read_page_by_page(hub: Hub) -> None:
    case = Case(hub).lead_to("declined")
    for title in ("Noch einer", "Und noch einer", "Der letzte"):
        case.applicant.apply(title)
    whole = wait_for(lambda: len(found := messages(case, "limit=100")[0]) == 5 and found)

    seen, query = [], "limit=2"
    while query:
        ids, query = messages(case, query)
        seen += ids

    assert seen == whole


def test_a_request_and_what_it_causes_carry_one_correlation(hub: Hub) -> None:
    case = Case(hub)

    with sqlite3.connect(f"file:{hub.folder / 'data' / 'onboarding.db'}?mode=ro", uri=True) as database:
        sealed = database.execute("SELECT envelope FROM outbox WHERE aggregate_id = ?", [case.id.replace("-", "")])
        told = {json.loads(envelope)["correlationid"] for (envelope,) in sealed}

    assert told == {case.made.headers["X-Correlation-Id"]}


def messages(case: Case, query: str) -> tuple[list[str], str]:
    """Return the ids on one page of the applicant's inbox, and the query of the next page."""
    answer = case.applicant.get(f"/api/v1/messages?{query}")
    following = answer.headers.get("Link", "").partition("?")[2].partition(">")[0]
    return [one["id"] for one in answer.json()["items"]], following

"""An application's versions: kept when it comes to the city, compared in words, seen by those who may see it."""

from __future__ import annotations

import re

import pytest

from tests.support.case import Case
from tests.support.hub import Hub
from tests.support.scene import PROBLEM
from tests.support.visitor import signed_in


def changed_case(hub: Hub) -> Case:
    """An application that was submitted, asked about and answered with a change."""
    case = Case(hub, "Lotse <b>für</b> Räder")
    questions = case.ask("Wie hoch ist die Verfügbarkeit?")
    case.reply(*questions, answers={"use_case": {"title": "Lotse <b>für</b> Züge"}, "organisation": {"name": None}})
    return case


def test_every_way_to_the_city_keeps_a_version(stack: Hub) -> None:
    case = changed_case(stack)
    case.by(stack.vera, "decision", {"outcome": "decline", "reason": "Doppelt."})
    case.change(answers={"organisation": {"name": "Parkpilot AG"}})

    items = case.applicant.json(f"{case.path}/versions")["items"]
    bodies = [case.applicant.json(one["links"]["self"]) for one in items]

    assert [(one["number"], one["why"]) for one in items] == [(1, "submitted"), (2, "replied"), (3, "changed")]
    assert bodies[0]["answers"]["use_case"]["title"] == "Lotse <b>für</b> Räder"
    assert bodies[2]["answers"] == case.now()["answers"]
    assert "mina@parkpilot.example" not in str(items)
    assert stack.vera.json(f"{case.path}/versions")["items"] == items


def test_differences_say_what_was_and_what_is(stack: Hub) -> None:
    case = changed_case(stack)

    found = stack.vera.json(f"{case.path}/versions/1/differences")
    back = case.applicant.json(f"{case.path}/versions/2/differences?to=1")

    assert (found["from"], found["to"]) == (1, 2)
    assert [one["pointer"] for one in found["items"]] == ["/organisation/name", "/use_case/title"]
    name, title = found["items"]
    assert (name["kind"], name["now"]["de"]) == ("removed", "keine Angabe")
    assert title["text"]["de"] == "Lotse <b>für</b> Räder -> Lotse <b>für</b> Züge"
    assert [one["reply"] for one in found["replies"]] == ["So ist es."]
    assert [one["kind"] for one in back["items"]] == ["added", "changed"]
    assert back["replies"] == []


def test_versions_are_as_private_as_their_application(hub: Hub) -> None:
    case, other = changed_case(hub), Case(hub)
    paths = [f"{case.path}/versions{more}" for more in ("", "/1", "/1/differences")]

    assert [other.applicant.get(path).status_code for path in paths] == [404] * 3
    assert [hub.client().get(path).status_code for path in paths] == [401] * 3


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/3", 404), ("/0", 404), ("/-1", 404), ("/1x", 404), ("/%D9%A1", 404), ("/99999999999", 404),
        ("/3/differences", 404), ("/1/differences?to=3", 404), ("/1/differences?to=x", 422),
        ("/1/differences?to=0", 422), ("/1/differences?two=1", 422),
    ],
)  # fmt: skip
def test_a_version_that_is_not_there_is_said_so(hub: Hub, path: str, status: int) -> None:
    case = changed_case(hub)

    answer = case.applicant.get(f"{case.path}/versions{path}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)


def test_a_draft_has_no_versions_yet(hub: Hub) -> None:
    case = Case(hub, submit=False)

    assert case.applicant.json(f"{case.path}/versions") == {"items": []}
    assert case.applicant.get(f"{case.path}/versions/1/differences").status_code == 404


def test_people_see_what_changed_on_the_case_and_can_compare(hub: Hub) -> None:
    case = changed_case(hub)

    theirs = signed_in(hub, hub.admins[0]).read(f"/workbench/{case.id}")
    mine = signed_in(hub, case.applicant.token)
    listed, second = mine.read(f"/applications/{case.id}/versions"), mine.read(f"/applications/{case.id}/versions/2")
    back = mine.read(f"/applications/{case.id}/versions?from=2&to=1&lang=en")

    assert "Neu in Fassung 2" in theirs
    for html in (theirs, listed):
        assert re.search(r"<del><span[^>]*>entfernt: </span>Räder<", html)
        assert re.search(r"<ins><span[^>]*>neu: </span>Züge<", html)
        assert "Lotse &lt;b&gt;für&lt;/b&gt;" in html
    assert "Vergleich: Fassung 1 mit Fassung 2" in listed
    assert "Comparison: version 2 with version 1" in back
    assert "Lotse &lt;b&gt;für&lt;/b&gt; Züge" in second


def test_pages_of_versions_are_as_private_as_their_application(hub: Hub) -> None:
    case, other = changed_case(hub), Case(hub)

    for path in ("/versions", "/versions/1"):
        assert signed_in(hub, other.applicant.token).get(f"/applications/{case.id}{path}").status_code == 404
        away = signed_in(hub, None).get(f"/applications/{case.id}{path}")
        assert "/sign-in?next=" in away.url


def test_a_first_version_is_compared_with_nothing(hub: Hub) -> None:
    case = Case(hub)
    page = signed_in(hub, case.applicant.token)

    assert "Vergleich" not in page.read(f"/applications/{case.id}/versions")
    assert page.get(f"/applications/{case.id}/versions?from=7").status_code == 422
    assert page.get(f"/applications/{case.id}/versions/7").status_code == 404

"""The pages around, and reporting a barrier: from every page, without script and without an account."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.support.html import Page
from tests.support.hub import Hub, wait_for

AROUND = ("/about/accessibility", "/about/privacy", "/about/imprint", "/easy-language")
WORDS = "Mit der Tastatur komme ich nicht zum Knopf <Einreichen>."


def visit(hub: Hub, path: str, language: str = "de", **more: Any) -> requests.Response:
    headers = {"Accept": "text/html", "Accept-Language": language} | more.pop("headers", {})
    return requests.get(hub.client().url(path), headers=headers, timeout=30, **more)


def report(hub: Hub, **fields: str) -> requests.Response:
    form = Page(visit(hub, "/about/barrier").text).form("/about/barrier")
    sent = {name: values[-1] for name, values in form.sent.items()} | {
        f"/{name}": text for name, text in fields.items()
    }
    return requests.post(hub.client().url("/about/barrier"), sent, headers={"Accept-Language": "de"}, timeout=30)


@pytest.mark.parametrize("path", ["/", "/catalog", "/messages", "/sign-in", "/api/docs", "/gibt/es/nicht"])
def test_every_page_of_every_service_leads_to_the_pages_around(stack: Hub, path: str) -> None:
    links = Page(visit(stack, path).text).links

    assert [one for one in AROUND if one not in links] == []
    assert any(link.startswith("/about/barrier?page=") for link in links)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("path", AROUND)
def test_the_pages_around_are_there_in_both_languages(stack: Hub, path: str, language: str) -> None:
    answer = visit(stack, path, language)

    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language


def test_nothing_is_called_leichte_sprache_that_nobody_has_checked(hub: Hub) -> None:
    html = visit(hub, "/easy-language").text

    assert "Der Innovationshub in einfacher Sprache" in html
    assert "Er ist nicht in Leichter Sprache." in html


def test_a_barrier_is_reported_without_an_account_and_admins_deal_with_it(stack: Hub) -> None:
    told = report(stack, text=WORDS, page="/applications", reply_to="mina@parkpilot.example")
    assert "Ihre Meldung ist angekommen" in told.text

    barrier = newest(stack)
    assert (barrier["text"], barrier["page"]) == (WORDS, "/applications")
    letter = wait_for(lambda: next((one for one in messages(stack) if barrier["id"] in one["text"]), None))
    assert letter, "the admins are told"
    assert WORDS not in letter["text"], "what people wrote stays where it is kept"

    path = barrier["links"]["self"]
    closed = stack.jonas.post(f"{path}/closing", {"note": "Der Knopf ist erreichbar."}, If_Match='"1"')
    assert closed.json()["closed_by"] == "admin:Jonas"
    again = stack.jonas.post(f"{path}/closing", {"note": "Noch einmal."}, If_Match=closed.headers["ETag"])
    assert again.status_code == 409


def test_the_form_carries_page_and_state_in_fields_that_can_be_changed(hub: Hub) -> None:
    hints = {"Sec-CH-Prefers-Color-Scheme": '"dark"', "Sec-CH-Viewport-Width": "320", "User-Agent": "Lynx/2.9"}

    answer = visit(hub, f"/about/barrier?page={quote('/catalog/parkraum')}", headers=hints)

    sent = Page(answer.text).form("/about/barrier").sent
    assert [sent[f"/{name}"][-1] for name in ("page", "language", "scheme", "width", "device")] == [
        "/catalog/parkraum", "de", "dark", "320 px", "Lynx/2.9",
    ]  # fmt: skip
    assert "hidden" not in re.findall(r'<input[^>]*name="/page"[^>]*>', answer.text)[0]


def test_a_report_that_says_nothing_is_asked_again_and_keeps_the_rest(hub: Hub) -> None:
    answer = report(hub, text="", reply_to="keine Adresse", page="/check")

    assert answer.status_code == 422
    page = Page(answer.text)
    assert {"#text", "#reply_to"} <= set(page.links)
    assert page.form("/about/barrier").sent["/page"] == ["/check"]


@pytest.mark.parametrize("path", ["/applications/resume/" + "k" * 120, "/sign-in/once/" + "t" * 80])
def test_a_link_that_is_a_key_is_never_written_into_a_report(hub: Hub, path: str) -> None:
    links = Page(visit(hub, path).text).links

    (link,) = [one for one in links if one.startswith("/about/barrier?page=")]
    assert "kkk" not in link
    assert "ttt" not in link


def test_only_admins_read_what_was_reported(hub: Hub) -> None:
    applicant = hub.client(hub.client().apply(submit=False).json()["token"])

    assert hub.client().get("/api/v1/barriers").status_code == 401
    assert applicant.get("/api/v1/barriers").status_code == 403
    assert "/sign-in" in visit(hub, "/workbench/barriers", allow_redirects=False).headers["Location"]


def test_a_report_as_long_as_a_book_is_refused(hub: Hub) -> None:
    assert report(hub, text="x" * 20_000).status_code == 422


def newest(hub: Hub) -> dict[str, Any]:
    found: dict[str, Any] = hub.vera.json("/api/v1/barriers?limit=1")["items"][0]
    return found


def messages(hub: Hub) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = hub.vera.json("/api/v1/messages?limit=100")["items"]
    return found

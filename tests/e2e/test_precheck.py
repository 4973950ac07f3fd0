"""The check without an account: same engine, same words, nothing stored, and one click to a draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.support.browser import chromium, fill_section
from tests.support.html import Page
from tests.support.hub import Hub
from tests.support.scene import APPLICATIONS, Scene


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def form(hub: Hub, session: requests.Session, language: str = "de") -> dict[str, Any]:
    """Return the form of the page as a browser would send it, untouched."""
    html = session.get(f"{hub.bases['onboarding']}/check?lang={language}", timeout=30).text
    return Page(html).form("/check").sent


def flat(answers: dict[str, Any]) -> dict[str, Any]:
    words = {True: "ja", False: "nein"}
    return {
        f"/{section}/{key}": words[value] if isinstance(value, bool) else value
        for section, given in answers.items()
        for key, value in given.items()
    }


@pytest.mark.parametrize("verdict", ["sound", "unsound"])
def test_the_page_says_what_the_api_says_and_keeps_nothing(scene: Scene, verdict: str) -> None:
    hub, session, before = scene.hub, requests.Session(), scene.footprint()
    answers = hub.client().example(verdict)
    told = hub.client().post("/api/v1/checks", {"answers": answers}).json()

    fields = form(hub, session, "en") | flat(answers) | {"then": "check", "lang": "en"}
    answer = session.post(f"{hub.bases['onboarding']}/check?lang=en", data=fields, timeout=30)

    assert answer.status_code == 200
    html = re.sub(r"\s+", " ", answer.text)
    assert ("It fits" in html) is (verdict == "sound")
    assert 'href="/models/1.0"' in html
    for finding in told["findings"]:
        assert finding["text"]["en"].split("“")[0] in html.replace("&#39;", "'"), finding
        assert finding["rule"] in html or finding["observed"] is None
    assert "hub_session" not in session.cookies
    assert scene.footprint() == before


def test_a_form_from_elsewhere_is_refused(hub: Hub) -> None:
    answer = requests.post(f"{hub.bases['onboarding']}/check", data={"then": "draft"}, timeout=30)

    assert answer.status_code == 401, "no page of ours was open in that browser"


def test_without_script_a_check_becomes_a_draft_with_the_same_answers(browser: Browser, hub: Hub) -> None:
    context = browser.new_context(base_url=hub.bases["onboarding"], locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    answers = hub.client().example("unsound")
    page.goto("/")
    page.get_by_role("link", name="Passt es? Vorab prüfen").first.click()
    closed = page.locator("details.kern-accordion:not([open]) > summary")
    while closed.count():
        closed.first.click()
    for section, given in answers.items():
        fill_section(page, given, section)
    page.get_by_role("button", name="Alles prüfen").click()
    expect(page.get_by_text("Noch passt es nicht")).to_be_visible()

    page.get_by_role("button", name="Daraus einen Antrag machen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator('[name="/contact/name"]').fill("Mina Yıldız")
    page.locator('[name="/contact/email"]').fill("mina@parkpilot.example")
    page.get_by_role("button", name="Daraus einen Antrag machen").click()

    expect(page).to_have_url(re.compile(r"/applications/[0-9a-f-]{36}"))
    expect(page.get_by_text("Aus Ihren Angaben ist ein Entwurf geworden.")).to_be_visible()
    id_ = page.url.split("?")[0].rsplit("/", 1)[1]
    page.goto(f"/applications/{id_}/sections/use_case")
    expect(page.locator('[name="/use_case/title"]')).to_have_value(answers["use_case"]["title"])
    assert (
        hub.vera.get(f"{APPLICATIONS}/{id_}").json()["findings"]
        == (hub.client().post("/api/v1/checks", {"answers": answers}).json()["findings"])
    )


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_has_no_barrier_a_machine_can_find_before_and_after_the_check(
    browser: Browser, hub: Hub, language: str, width: int
) -> None:
    page = browser.new_context(base_url=hub.bases["onboarding"], viewport={"width": width, "height": 900}).new_page()
    page.goto(f"/check?lang={language}")
    for _ in range(2):
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.locator('[name="/organisation/name"]').fill("z" * 150)
        page.locator('button[name="then"][value="check"]').last.click()
        expect(page.locator("#result")).to_be_visible()

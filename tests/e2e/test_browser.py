"""The journey in a real browser, without script: everything a page needs is in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import chromium, fill_section
from tests.support.hub import Hub, wait_for
from tests.support.returning import next_link

WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def visitor(browser: Browser, hub: Hub, *, script: bool = False) -> Page:
    context = browser.new_context(
        base_url=hub.bases["onboarding"], locale="de-DE", java_script_enabled=script, viewport=WIDE
    )
    return context.new_page()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page, name: str, email: str) -> str:
    """Begin an application and return the path of its page."""
    page.goto("/apply")
    page.locator('[name="/contact/name"]').fill(name)
    page.locator('[name="/contact/email"]').fill(email)
    page.get_by_role("main").get_by_role("button").first.click()
    return arrived(page)


def arrived(page: Page) -> str:
    expect(page).to_have_url(re.compile(r"/applications/[0-9a-f-]{36}"))
    return re.sub(r"^https?://[^/]+|\?.*$", "", page.url)


def apply_by_form(page: Page, hub: Hub, title: str) -> str:
    """Fill in the whole form and hand it in. Returns the path of the application."""
    answers = hub.client().example()
    answers = {**answers, "use_case": {**answers["use_case"], "title": title}}
    path = begin(page, "Mina Yıldız", "mina@parkpilot.example")
    for section, given in answers.items():
        page.goto(f"{path}/sections/{section}")
        fill_section(page, given, section)
        press(page, "Speichern und zur Übersicht")
        if "/sections/" in page.url:  # the answers brought up new questions
            fill_section(page, given, section)
            press(page, "Speichern und zur Übersicht")
        expect(page).to_have_url(re.compile(re.escape(path) + r"(\?.*)?$"))
    return path


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in?next=/workbench")
    press(page, f"Als {name} anmelden")
    expect(page).to_have_url(re.compile("/workbench$"))


def test_an_applicant_applies_by_form_and_two_admins_decide_on_their_pages(browser: Browser, hub: Hub) -> None:
    applicant, vera, jonas = (visitor(browser, hub) for _ in range(3))
    path = apply_by_form(applicant, hub, "Radweg-Melder")
    applicant.get_by_role("link", name="Prüfen und absenden").click()
    press(applicant, "Antrag einreichen")
    expect(applicant.get_by_text("Ihr Antrag ist eingereicht.")).to_be_visible()

    case = path.replace("/applications/", "/workbench/")
    sign_in(vera, "Vera")
    vera.goto(case)
    vera.locator('[name="/outcome"][value="approve"]').check()
    vera.locator('[name="/reason"]').fill("Passt gut zur Mobilitätsstrategie.")
    press(vera, "Zur Zweitprüfung geben")
    expect(vera.get_by_text("Jetzt fehlt die zweite Unterschrift.")).to_be_visible()
    assert vera.locator('[name="/agree"]').count() == 0, "the proposer is not offered the second signature"

    sign_in(jonas, "Jonas")
    jonas.goto(case)
    jonas.locator('[name="/agree"][value="ja"]').check()
    press(jonas, "Absenden")
    expect(jonas.get_by_text("Die Entscheidung ist wirksam.")).to_be_visible()

    def in_catalog() -> bool:
        applicant.goto("/catalog?q=Radweg-Melder")
        return applicant.get_by_role("link", name="Radweg-Melder").count() == 1

    assert wait_for(in_catalog, within=5)
    applicant.goto("/messages")
    expect(applicant.get_by_text(re.compile("ist bewilligt")).first).to_be_visible()


def test_a_draft_is_saved_piece_by_piece_and_comes_back_by_its_private_link(browser: Browser, hub: Hub) -> None:
    page, email = visitor(browser, hub), f"aylin.{uuid4().hex[:8]}@luftblick.example"
    path = begin(page, "Aylin", email)
    link = re.search(r"https?://[^\s\"<]+/applications/resume/[^\s\"<]+", page.content())
    assert link, "the page shows the private link"
    page.goto(f"{path}/sections/organisation")
    page.locator('[name="/organisation/name"]').fill("LuftBlick <b>e. V.</b>")
    press(page, "Speichern und zur Übersicht")

    elsewhere = visitor(browser, hub)
    elsewhere.goto(link.group(0))
    press(elsewhere, "Link zum Anmelden zusenden")
    expect(elsewhere.get_by_role("heading", name="Sehen Sie in Ihr Postfach")).to_be_visible()
    elsewhere.goto(next_link(hub, email))
    press(elsewhere, "Jetzt anmelden")
    expect(elsewhere).to_have_url(re.compile(re.escape(path)))
    elsewhere.goto(f"{path}/sections/organisation")
    expect(elsewhere.locator('[name="/organisation/name"]')).to_have_value("LuftBlick <b>e. V.</b>")


def test_what_cannot_be_read_is_shown_again_with_what_to_do(browser: Browser, hub: Hub) -> None:
    page = visitor(browser, hub)
    page.goto("/apply")
    page.locator('[name="/contact/name"]').fill("Aylin")
    page.locator('[name="/contact/email"]').fill("keine Adresse")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("alert")).to_contain_text("E-Mail-Adresse")
    expect(page.locator('[name="/contact/name"]')).to_have_value("Aylin")
    page.locator('[name="/contact/email"]').fill("aylin@luftblick.example")
    page.get_by_role("main").get_by_role("button").first.click()
    path = arrived(page)

    page.goto(f"{path}/sections/operation")
    page.locator('[name="/operation/availability"]').fill("fast immer")
    page.locator('[name="/operation/operator"]').fill("Wir selbst")
    press(page, "Speichern und zur Übersicht")

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator('[name="/operation/availability"]')).to_have_value("fast immer")
    page.goto(f"{path}/sections/operation")
    expect(page.locator('[name="/operation/operator"]')).to_have_value("Wir selbst")


def test_an_access_token_signs_in_and_a_wrong_one_says_so(browser: Browser, hub: Hub) -> None:
    page, token = visitor(browser, hub), hub.client().apply().json()["token"]
    page.goto("/sign-in")
    page.locator('[name="/token"]').fill("bhadm_nonsense")
    press(page, "Anmelden")
    expect(page.get_by_role("alert")).to_contain_text("Diesen Zugangsschlüssel kennen wir nicht.")

    page.locator('[name="/token"]').fill(token)
    press(page, "Anmelden")
    expect(page).to_have_url(re.compile("/applications$"))

"""Answers are saved on leaving a field: nothing typed is lost, whatever happens to the browser or elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_browser import begin, press, visitor
from tests.support.browser import chromium, fill_section
from tests.support.hub import Hub
from tests.support.returning import Visitor

SAVED = re.compile(r"Gespeichert um \d\d:\d\d Uhr")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def leave(page: Page, name: str, value: str) -> None:
    """Type into a field and leave it by keyboard."""
    page.locator(f'[name="{name}"]').fill(value)
    page.keyboard.press("Tab")


def idle(page: Page) -> None:
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.wait_for_function("!document.querySelector('.htmx-request')")


def test_everything_typed_and_left_is_there_after_the_browser_was_killed_in_every_section(
    browser: Browser, hub: Hub
) -> None:
    answers = hub.client().example()
    page = visitor(browser, hub, script=True)
    path = begin(page, "Mina", "mina@killed.example")
    cookies = page.context.cookies()
    for section, given in answers.items():
        page.goto(f"{path}/sections/{section}")
        fill_section(page, given, section)
        page.keyboard.press("Tab")
        expect(page.locator("#saved")).to_have_text(SAVED)
        idle(page)
        fill_section(page, given, section)  # what the answers brought up
        page.keyboard.press("Tab")
        idle(page)
        page.context.close()
        page = visitor(browser, hub, script=True)
        page.context.add_cookies(cookies)

    page.goto(path)
    expect(page.get_by_text("Ausgefüllt")).to_have_count(len(answers))


def test_the_column_beside_the_section_follows_every_answer(browser: Browser, hub: Hub) -> None:
    page = visitor(browser, hub, script=True)
    path = begin(page, "Mina", "mina@column.example")
    page.goto(f"{path}/sections/use_case")
    page.locator('[name="/use_case/public_service"][value="ja"]').check()
    expect(page.locator("#saved")).to_have_text(SAVED)
    page.goto(f"{path}/sections/operation")
    expect(page.locator("#standing .hub-finding")).to_have_count(0)

    leave(page, "/operation/availability", "98,0")
    rule = page.locator('.hub-standing[data-rule="BM-28"]')
    expect(rule).to_contain_text("98 %")
    expect(rule).to_contain_text("99,5 %")
    leave(page, "/operation/availability", "99,9")
    expect(rule).to_have_count(0)
    expect(page.locator('#standing li[data-rule="BM-28"]')).to_have_count(1)


def test_a_question_comes_and_goes_with_the_answer_that_decides_it(browser: Browser, hub: Hub) -> None:
    page = visitor(browser, hub, script=True)
    path = begin(page, "Mina", "mina@conditional.example")
    page.goto(f"{path}/sections/organisation")
    kind, ethics = page.locator('[name="/organisation/kind"]'), page.locator('[name="/organisation/ethics"]')

    kind.select_option("start_up")
    expect(ethics).to_have_count(0)
    kind.select_option("science")
    expect(ethics.first).to_be_visible()


def test_what_cannot_be_read_is_said_at_the_field_when_it_is_left_and_nowhere_else(browser: Browser, hub: Hub) -> None:
    page = visitor(browser, hub, script=True)
    path = begin(page, "Mina", "mina@typo.example")
    page.goto(f"{path}/sections/operation")

    leave(page, "/operation/availability", "fast immer")
    expect(page.locator(".kern-error")).to_have_count(1)
    expect(page.locator('[name="/operation/availability"]')).to_have_value("fast immer")
    expect(page.locator('[name="/operation/availability"]')).to_have_attribute("aria-invalid", "true")
    leave(page, "/operation/availability", "99.5")
    expect(page.locator(".kern-error")).to_have_count(0)
    expect(page.locator("#saved")).to_have_text(SAVED)


def test_an_older_version_is_told_what_differs_and_loses_nothing(browser: Browser, hub: Hub) -> None:
    page = visitor(browser, hub, script=True)
    path = begin(page, "Mina", "mina@stale.example")
    page.goto(f"{path}/sections/operation")
    other = page.context.new_page()
    other.goto(f"{path}/sections/operation")
    leave(other, "/operation/owner", "Anderswo")
    expect(other.locator("#saved")).to_have_text(SAVED)

    leave(page, "/operation/operator", "Hier")
    expect(page.locator("#saved")).to_contain_text("Anderswo")
    expect(page.locator('[name="/operation/operator"]')).to_have_value("Hier")
    leave(page, "/operation/owner", "Anderswo")
    press(page, "Meine Eingaben speichern")
    expect(page.get_by_text("Gespeichert.", exact=True)).to_be_visible()
    expect(page.locator('[name="/operation/operator"]')).to_have_value("Hier")
    expect(page.locator('[name="/operation/owner"]')).to_have_value("Anderswo")


def test_answers_left_without_a_network_arrive_when_it_is_back(browser: Browser, hub: Hub) -> None:
    page = visitor(browser, hub, script=True)
    path = begin(page, "Mina", "mina@offline.example")
    page.goto(f"{path}/sections/operation")
    page.context.set_offline(True)
    leave(page, "/operation/owner", "Im Tunnel")
    expect(page.locator("#unsaved")).to_be_visible()

    page.context.set_offline(False)
    expect(page.locator("#unsaved")).to_be_hidden()
    expect(page.locator("#saved")).to_have_text(SAVED)
    page.reload()
    expect(page.locator('[name="/operation/owner"]')).to_have_value("Im Tunnel")


def test_a_link_followed_right_after_typing_loses_nothing(browser: Browser, hub: Hub) -> None:
    page = visitor(browser, hub, script=True)
    path = begin(page, "Mina", "mina@language.example")
    page.goto(f"{path}/sections/operation")
    page.locator('[name="/operation/owner"]').fill("Eben noch getippt")
    page.get_by_role("link", name="English", exact=True).click()

    expect(page.get_by_role("button", name="Save and continue")).to_be_visible()
    expect(page.locator('[name="/operation/owner"]')).to_have_value("Eben noch getippt")


def test_the_style_and_script_rules_of_the_page_are_kept(browser: Browser, hub: Hub) -> None:
    page = visitor(browser, hub, script=True)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    path = begin(page, "Mina", "mina@csp.example")
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{path}/sections/use_case")
    leave(page, "/use_case/title", "x" * 180)
    expect(page.locator("#saved")).to_have_text(SAVED)
    page.locator('[name="/use_case/summary"]').fill("Vier Worte sind hier")

    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.get_by_text("Noch 3.980 Zeichen frei")).to_be_visible()


def test_a_stranger_and_a_wrong_question_are_refused_in_a_clear_sentence(hub: Hub) -> None:
    visitor = Visitor(hub)
    page = visitor.get("/apply")
    begun = visitor.post(page, "/apply", __contact__name="Mina", __contact__email="m@x.example")
    here = f"{begun.headers['Location'].split('?')[0]}/sections/operation"
    form = visitor.get(here)

    assert visitor.post(form, f"{here}/answer", only="/operation/nonsense").status_code == 422
    assert visitor.post(form, f"{here}/answer", only="/data/class").status_code == 422
    saved = visitor.post(form, f"{here}/answer", only="/operation/owner", __operation__owner="Wir")
    assert saved.status_code == 200
    again = visitor.post(form, f"{here}/answer", only="/operation/owner", __operation__owner="Wir")
    assert again.status_code == 200, "the same answer once more finds its work done"
    stale = visitor.post(form, f"{here}/answer", only="/operation/owner", __operation__owner="Andere")
    assert stale.status_code == 412
    assert "Meine Eingaben speichern" in stale.text
    stranger = requests.post(
        hub.bases["onboarding"] + f"{here}/answer",
        data={"only": "/operation/owner"},
        headers={"HX-Request": "true", "Accept": "text/html, */*"},
        timeout=10,
    )
    assert stranger.status_code == 401, "what a script sends is sent again by the button, and need not be kept"


def test_check_your_answers_leads_to_a_question_and_back_and_refuses_what_is_not_whole(
    browser: Browser, hub: Hub
) -> None:
    page = visitor(browser, hub)
    path = begin(page, "Mina", "mina@review.example")
    expect(page.locator(".kern-task-list, main").get_by_role("link", name="Anlagen").first).to_be_visible()
    page.get_by_role("link", name="Prüfen und absenden").click()
    page.get_by_role("link", name=re.compile("Ändern.*Name der Organisation")).click()
    page.locator('[name="/organisation/name"]').fill("ParkPilot GmbH")
    press(page, "Speichern und zurück zur Prüfung")

    expect(page).to_have_url(re.compile(re.escape(path) + "/review"))
    expect(page.get_by_text("ParkPilot GmbH")).to_be_visible()
    press(page, "Antrag einreichen")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page).to_have_title(re.compile("^Fehler: Prüfen und absenden"))

"""The editors' pages in a real browser, without script: write, propose, confirm, offer, take back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support import hub as hubs
from tests.support.browser import chromium
from tests.support.hub import Hub
from tests.support.models import document, reworded

VERSIONS = "/workbench/models"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """What is published here changes every other test's model, so this hub is nobody else's."""
    running = hubs.embedded(tmp_path_factory.mktemp("editors"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def visitor(browser: Browser, hub: Hub, *, script: bool = False, width: int = 1280) -> Page:
    context = browser.new_context(
        base_url=hub.bases["onboarding"],
        locale="de-DE",
        java_script_enabled=script,
        viewport={"width": width, "height": 900},
    )
    return context.new_page()


def admin(browser: Browser, hub: Hub, name: str, *, script: bool = False, width: int = 1280) -> Page:
    page = visitor(browser, hub, script=script, width=width)
    page.goto(f"/sign-in?next={VERSIONS}")
    page.get_by_role("button", name=f"Als {name} anmelden", exact=True).click()
    expect(page).to_have_url(re.compile(f"{VERSIONS}$"))
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_an_editor_writes_a_version_and_two_people_put_it_into_force(
    browser: Browser, hub: Hub, tmp_path: Path
) -> None:
    vera, jonas, mina = admin(browser, hub, "Vera"), admin(browser, hub, "Jonas"), visitor(browser, hub)
    mina.goto("/apply")
    mina.locator('[name="/contact/name"]').fill("Mina Yıldız")
    mina.locator('[name="/contact/email"]').fill("mina@parkpilot.example")
    mina.get_by_role("main").get_by_role("button").first.click()
    expect(mina).to_have_url(re.compile(r"/applications/[0-9a-f-]{36}"))
    draft = mina.url.partition("?")[0]

    vera.get_by_role("link", name="Neue Fassung schreiben").click()
    vera.locator('[name="/document"]').fill('{"version": "2.0"}')
    press(vera, "Prüfen und speichern")
    expect(vera.get_by_text("Das lässt sich noch nicht speichern")).to_be_visible()
    expect(vera.locator('[name="/document"]')).to_have_value('{"version": "2.0"}')

    file = tmp_path / "2.0.json"
    file.write_text(json.dumps(reworded("2.0"), ensure_ascii=False, indent=2), "utf-8")
    vera.locator('[name="file"]').set_input_files(file)
    press(vera, "Prüfen und speichern")
    expect(vera.get_by_text("Gespeichert.")).to_be_visible()
    expect(vera.get_by_role("heading", name="Was ist anders als in Fassung 1.0?")).to_be_visible()
    assert hub.vera.json("/api/v1/models/2.0")["sha256"]

    vera.locator('[name="/reason"]').fill("Der Rat hat die Satzung geändert.")
    press(vera, "Zur zweiten Unterschrift geben")
    expect(vera.get_by_text("Wartet auf eine zweite Person")).to_be_visible()
    assert vera.locator('[name="/agree"]').count() == 0, "the proposer is not offered the second signature"

    jonas.goto(f"{VERSIONS}/2.0")
    jonas.locator('[name="/agree"][value="ja"]').check()
    press(jonas, "Absenden")
    expect(jonas.get_by_text("Die Fassung ist veröffentlicht.")).to_be_visible()

    news = mina.locator("#news")
    for _ in range(
        5
    ):  # a draft is told of the version meanwhile, and whoever looked before that is asked to look again
        mina.goto(draft)
        expect(mina.get_by_text("Es gibt neue Regeln: Fassung 2.0")).to_be_visible()
        press(mina, "Neue Fassung übernehmen")
        if news.get_by_role("link").count():
            break
    expect(news.get_by_role("link")).to_have_count(1)
    expect(news.get_by_text("(neu)")).to_be_visible()


def test_a_mistake_is_taken_back_on_its_page_and_the_public_page_says_so(browser: Browser, hub: Hub) -> None:
    vera, jonas, stranger = admin(browser, hub, "Vera"), admin(browser, hub, "Jonas"), visitor(browser, hub)
    follows = hub.client().json("/api/v1/models/current")["version"]
    vera.goto(f"{VERSIONS}/draft")
    vera.locator('[name="/document"]').fill(json.dumps(document("2.5", follows=follows), ensure_ascii=False))
    press(vera, "Prüfen und speichern")
    vera.locator('[name="/reason"]').fill("Weil.")
    press(vera, "Zur zweiten Unterschrift geben")
    jonas.goto(f"{VERSIONS}/2.5")
    jonas.locator('[name="/agree"][value="ja"]').check()
    press(jonas, "Absenden")

    jonas.locator(f'form[action="{VERSIONS}/2.5/withdrawal"] [name="/reason"]').fill("Die falsche Datei.")
    press(jonas, "Zurücknehmen")
    expect(jonas.get_by_text("Die Veröffentlichung ist zurückgenommen.")).to_be_visible()

    stranger.goto("/models/2.5")
    expect(stranger.get_by_text("Diese Fassung ist zurückgenommen")).to_be_visible()
    expect(stranger.get_by_text("Die falsche Datei.")).to_be_visible()
    assert stranger.get_by_text("Jonas").count() == 0, "who signed is shown to admins only"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", [VERSIONS, f"{VERSIONS}/1.0", f"{VERSIONS}/1.1", f"{VERSIONS}/draft?of=1.1"])
def test_a_page_fits_and_has_no_barriers(browser: Browser, hub: Hub, path: str, width: int) -> None:
    page = admin(browser, hub, "Vera", script=True, width=width)
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).response["violations"] == []

"""The dead letter desk in a real browser: what was told wrongly is seen, corrected or given up, by two people."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert

from services.catalog import tables as catalog
from services.catalog.handlers import REACTIONS
from services.onboarding import tables as onboarding
from shared.auth import new_admin
from shared.database import Database
from shared.inbox import Inbox
from tests.support import hub as hubs
from tests.support import servers
from tests.support.browser import chromium
from tests.support.builders import NOON, approved, delivery, envelope

APPEARS_WITHIN_S = 5.0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hubs.Hub]:
    running = hubs.embedded(tmp_path_factory.mktemp("desk"))
    yield running
    running.stop()


def operator(browser: Browser, house: hubs.Hub, token: str, service: str = "catalog") -> Page:
    context = browser.new_context(base_url=house.bases[service], locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.bases['onboarding']}/sign-in")
    page.locator('[name="/token"]').fill(token)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page).to_have_url(re.compile("/workbench$"))
    return page


def tell_wrongly(house: hubs.Hub, title: str) -> str:
    """Let onboarding tell an approval without a title, and return its id."""
    event = approved(title=title)
    sealed = envelope(event)
    del sealed["data"]["title"]
    row = {
        "event_id": UUID(sealed["id"]), "aggregate_id": event.application_id, "sequence": 1, "type": event.name,
        "envelope": json.dumps(sealed), "created_at": NOON,
    }  # fmt: skip
    database = Database(f"sqlite:///{house.folder}/data/onboarding.db", onboarding.metadata)
    with database.transaction() as session:
        session.execute(insert(onboarding.metadata.tables["outbox"]).values(row))
    database.dispose()
    return str(sealed["id"])


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def appeared(page: Page, id_: str) -> float:
    """Wait for the message on the list, and return how long it took."""
    began = time.monotonic()
    found = hubs.wait_for(lambda: page.goto("/desk/catalog") and page.get_by_text(id_).count(), within=15)
    assert found
    return time.monotonic() - began


def test_a_poisoned_message_appears_at_once_is_corrected_and_takes_effect_once(
    browser: Browser, house: hubs.Hub
) -> None:
    page = operator(browser, house, house.admins[0])
    id_ = tell_wrongly(house, "Radweg-Melder")
    assert appeared(page, id_) < APPEARS_WITHIN_S

    page.goto(f"/desk/catalog/{id_}")
    expect(page.get_by_text("/title")).to_be_visible()
    field = page.locator('[name="/edit/data"]')
    payload = json.loads(field.input_value())
    press(page, "Berichtigen und erneut versuchen")
    expect(page.get_by_role("alert")).to_be_visible()
    field.fill(json.dumps(payload | {"title": "Radweg-Melder"}))
    page.locator('[name="/edit/reason"]').fill("Titel fehlte")
    press(page, "Berichtigen und erneut versuchen")

    expect(page.get_by_role("status")).to_contain_text("Berichtigt")
    expect(page.get_by_text("Verarbeitet", exact=True)).to_be_visible()
    found = house.client().json("/api/v1/use-cases?q=Radweg-Melder")["items"]
    assert [one["title"] for one in found] == ["Radweg-Melder"]
    page.goto("/desk/catalog/log")
    expect(page.get_by_text("Titel fehlte").first).to_be_visible()


def test_a_message_is_given_up_by_two_people(browser: Browser, house: hubs.Hub) -> None:
    vera, jonas = (operator(browser, house, token) for token in house.admins[:2])
    id_ = tell_wrongly(house, "Doppelt erzählt")
    appeared(vera, id_)
    vera.goto(f"/desk/catalog/{id_}")
    press(vera, "Zum Verwerfen vorschlagen")
    expect(vera.get_by_role("alert")).to_contain_text("Bitte sagen Sie, warum.")
    vera.locator('[name="/discard/reason"]').fill("doppelt erzählt")
    press(vera, "Zum Verwerfen vorschlagen")
    expect(vera.get_by_text("Ihren Vorschlag bestätigt eine zweite Person.")).to_be_visible()

    jonas.goto(f"/desk/catalog/{id_}")
    jonas.locator('[name="/discard/reason"]').fill("gesehen")
    press(jonas, "Verwerfen bestätigen")

    expect(jonas.get_by_text("Verworfen", exact=True)).to_be_visible()
    jonas.goto("/desk/catalog")
    assert jonas.get_by_text(id_).count() == 0


def test_all_parked_messages_are_counted_before_they_are_tried_again(browser: Browser, house: hubs.Hub) -> None:
    page = operator(browser, house, house.admins[0])
    id_ = tell_wrongly(house, "Scheitert wieder")
    appeared(page, id_)

    press(page, "Zählen")
    expect(page.get_by_text("würde wieder scheitern: 1")).to_be_visible()
    press(page, "Jetzt erneut versuchen")

    expect(page.get_by_role("status")).to_contain_text("Erneut versucht")
    expect(page.get_by_text(id_)).to_be_visible()


def test_applicants_and_strangers_see_no_desk(house: hubs.Hub) -> None:
    stranger = house.client()
    for path in ("/desk/catalog", "/desk/onboarding/log", "/desk"):
        answer = stranger.get(path, Accept="text/html")
        assert answer.url.split("?")[0].endswith("/sign-in"), path


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_desk_has_no_barrier_a_machine_can_find_and_does_not_scroll_sideways(
    browser: Browser, house: hubs.Hub, language: str, width: int
) -> None:
    context = browser.new_context(base_url=house.bases["catalog"], viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"/sign-in?lang={language}")
    page.locator('[name="/token"]').fill(house.admins[0])
    page.locator('button:not([name="as"])').last.click()
    expect(page).to_have_url(re.compile("/workbench$"))
    id_ = tell_wrongly(house, "Ohne Barrieren")
    appeared(page, id_)
    for path in ("/desk/catalog", f"/desk/catalog/{id_}", "/desk/catalog/log", "/desk/onboarding"):
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_the_desk_works_while_the_broker_is_away(browser: Browser, tmp_path: Path, postgres_url: str) -> None:
    token, line = new_admin("Kim", ["operator"])
    tokens = tmp_path / "operators.json"
    tokens.write_text(json.dumps([line]), "utf-8")
    with servers.own_databases(postgres_url) as databases:
        house = hubs.separate(tmp_path, "amqp://127.0.0.1:1//", databases, ADMIN_TOKENS_FILE=str(tokens))
        database = Database(databases.replace("{service}", "catalog"), catalog.metadata)
        event = approved()
        Inbox("catalog", database, REACTIONS).take([delivery(event, data={})])
        page = operator(browser, house, token)

        page.goto("/desk/catalog")
        page.get_by_role("link", name=event.name).click()
        payload = json.dumps(envelope(event)["data"])
        page.locator('[name="/edit/data"]').fill(payload)
        page.locator('[name="/edit/reason"]').fill("leer erzählt")
        press(page, "Berichtigen und erneut versuchen")
        expect(page.get_by_text("Verarbeitet", exact=True)).to_be_visible()
        database.dispose()
        house.stop()

"""A version from its draft to its withdrawal, from outside: preview, re-check, reminder, pause, cure; API and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from services.onboarding import tables
from shared.database import Database
from tests.support import hub as hubs
from tests.support import partners
from tests.support.browser import chromium
from tests.support.contract import HeldClient, held
from tests.support.hub import Hub, wait_for
from tests.support.partners import BROKEN, FINE, STRICTER

MODEL = f"/api/v1/models/{STRICTER}"


class Story:
    """A hub of its own, for a new version would change the questions of all other tests."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.stranger = hub, held(hub)
        self.vera, self.jonas = self.stranger.as_(hub.admins[0]), self.stranger.as_(hub.admins[1])
        self.database = Database(f"sqlite:///{hub.folder}/data/onboarding.db", tables.metadata)

    def partner(self, kind: partners.Kind, title: str) -> tuple[HeldClient, str]:
        made = self.stranger.apply(answers=partners.answers(kind, title)).json()
        self.hub.approve(made["id"])
        return self.stranger.as_(made["token"]), made["id"]

    def move_model(self, who: HeldClient, move: str, body: dict[str, Any]) -> dict[str, Any]:
        etag = self.vera.get(MODEL).headers["ETag"]
        moved = who.post(f"{MODEL}/{move}", body, If_Match=etag)
        assert moved.status_code == 200, moved.text
        found: dict[str, Any] = moved.json()
        return found

    def case(self, id_: str, who: HeldClient | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (who or self.vera).json(f"/api/v1/applications/{id_}")
        return found

    def reaches(self, id_: str, state: str) -> dict[str, Any]:
        """Wait until the re-check of an application is in `state`, and return its conformity."""
        found = wait_for(
            lambda: (c := self.case(id_)["conformity"]) and c["state"] == state and c, within=30, every=0.2
        )
        assert found, self.case(id_)["conformity"]
        return dict(found)

    def campaign(self) -> dict[str, Any]:
        [listed] = self.vera.json("/api/v1/campaigns")["items"]
        found: dict[str, Any] = self.vera.json(f"/api/v1/campaigns/{listed['id']}?limit=100")
        return found

    def cure(self, who: HeldClient, id_: str, kind: partners.Kind) -> dict[str, Any]:
        cured = who.move(id_, "cure", {"answers": partners.patch(kind)})
        assert cured.status_code == 200, cured.text
        found: dict[str, Any] = cured.json()
        return found

    def subjects(self, who: HeldClient) -> list[str]:
        return [one["subject"] for one in who.json("/api/v1/messages?limit=100")["items"]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    hub = hubs.embedded(tmp_path_factory.mktemp("campaign"))
    made = Story(hub)
    yield made
    made.database.dispose()
    hub.stop()


@pytest.fixture(scope="module")
def two(story: Story) -> dict[str, tuple[HeldClient, str]]:
    """One partner who keeps the new rules and one who does not, and the version as a draft."""
    made = {"fine": story.partner(FINE, "Fall in Ordnung"), "broken": story.partner(BROKEN, "Fall mit Frist")}
    written = story.hub.vera.call("PUT", MODEL, partners.stricter())
    assert written.status_code == 201, written.text
    return made


def test_1_a_preview_lists_whose_result_would_change_and_only_editors_start_one(
    story: Story, two: dict[str, tuple[HeldClient, str]]
) -> None:
    applicant, id_ = two["broken"]
    assert applicant.post(f"{MODEL}/preview", {}).status_code == 403
    assert story.vera.get(f"{MODEL}/preview").status_code == 404
    assert story.vera.post("/api/v1/models/77.7/preview", {}).status_code == 404

    started = story.vera.post(f"{MODEL}/preview", {})

    assert started.status_code == 202, started.text
    done = wait_for(lambda: (p := story.vera.json(f"{MODEL}/preview"))["state"] == "done" and p, within=30)
    assert (done["total"], done["checked"], done["changed"]) == (2, 2, 1)
    assert done["rules"] == [{"rule": rule, "worse": 1, "better": 0} for rule in ("BM-90", "BM-91")]
    [impact] = done["items"]
    assert (impact["application"], impact["group"], impact["after"]) == (id_, "running", "unsound")
    assert applicant.get(f"{MODEL}/preview").status_code == 403


def test_2_publishing_begins_a_campaign_that_finds_exactly_one(
    story: Story, two: dict[str, tuple[HeldClient, str]]
) -> None:
    story.move_model(story.vera, "publication", {"reason": "Beschluss vom 24.11.2026", "grace_days": 30})
    story.move_model(story.jonas, "publication/confirmation", {"agree": True})

    applicant, id_ = two["broken"]
    found = story.reaches(id_, "grace")

    assert found["due_on"] == found["conforming_until"] is not None
    assert {one["rule"] for one in found["findings"] if one["severity"] == "violation"} == {"BM-90", "BM-91"}
    story.reaches(two["fine"][1], "conforming")
    assert story.campaign()["counts"] | {"replaced": 0, "void": 0} == {
        "conforming": 1, "grace": 1, "paused": 0, "void": 0, "replaced": 0, "cured": 0, "checked": 2, "to_check": 0,
    }  # fmt: skip
    assert story.case(id_, applicant)["next"] == {"who": "applicant", "until": found["due_on"]}
    assert wait_for(lambda: any("nachgeprüft" in one for one in story.subjects(applicant)))
    path = story.case(id_)["links"]["use_case"]
    assert wait_for(lambda: story.stranger.json(path)["conforming_until"] == found["due_on"])


def test_3_a_campaign_is_stopped_with_a_reason_and_resumed(
    story: Story, two: dict[str, tuple[HeldClient, str]]
) -> None:
    path = f"/api/v1/campaigns/{story.campaign()['id']}"
    etag = story.vera.get(path).headers["ETag"]
    assert two["fine"][0].post(f"{path}/stop", {"reason": "x"}, If_Match=etag).status_code == 403
    assert story.vera.post(f"{path}/stop", {"reason": "x"}).status_code == 428
    assert story.vera.post(f"{path}/stop", {"reason": "x"}, If_Match='"99"').status_code == 412
    assert story.vera.post(f"{path}/stop", {}, If_Match=etag).status_code == 422
    assert story.vera.post(f"{path}/resume", {}, If_Match=etag).status_code == 409

    stopped = story.vera.post(f"{path}/stop", {"reason": "Die Regel ist unklar."}, If_Match=etag)
    resumed = story.jonas.post(f"{path}/resume", {}, If_Match=stopped.headers["ETag"])

    assert (stopped.json()["stage"], stopped.json()["reason"]) == ("stopped", "Die Regel ist unklar.")
    assert (resumed.status_code, resumed.json()["stage"]) == (200, "running")
    assert story.vera.get("/api/v1/campaigns/5d0b7c1e-8a44-4d0f-9a52-0c5b0b6c7f21").status_code == 404
    assert story.vera.get(f"{path}?state=odd").status_code == 422


def test_4_after_the_period_only_the_affected_rights_pause_and_the_catalog_says_so(
    story: Story, two: dict[str, tuple[HeldClient, str]]
) -> None:
    applicant, id_ = two["broken"]
    path = story.case(id_)["links"]["use_case"]
    partners.pass_days(story.database, 31)

    found = story.reaches(id_, "paused")

    assert found["paused_rights"] == ["devices", "listing"]
    assert wait_for(lambda: story.stranger.get(path).status_code == 404)
    hidden = story.stranger.get(path).json()
    assert (hidden["code"], "zurzeit nicht im Katalog" in hidden["title"] + str(hidden)) == ("listing_paused", True)
    assert wait_for(lambda: any("Rechte ruht" in one for one in story.subjects(applicant)))
    assert story.case(id_)["status"] == "approved"


def test_5_the_pages_show_it_in_both_languages_and_on_a_narrow_screen(
    story: Story, two: dict[str, tuple[HeldClient, str]]
) -> None:
    _, id_ = two["broken"]
    with chromium() as browser:
        page = a_page(browser, story.hub)
        page.goto("/sign-in?next=/workbench")
        page.locator('button[name="as"][value="Vera"]').click()
        for path, german, english in (
            ("/workbench/campaigns", "Nachprüfungen", "Re-checks"),
            (f"/workbench/campaigns/{story.campaign()['id']}", "Rechte ruhen", "Rights paused"),
            (f"/workbench/models/{STRICTER}/preview", "Für 1 ändert sich das Ergebnis.", "For 1 the result changes."),
            (f"/workbench/{id_}", "Es ruht: Betrieb von Geräten", "Paused: operation of devices"),
        ):
            for language, words in (("de", german), ("en", english)):
                page.goto(f"{path}?lang={language}")
                assert words in page.locator("main").inner_text(), path
                assert page.evaluate("document.documentElement.scrollWidth <= 320"), path


def test_6_a_partial_cure_on_the_page_brings_one_right_back_and_a_whole_one_the_rest(
    story: Story, two: dict[str, tuple[HeldClient, str]]
) -> None:
    applicant, id_ = two["broken"]
    other, _ = two["fine"]
    assert other.post(f"/api/v1/applications/{id_}/cure", {"answers": {}}, If_Match='"1"').status_code == 404
    assert story.vera.move(id_, "cure", {"answers": {}}).status_code == 403
    assert applicant.move(id_, "cure", {"answers": {"operation": {"availability": "viel"}}}).status_code == 422

    with chromium() as browser:
        page = a_page(browser, story.hub)
        page.goto(f"/sign-in?next=/applications/{id_}")
        page.locator('[name="/token"]').fill(applicant.token or "")
        page.locator('form:has([name="/token"]) button').click()
        page.get_by_role("link", name="Jetzt nachbessern").click()
        page.locator('[name="/operation/availability"]').fill("99,9")
        page.get_by_role("button", name="Prüfen und speichern").click()
        assert "Noch sind nicht alle Regeln erfüllt" in page.locator("body").inner_text()
        assert "Es ruht: Eintrag im Katalog" in goes_to(page, f"/applications/{id_}")
    some = story.case(id_, applicant)
    assert (some["conformity"]["state"], some["conformity"]["paused_rights"]) == ("paused", ["listing"])
    assert (some["model"], some["answers"]["operation"]["availability"]) == ("1.0", BROKEN[0])
    whole = story.cure(applicant, id_, FINE)

    assert (whole["conformity"]["state"], whole["conformity"]["paused_rights"]) == ("conforming", [])
    assert (whole["model"], whole["answers"]["operation"]["availability"]) == (STRICTER, FINE[0])
    path = whole["links"]["use_case"]
    assert wait_for(lambda: story.stranger.get(path).status_code == 200)
    assert applicant.move(id_, "cure", {"answers": {}}).status_code == 409
    assert wait_for(lambda: sum("Nachbesserung" in one for one in story.subjects(applicant)) == 2)


def a_page(browser: Browser, hub: Hub) -> Page:
    viewport = {"width": 320, "height": 900}
    context = browser.new_context(base_url=hub.bases["onboarding"], locale="de-DE", viewport=viewport)  # type: ignore[arg-type]
    return context.new_page()


def goes_to(page: Page, path: str) -> str:
    page.goto(path)
    return page.locator("main").inner_text()


def test_7_a_withdrawn_version_voids_the_campaign_and_says_so(
    story: Story, two: dict[str, tuple[HeldClient, str]]
) -> None:
    story.move_model(story.vera, "withdrawal", {"reason": "Die Regel war ein Versehen."})

    for applicant, id_ in two.values():
        story.reaches(id_, "void")
        assert wait_for(lambda who=applicant: any("gilt nicht mehr" in one for one in story.subjects(who)))
    assert story.campaign()["stage"] == "void"

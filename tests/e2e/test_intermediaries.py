"""Intermediaries: they vouch by a code, take it back, and bring a cohort by a table that is imported whole or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.support.browser import chromium
from tests.support.case import APPROVE, Case
from tests.support.hub import Client, Hub, wait_for
from tests.support.scene import APPLICATIONS, Bad, Scene, must_refuse, raw

COHORTS, VOUCHERS = "/api/v1/cohorts", "/api/v1/vouchers"
HEAD = "contact.email;contact.name;organisation.name;use_case.title;operation.availability;voucher.text"
ROWS = "a@b.example;Änne;Eins GmbH;Erstes;99,5;Kennen wir gut.\nc@d.example;Cem;Zwei e. V.;Zweites;;\n"
WORDS = "Wir begleiten das Team seit zwei Jahren."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def house(hub: Hub) -> Client:
    """An intermediary whose own application is approved."""
    answers = hub.client().example()
    organisation = answers["organisation"] | {
        "kind": "intermediary", "name": "Founders Foundation", "on_behalf_consent": True,
    }  # fmt: skip
    case = Case(hub, "Gründungszentrum", answers=answers | {"organisation": organisation})
    case.by(hub.vera, "decision", APPROVE)
    case.by(hub.jonas, "decision/confirmation", {"agree": True})
    return case.applicant


def send(who: Client, table: str | bytes, query: str = "", **headers: str) -> requests.Response:
    return raw(who, "POST", f"{COHORTS}{query}", table, Content_Type="text/csv", **headers)


def code_for(case: Case) -> str:
    answer = case.applicant.post(f"{case.path}/vouching", {})
    assert answer.status_code == 200, answer.text
    code: str = answer.json()["code"]
    return code


def spoken(case: Case, who: Client) -> list[dict[str, Any]]:
    return [one for one in case.now(who)["findings"] if one["rule"] == "voucher"]


# Vouching


def test_an_intermediary_vouches_by_a_code_and_everybody_concerned_sees_a_hint(hub: Hub, house: Client) -> None:
    case = Case(hub, "Mit Fürsprache")

    given = house.post(VOUCHERS, {"code": code_for(case), "text": WORDS})

    assert given.status_code == 201, given.text
    assert (given.json()["number"], given.json()["revoked"]) == (case.now()["number"], False)
    for who in (hub.vera, case.applicant):
        [finding] = spoken(case, who)
        assert (finding["severity"], finding["judged"]["by"], finding["judged"]["reason"]) == (
            "hint", "Founders Foundation", WORDS,
        )  # fmt: skip
    assert case.now()["status"] == "submitted"
    assert case.now()["timeline"][-1]["move"] == "voucher"
    assert house.get(case.path).status_code == 404, "vouching shows nobody's answers"


def test_a_voucher_is_no_approval_and_stops_no_violation(hub: Hub, house: Client) -> None:
    case = Case(hub, "Verstoß mit Fürsprache")
    questions = case.ask("Verschlüsseln Sie?")
    case.change(answers={"security": {"encrypted": False}})
    case.reply(*questions)

    house.post(VOUCHERS, {"code": code_for(case), "text": WORDS})

    assert case.now()["verdict"] == "unsound"
    assert hub.vera.move(case.id, "decision", APPROVE).status_code == 422


def test_a_voucher_is_taken_back_once_and_can_be_given_again(hub: Hub, house: Client) -> None:
    case = Case(hub, "Zurückgenommen")
    code = code_for(case)
    id_ = house.post(VOUCHERS, {"code": code, "text": WORDS}).json()["id"]
    twice = house.post(VOUCHERS, {"code": code, "text": WORDS})

    back = house.post(f"{VOUCHERS}/{id_}/revocation", {})

    assert (twice.status_code, back.status_code) == (409, 200)
    assert back.json()["revoked"]
    assert spoken(case, hub.vera) == []
    assert house.post(f"{VOUCHERS}/{id_}/revocation", {}).status_code == 409
    assert next(one for one in house.json(VOUCHERS)["items"] if one["id"] == id_)["revoked"]
    assert house.post(VOUCHERS, {"code": code, "text": "Doch."}).status_code == 201
    assert len(spoken(case, hub.vera)) == 1


def test_nobody_vouches_for_themselves_or_after_the_decision(hub: Hub, house: Client) -> None:
    own = house.apply("Eigenes").json()["id"]
    code = house.post(f"{APPLICATIONS}/{own}/vouching", {}).json()["code"]
    decided = Case(hub, "Schon entschieden")
    late = code_for(decided)
    hub.approve(decided.id)

    assert house.post(VOUCHERS, {"code": code, "text": WORDS}).status_code == 403
    assert house.post(VOUCHERS, {"code": late, "text": WORDS}).status_code == 409


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "status", "code"),
    [
        ("stranger", "POST", VOUCHERS, {"code": "x", "text": "x"}, 401, "unauthenticated"),
        ("applicant", "POST", VOUCHERS, {"code": "x", "text": "x"}, 403, "not_intermediary"),
        ("vera", "POST", VOUCHERS, {"code": "x", "text": "x"}, 403, "role"),
        ("house", "POST", VOUCHERS, {"code": "x", "text": "x"}, 422, "unknown_code"),
        ("house", "POST", VOUCHERS, {"code": "x"}, 422, "invalid"),
        ("applicant", "GET", VOUCHERS, None, 403, "not_intermediary"),
        ("house", "GET", f"{VOUCHERS}?q=1", None, 422, "query"),
        ("house", "POST", f"{VOUCHERS}/{uuid4()}/revocation", {}, 404, "not_found"),
        ("applicant", "POST", f"{VOUCHERS}/{uuid4()}/revocation", {}, 403, "not_intermediary"),
        ("other", "POST", f"{APPLICATIONS}/submitted/vouching", {}, 404, "not_found"),
        ("vera", "POST", f"{APPLICATIONS}/submitted/vouching", {}, 403, "role"),
        ("applicant", "POST", f"{APPLICATIONS}/submitted/vouching", {"x": 1}, 422, "invalid"),
    ],
)
def test_vouching_is_refused_to_whom_it_is_not_for(
    scene: Scene, house: Client, who: str, method: str, path: str, body: Any, status: int, code: str
) -> None:
    path = path.replace("/submitted/", f"/{scene.ids['submitted']}/")

    def ask(scene: Scene, language: str) -> requests.Response:
        client = scene.as_(house.token or "" if who == "house" else who, language)
        return client.call(method, path, body)

    pointers = {"unknown_code": ("/code",), "invalid": ("/text",) if path == VOUCHERS else ("/x",)}.get(code, ())
    must_refuse(scene, Bad(path, status, ask, pointers, code))


# Cohorts


def test_a_table_is_only_checked_unless_an_import_is_asked_for(scene: Scene, house: Client) -> None:
    before = scene.footprint()

    answer = send(house, f"{HEAD}\n{ROWS}")

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["dry_run"], found["errors"], len(found["items"])) == (True, [], 2)
    assert "number" not in found["items"][0]
    assert scene.footprint() == before


def test_each_row_becomes_a_draft_of_its_contact_and_the_words_vouch_for_it(hub: Hub, house: Client) -> None:
    key = str(uuid4())

    answer = send(house, f"{HEAD}\n{ROWS}", "?dry_run=false", Idempotency_Key=key)
    again = send(house, f"{HEAD}\n{ROWS}", "?dry_run=false", Idempotency_Key=key)

    assert answer.status_code == 200, answer.text
    assert again.json() == answer.json()
    first, second = answer.json()["items"]
    drafts = [hub.vera.json(f"{APPLICATIONS}/{one['id']}") for one in (first, second)]
    assert [one["status"] for one in drafts] == ["draft", "draft"]
    assert [one["contact"]["email"] for one in drafts] == ["a@b.example", "c@d.example"]
    assert [one["answers"]["use_case"]["title"] for one in drafts] == ["Erstes", "Zweites"]
    assert [len([f for f in one["findings"] if f["rule"] == "voucher"]) for one in drafts] == [1, 0]
    assert house.get(f"{APPLICATIONS}/{first['id']}").status_code == 404

    def mailed() -> bool:
        log = hub.processes["all"].log.read_text("utf-8")
        return "a@b.example" in log and first["number"] in log

    assert wait_for(mailed), "the contact gets the private link"


def test_one_bad_cell_leaves_nothing_imported_and_is_told_in_both_languages(scene: Scene, house: Client) -> None:
    bad = ROWS.replace("99,5", "viel").replace("c@d.example", "c")

    def ask(scene: Scene, language: str) -> requests.Response:
        return send(scene.as_(house.token or "", language), f"{HEAD}\n{bad}", "?dry_run=false")

    pointers = ("/2/operation.availability", "/3/contact.email")
    errors = must_refuse(scene, Bad("cohort", 422, ask, pointers, "table")).json()["errors"]
    assert [(one["row"], one["column"]) for one in errors] == [(2, "operation.availability"), (3, "contact.email")]
    dry = send(house, f"{HEAD}\n{bad}").json()["errors"]
    assert [(one["row"], one["column"], one["code"]) for one in dry] == [
        (2, "operation.availability", "wrong_type"), (3, "contact.email", "email"),
    ]  # fmt: skip
    assert dry[0]["text"]["de"] != dry[0]["text"]["en"]


def test_an_admin_brings_a_cohort_and_signs_none_of_it(hub: Hub) -> None:
    answers = hub.client().example()
    item = send(hub.vera, f"{HEAD}\n{ROWS}", "?dry_run=false").json()["items"][0]

    assert answers
    refused = hub.vera.move(item["id"], "decision", APPROVE)
    assert refused.status_code in {403, 409}


def test_the_empty_table_can_be_downloaded_by_anybody(hub: Hub) -> None:
    answer = hub.client().get(f"{COHORTS}/template.csv", Accept="text/csv")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbfcontact.email;")


@pytest.mark.parametrize(
    ("who", "table", "query", "headers", "status", "code"),
    [
        ("stranger", HEAD, "", {}, 401, "unauthenticated"),
        ("applicant", HEAD, "", {}, 403, "not_intermediary"),
        ("applicant", HEAD, "?dry_run=false", {}, 403, "not_intermediary"),
        ("house", HEAD, "?dry_run=no", {}, 422, "query"),
        ("house", HEAD, "?dry=1", {}, 422, "query"),
        ("house", HEAD, "", {"Content_Type": "application/json"}, 415, "unsupported_media_type"),
        ("house", HEAD, "?dry_run=false", {"Idempotency_Key": ""}, 400, "header_missing"),
        ("house", "x" * 300_000, "", {}, 413, "too_large"),
    ],
)
def test_a_table_is_refused_to_whom_it_is_not_for_and_when_it_is_none(
    scene: Scene, house: Client, who: str, table: str, query: str, headers: dict[str, str], status: int, code: str
) -> None:
    def ask(scene: Scene, language: str) -> requests.Response:
        client = scene.as_(house.token or "" if who == "house" else who, language)
        return raw(client, "POST", f"{COHORTS}{query}", table, **({"Content_Type": "text/csv"} | headers))

    must_refuse(scene, Bad("cohort", status, ask))
    assert ask(scene, "de").json()["code"] == code or status in {413, 415}


# Pages


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["de", "en"])
def test_an_admin_uploads_a_table_looks_at_what_is_wrong_and_imports(
    browser: Browser, hub: Hub, language: str, width: int
) -> None:
    page = browser.new_context(base_url=hub.bases["onboarding"], viewport={"width": width, "height": 900}).new_page()
    page.goto(f"/sign-in?next=/cohorts&lang={language}")
    page.locator('button[name="as"][value="Vera"]').click()
    expect(page).to_have_url(re.compile("/cohorts$"))

    def upload(text: bytes) -> None:
        page.locator("#table").set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": text})
        page.locator('button[value="check"]').click()
        expect(page.locator("#result")).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    upload(f"{HEAD}\n{ROWS}".encode("cp1252"))
    expect(page.locator("#result")).to_contain_text("CSV UTF-8")
    upload(f"{HEAD}\n{ROWS.replace('99,5', 'viel')}".encode())
    expect(page.locator("#result")).to_contain_text("operation.availability")
    assert page.locator('button[value="import"]').count() == 0
    upload(f"\ufeff{HEAD}\n{ROWS}".encode())
    page.locator('button[value="import"]').click()
    expect(page.locator("#result")).to_contain_text("BI-")
    assert Axe().run(page).violations_count == 0


def test_an_intermediary_vouches_and_takes_it_back_on_a_page(browser: Browser, hub: Hub, house: Client) -> None:
    case = Case(hub, "Auf der Seite")
    page = browser.new_context(base_url=hub.bases["onboarding"], java_script_enabled=False).new_page()
    page.goto("/sign-in?lang=de")
    page.locator('[name="/token"]').fill(house.token or "")
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.get_by_role("link", name="Für einen Antrag bürgen").click()
    page.locator('[name="/code"]').fill("falsch")
    page.locator('[name="/text"]').fill(WORDS)
    page.get_by_role("button", name="Bürgen", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Diesen Code kennen wir nicht")

    page.locator('[name="/code"]').fill(code_for(case))
    page.get_by_role("button", name="Bürgen", exact=True).click()
    expect(page.get_by_text("Ihre Fürsprache ist festgehalten.")).to_be_visible()
    assert len(spoken(case, case.applicant)) == 1
    page.get_by_role("button", name="Zurücknehmen").first.click()

    expect(page.get_by_text("Ihre Fürsprache ist zurückgenommen.")).to_be_visible()
    assert spoken(case, case.applicant) == []

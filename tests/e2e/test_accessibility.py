"""No page has a barrier a machine can find: every page, light and dark, German and English, empty and with errors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page

from services.house import NAMES
from tests.support import axe, pages
from tests.support.browser import chromium
from tests.support.hub import ROOT, Hub
from tests.support.scene import Scene

LANGUAGES = ("de", "en")
MATRIX = [(name, language) for language in LANGUAGES for name in pages.samples(language)]

PAGE_DOORS = """
import json, sys
from importlib import import_module
from shared import run
from shared.web.door import Door

rooms = [import_module(f"services.{name}.service").Service for name in sys.argv[1:]]
points = [one for room in rooms for name in dir(room) for one in getattr(getattr(room, name), "nameko_entrypoints", ())]
doors = {one.url for one in points if isinstance(one, Door) and one.method == "GET" and not one.url.startswith("/api/")}
print(json.dumps(sorted(doors)))
"""

Where = str | Callable[[Scene], str]
STRANGER, APPLICANT, VERA = "stranger", "applicant", "vera"
NOBODY = "5d0b7c1e-8a44-4d0f-9a52-0c5b0b6c7f21"
#: Who opens every door for people, and at which address. What answers no page at all stands in NO_PAGES, with why.
DOORS: dict[str, tuple[str, Where]] = {
    "/": (STRANGER, "/"),
    "/about/accessibility": (STRANGER, "/about/accessibility"),
    "/about/barrier": (STRANGER, "/about/barrier?page=/catalog"),
    "/about/imprint": (STRANGER, "/about/imprint"),
    "/about/privacy": (STRANGER, "/about/privacy"),
    "/easy-language": (STRANGER, "/easy-language"),
    "/apply": (STRANGER, "/apply"),
    "/check": (STRANGER, "/check"),
    "/sign-in": (STRANGER, "/sign-in"),
    "/sign-in/sent": (STRANGER, "/sign-in/sent"),
    "/sign-in/link/<secret>": (STRANGER, "/sign-in/link/nonsense"),
    "/applications/resume/<key>": (STRANGER, "/applications/resume/nonsense"),
    "/catalog": (STRANGER, "/catalog"),
    "/catalog/<slug>": (STRANGER, "/catalog/nowhere"),
    "/models/<version>": (STRANGER, "/models/current"),
    "/sign-in/kept": (APPLICANT, "/sign-in/kept"),
    "/applications": (APPLICANT, "/applications"),
    "/applications/access": (APPLICANT, "/applications/access"),
    "/applications/<id>": (APPLICANT, lambda scene: f"/applications/{scene.ids['clarification']}"),
    "/applications/<id>/sections/<section>": (
        APPLICANT,
        lambda scene: f"/applications/{scene.ids['draft']}/sections/operation",
    ),
    "/applications/<id>/cure": (APPLICANT, lambda scene: f"/applications/{scene.ids['draft']}/cure"),
    "/applications/<id>/review": (APPLICANT, lambda scene: f"/applications/{scene.ids['draft']}/review"),
    "/messages": (APPLICANT, "/messages"),
    "/cohorts": (VERA, "/cohorts"),
    "/vouching": (VERA, "/vouching"),
    "/workbench": (VERA, "/workbench"),
    "/workbench/<id>": (VERA, lambda scene: f"/workbench/{scene.ids['proposed']}"),
    "/workbench/barriers": (VERA, "/workbench/barriers"),
    "/workbench/barriers/<id>": (VERA, f"/workbench/barriers/{NOBODY}"),
    "/workbench/campaigns": (VERA, "/workbench/campaigns"),
    "/workbench/campaigns/<id>": (VERA, f"/workbench/campaigns/{NOBODY}"),
    "/workbench/models": (VERA, "/workbench/models"),
    "/workbench/models/draft": (VERA, "/workbench/models/draft"),
    "/workbench/models/<version>": (VERA, "/workbench/models/1.1"),
    "/workbench/models/<version>/preview": (VERA, "/workbench/models/1.1/preview"),
    "/workbench/<id>/judgements/<rule>": (VERA, lambda scene: f"/workbench/{scene.ids['submitted']}/judgements/BM-80"),
    "/workbench/<id>/overrides/<rule>": (VERA, lambda scene: f"/workbench/{scene.ids['submitted']}/overrides/BM-80"),
    **{
        f"/applications/<id>/{page}": (
            APPLICANT,
            lambda scene, page=page: f"/applications/{scene.ids['declined']}/{page}",
        )
        for page in ("attachments", "receipt", "letter")
    },
    "/applications/<id>/deletion": (APPLICANT, lambda scene: f"/applications/{scene.ids['draft']}/deletion"),
    "/models/<version>/form": (STRANGER, "/models/current/form"),
    "/applications/<id>/versions": (APPLICANT, lambda scene: f"/applications/{scene.ids['submitted']}/versions"),
    "/applications/<id>/versions/<number>": (
        APPLICANT,
        lambda scene: f"/applications/{scene.ids['submitted']}/versions/1",
    ),
    **{f"/desk/{name}": (VERA, f"/desk/{name}") for name in NAMES},
    **{f"/desk/{name}/log": (VERA, f"/desk/{name}/log") for name in NAMES},
    **{f"/desk/{name}/<id>": (VERA, f"/desk/{name}/{NOBODY}") for name in NAMES},
}
#: What is kept or opened by another program.
FILE = re.compile(r"\.(csv|ics|json|jsonld|pdf|txt|xml|zip)$|/(content|download|export|pdf)$")
NO_PAGES: dict[str, str] = {"/desk": "leads on to /desk/onboarding"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


# Every template, with all it can show


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    page, complaints = axe.page_with_axe(browser, axe.HOST)

    def html_of(path: str) -> str:
        _, language, name = unquote(path).split("/", 2)
        return pages.render(pages.samples(language)[name], language)

    axe.serve(page, html_of)
    yield page, complaints
    page.context.close()


@pytest.mark.parametrize(("name", "language"), MATRIX)
def test_a_page_has_no_barrier_a_machine_can_find(shown: tuple[Page, list[str]], name: str, language: str) -> None:
    page, complaints = shown
    complaints.clear()
    page.goto(f"/{language}/{name}")

    assert axe.in_both_schemes(page) == {}
    assert axe.too_wide(page) == [], "it has to fit into 320 pixels"
    assert complaints == []


# Every door


def test_every_door_for_people_has_its_entry() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PAGE_DOORS, *NAMES], cwd=ROOT, check=True, capture_output=True
    )
    doors = {url for url in json.loads(done.stdout) if not FILE.search(url)}

    assert doors - DOORS.keys() - NO_PAGES.keys() == set(), "say who opens it, and where"
    assert (DOORS.keys() | NO_PAGES.keys()) - doors == set(), "there is no such door any more"


@pytest.fixture(scope="module")
def people(browser: Browser, hub: Hub, scene: Scene) -> Iterator[dict[str, tuple[Page, list[str]]]]:
    """A browser for each: nobody, an applicant and an admin."""
    made = {name: axe.page_with_axe(browser, hub.bases["onboarding"]) for name in (STRANGER, APPLICANT, VERA)}
    for name in (APPLICANT, VERA):
        page, _ = made[name]
        page.goto("/sign-in")
        page.locator('[name="/token"]').fill(scene.as_(name).token or "")
        page.locator('form:has([name="/token"]) button').click()
    yield made
    for page, _ in made.values():
        page.context.close()


@pytest.mark.parametrize("door", DOORS)
def test_what_is_behind_a_door_has_no_barrier_either(
    people: dict[str, tuple[Page, list[str]]], scene: Scene, door: str
) -> None:
    who, where = DOORS[door]
    page, complaints = people[who]
    complaints.clear()

    answer = page.goto(where if isinstance(where, str) else where(scene))

    assert answer is not None
    assert answer.status < 500
    assert "text/html" in answer.headers["content-type"]
    assert axe.in_both_schemes(page) == {}
    assert axe.too_wide(page) == []
    assert [one for one in complaints if not re.search(r"status of 4\d\d", one)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contract_as_a_page_has_no_barrier(browser: Browser, hub: Hub, language: str) -> None:
    page, complaints = axe.page_with_axe(browser, hub.bases["onboarding"])
    page.goto(f"/api/docs?lang={language}")

    assert axe.in_both_schemes(page) == {}
    assert axe.too_wide(page) == []
    assert complaints == []
    page.context.close()

"""The pictures of the README, taken from a hub with a few applications: `python -m tests.support.pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.support import hub as hubs
from tests.support.browser import chromium
from tests.support.hub import ROOT, Hub, wait_for

FOLDER = ROOT / "docs"
WIDTH, HEIGHT = 1280, 960
#: What GitHub and a slow line both like.
LIMIT = 250_000
#: A company without a VAT number: approvable with a condition.
CASE_RULE = "BM-03"


def take(folder: Path) -> None:
    """Write catalog.png and case.png into `folder`."""
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        hub = hubs.embedded(Path(made))
        try:
            case = fill(hub)
            page = a_page(browser, hub)
            shoot(page, "/catalog", folder / "catalog.png")
            page.goto("/sign-in?next=/workbench")
            page.locator('button[name="as"][value="Jonas"]').click()
            shoot(page, f"/workbench/{case}", folder / "case.png")
        finally:
            hub.stop()


def fill(hub: Hub) -> str:
    """Approve the model's sound examples. Returns the id of one more case, with a finding, half signed."""
    model = hub.client().json("/api/v1/models/current")
    sound = [one["answers"] for one in model["examples"] if one["verdict"] == "sound"]
    for answers in sound:
        hub.approve(submitted(hub, answers)["id"])
    rule = next(one for one in model["rules"] if one["id"] == CASE_RULE)
    case: str = submitted(hub, rule["examples"]["failing"])["id"]
    condition = {"text": "Bitte tragen Sie die Umsatzsteuer-ID nach."}
    reason = "Passt zum Energiekonzept; eine Angabe fehlt noch."
    proposal = {"outcome": "approve_with_conditions", "reason": reason, "conditions": [condition]}
    assert hub.vera.move(case, "decision", proposal).ok
    listed = wait_for(lambda: len(hub.client().json("/api/v1/use-cases")["items"]) > len(sound))
    assert listed, "the catalog was not told"
    return case


def submitted(hub: Hub, answers: Any) -> dict[str, Any]:
    applied = hub.client().apply(answers=answers)
    assert applied.json()["status"] == "submitted", applied.text
    found: dict[str, Any] = applied.json()
    return found


def a_page(browser: Browser, hub: Hub) -> Page:
    viewport = {"width": WIDTH, "height": HEIGHT}
    context = browser.new_context(base_url=hub.bases["onboarding"], locale="en-GB", viewport=viewport)  # type: ignore[arg-type]
    return context.new_page()


def shoot(page: Page, path: str, file: Path) -> None:
    page.goto(path)
    page.screenshot(path=file)
    size = file.stat().st_size
    assert size < LIMIT, f"{file.name} has {size} bytes"
    print(f"{file.relative_to(ROOT)}: {size // 1024} KiB")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    take(FOLDER)

"""axe-core in a browser, on pages that are rendered here or served by a hub, and a page that would scroll sideways."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, Page, Route

from shared.pages import SECURITY_HEADERS, static

SCRIPT = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
#: The law and more; rules of WCAG 2.2 run only where they are named. `best-practice` finds headings and landmarks.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = json.dumps({"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
HOST = "http://localhost"  # whose pages a browser trusts like those of https


def violations(page: Page) -> list[str]:
    """Return what axe-core complains of: rule, why, and the first places."""
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {OPTIONS})")
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: "
        + "; ".join(f"{node['html'][:160]} {node['failureSummary'][:300]}" for node in one["nodes"][:3])
        for one in found["violations"]
    ]


def in_both_schemes(page: Page) -> dict[str, list[str]]:
    """Return the violations in light and in dark, of those that have any."""
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found[scheme] = violations(page)
    return {scheme: complaints for scheme, complaints in found.items() if complaints}


def too_wide(page: Page) -> list[str]:
    """Return what sticks out of a window of 320 pixels, which is 1280 at 400 %."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120))
        .slice(0, 5).concat(['the page scrolls sideways'])"""
    )
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return found


def page_with_axe(browser: Browser, base: str, **more: Any) -> tuple[Page, list[str]]:
    """Return a page, and the list in which everything ends up that the browser complains of."""
    context = browser.new_context(base_url=base, viewport=WIDE, locale="de-DE", **more)  # type: ignore[arg-type]
    context.add_init_script(SCRIPT)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def serve(page: Page, html_of: Callable[[str], str]) -> None:
    """Answer every request here: static files as shipped, everything else by `html_of` its path, under our policy."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            found = static.find(path.removeprefix("/static/"))
            if found is None:
                route.fulfill(status=404)
            else:
                route.fulfill(body=found[0], content_type=found[1])
        else:
            route.fulfill(body=html_of(path), content_type="text/html; charset=utf-8", headers=dict(SECURITY_HEADERS))

    page.route("**/*", answer)

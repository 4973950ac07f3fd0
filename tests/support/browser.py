"""A real browser: Debian's Chromium, or what CHROMIUM names, without a window and without going anywhere else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser, or skip and say why."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here; `make test` installs it where it may, or name one by CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


def fill_section(page: Page, answers: dict[str, object], section: str) -> None:
    """Answer every question of `section` that the page asks."""
    for key, answer in answers.items():
        for value in answer if isinstance(answer, list) else [answer]:
            _fill(page, f"/{section}/{key}", value)


def _fill(page: Page, name: str, value: object) -> None:
    text = {True: "ja", False: "nein"}[value] if isinstance(value, bool) else str(value)
    field = page.locator(f'[name="{name}"]')
    if not field.count():
        return
    kind = field.first.get_attribute("type")
    if kind in {"radio", "checkbox"}:
        page.locator(f'[name="{name}"][value="{text}"]').check()
    elif field.first.evaluate("node => node.tagName") == "SELECT":
        field.first.select_option(text)
    else:
        field.first.fill(text.replace(".", ",") if isinstance(value, float) else text)

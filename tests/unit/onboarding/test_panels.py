"""The page of an application is put together from panels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.onboarding.pages import panels

PAGE = Path(panels.__file__).parents[1] / "templates" / "onboarding"


def test_every_panel_has_its_line_on_the_page():
    included = set(re.findall(r"include 'onboarding/application/(\w+)\.html'", (PAGE / "application.html").read_text()))

    assert included == {path.stem for path in (PAGE / "application").glob("*.html")}


def test_two_panels_that_give_the_same_name_are_refused(monkeypatch):
    monkeypatch.setattr(panels, "PANELS", (lambda _: {"tasks": []}, lambda _: {"tasks": [], "tally": {}}))

    with pytest.raises(ValueError, match="tasks"):
        panels.panels(None)

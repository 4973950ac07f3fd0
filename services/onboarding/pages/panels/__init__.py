"""What the page of an application shows: panels, each a template in onboarding/application/ and a function here.

A new panel is a file on each side and a line on each side: here in `PANELS`, there an `include`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.onboarding.pages.panels import (
    answers,
    attachments,
    coming_back,
    models,
    papers,
    people,
    promises,
    rechecks,
    vouching,
)
from services.onboarding.pages.panels.looking import Look, look_at, moves

#: Each gives the part of the page's context that its templates read; no two give the same name.
PANELS: tuple[Callable[[Look], dict[str, Any]], ...] = (
    moves,
    answers.panel,
    attachments.panel,
    coming_back.panel,
    models.panel,
    papers.panel,
    promises.panel,
    people.panel,
    rechecks.panel,
    vouching.panel,
)


def panels(look: Look) -> dict[str, Any]:
    """Return what all panels show of an application. Raises: ValueError if two give the same name."""
    context: dict[str, Any] = {}
    for panel in PANELS:
        given = panel(look)
        if twice := context.keys() & given.keys():
            raise ValueError(f"{panel.__module__} gives what another panel gives: {sorted(twice)}")
        context |= given
    return context


__all__ = ["PANELS", "Look", "look_at", "panels"]

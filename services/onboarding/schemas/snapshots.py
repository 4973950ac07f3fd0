"""How versions of an application, and what is different between two, are shown."""

from __future__ import annotations

from typing import Any

from services.onboarding.domain import Application, Snapshot
from services.onboarding.handlers import Comparison
from services.onboarding.model import Change
from shared.kernel import Text


def snapshot_view(application: Application, kept: Snapshot, *, whole: bool = False) -> dict[str, Any]:
    """Show one version of an application, with `whole` its answers, too."""
    path = f"/api/v1/applications/{application.id}/versions/{kept.number}"
    view: dict[str, Any] = {
        "number": kept.number,
        "why": kept.why,
        "at": kept.at.isoformat(),
        "model": kept.model,
        "links": {"self": path, "differences": f"{path}/differences", "application": path.rpartition("/versions/")[0]},
    }
    return view | ({"answers": kept.answers} if whole else {})


def comparison_view(found: Comparison) -> dict[str, Any]:
    """Show what is different from one version to another."""
    return {
        "from": found.before.number,
        "to": found.after.number,
        "items": [_change_view(one) for one in found.changes],
        "replies": [{key: one[key] for key in ("id", "text", "pointer", "reply")} for one in found.replies],
    }


def _change_view(one: Change) -> dict[str, Any]:
    return {
        "pointer": one.pointer,
        "kind": one.kind,
        "section": _both(one.section),
        "label": _both(one.label),
        "before": one.before,
        "after": one.after,
        "was": _both(one.was),
        "now": _both(one.now),
        "text": _both(one.words),
    }


def _both(text: Text) -> dict[str, str]:
    return {"de": text.de, "en": text.en}

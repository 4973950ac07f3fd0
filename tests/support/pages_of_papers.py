"""Versions of an application, and its papers: receipt, letter, the empty form, and what can be taken along."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from services.onboarding.domain import Snapshot
from services.onboarding.handlers import Comparison
from services.onboarding.model import changes
from services.onboarding.pages import overview, snapshots
from tests.support.pages import APPLICANT, EXAMPLES, HERE, HOSTILE, MODEL, SCHEMA, Sample, application

AT = datetime(2027, 5, 17, 9, tzinfo=UTC)


def compared(language: str) -> dict[str, Any]:
    """Two versions with an answer that is new, one that is gone, and others that changed."""
    before, after = deepcopy(EXAMPLES["parking"]), deepcopy(EXAMPLES["parking"])
    before["use_case"] |= {"title": "Parkraum-Lotse für alle", "summary": HOSTILE}
    after["use_case"] |= {"title": f"Parkraum-Lotse {HOSTILE}"}
    del after["use_case"]["summary"]
    del before["operation"]["availability"]
    kept = [Snapshot(application_id=AT, number=n, why="replied", model="1.0", answers={}, at=AT) for n in (1, 2)]  # type: ignore[arg-type]
    reply = {"id": "1", "text": HOSTILE, "pointer": None, "reply": HOSTILE}
    found = Comparison(before=kept[0], after=kept[1], changes=changes(before, MODEL, after, MODEL), replies=(reply,))
    return snapshots.comparison(found, language)


def samples(language: str) -> dict[str, Sample]:
    item = {"number": 1, "why": "submitted", "at": "2027-05-14T11:02:00Z", "model": "1.0"}
    shown = application("in_review", EXAMPLES["parking"])
    path = f"{HERE}/versions"

    def listed(**but: Any) -> Sample:
        context = {"application": shown, "items": [item, item | {"number": 2, "why": "replied"}], "back": HERE}
        return "onboarding/versions.html", APPLICANT, path, context | {"compared": compared(language)} | but

    sheets = overview.sheets(SCHEMA, EXAMPLES["parking"], (), language)
    return {
        "versions": listed(),
        "first version only": listed(items=[item], compared=None),
        "no versions": listed(items=[], compared=None),
        "version": (
            "onboarding/version.html", APPLICANT, f"{path}/1", {"application": shown, "item": item, "sheets": sheets},
        ),
    }  # fmt: skip

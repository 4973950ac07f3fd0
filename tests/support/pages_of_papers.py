"""Versions of an application, and its papers: receipt, letter, the empty form, and what can be taken along."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from services.onboarding.domain import Snapshot
from services.onboarding.handlers import Comparison
from services.onboarding.model import changes
from services.onboarding.pages import overview, snapshots
from services.onboarding.pages.blank import blank
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
    return _papers(language) | {
        "versions": listed(),
        "first version only": listed(items=[item], compared=None),
        "no versions": listed(items=[], compared=None),
        "version": (
            "onboarding/version.html", APPLICANT, f"{path}/1", {"application": shown, "item": item, "sheets": sheets},
        ),
    }  # fmt: skip


def _papers(language: str) -> dict[str, Sample]:
    head = {"number": "BI-7K4Q", "title": HOSTILE, "organisation": HOSTILE, "person": HOSTILE, "page": HERE}
    receipt = {
        "application": head,
        "submitted_at": AT,
        "version": "1.0",
        "tally": {"met": 27, "rules": 29},
        "sheets": overview.sheets(SCHEMA, EXAMPLES["parking"], (), language),
        "sha256": "4b" * 32,
    }
    conditions = [{"text": HOSTILE, "due": "2027-12-31"}, {"text": "Belegen.", "due": None}]
    decision = {"outcome": "approve_with_conditions", "reason": HOSTILE, "proposed_at": AT, "decided_at": AT}
    letter = {
        "application": head,
        "submitted_at": AT,
        "version": "1.0",
        "decision": decision | {"conditions": conditions},
        "exceptions": [{"rule": "BM-56", "text": {"de": HOSTILE, "en": HOSTILE}, "reason": HOSTILE}],
        "reconsider_until": None,
    }
    declined = letter | {
        "decision": decision | {"outcome": "decline", "conditions": []}, "exceptions": [],
        "reconsider_until": AT.date(),
    }  # fmt: skip

    def sheet(kind: str, context: dict[str, Any], **frame: Any) -> Sample:
        return f"papers/{kind}.html", APPLICANT, f"{HERE}/{kind}", context | frame

    def on_a_page(kind: str, context: dict[str, Any], pdf: str | None = "/x.pdf") -> Sample:
        return sheet(kind, context, frame="papers/page.html", back=(HERE, "Zum Antrag"), pdf=pdf)

    return {
        "receipt": on_a_page("receipt", receipt),
        "receipt without PDF": on_a_page("receipt", receipt, pdf=None),
        "letter": on_a_page("letter", letter),
        "letter of a decline": on_a_page("letter", declined),
        **_keeping(language),
        "empty form": on_a_page("form", blank(MODEL, "https://hub.example", language).context),
        "receipt alone": sheet("receipt", receipt, frame="papers/bare.html", made_on="2027-05-17T09:00:00+00:00"),
    }


def _keeping(language: str) -> dict[str, Sample]:
    kept = application("in_review", EXAMPLES["parking"])
    made = {"outcome": "decline", "reason": HOSTILE, "decided_at": AT.isoformat()}
    data = kept | {
        "created_at": AT.isoformat(),
        "changed_at": AT.isoformat(),
        "versions": [{}],
        "decisions": [made | {"conditions": [{"text": HOSTILE, "due": "2027-12-31"}]}],
    }
    context = {"data": data, "sheets": overview.sheets(SCHEMA, EXAMPLES["parking"], (), language), "zip": "/x.zip"}
    frame = {"frame": "papers/page.html", "back": (HERE, "Zum Antrag"), "pdf": ""}
    draft = {"application": application("draft", {}), "draft": True, "errors": []}
    refused = {"errors": [{"pointer": "", "text": HOSTILE}], "draft": False}
    return {
        "export": ("papers/export.html", APPLICANT, f"{HERE}/export", context | frame),
        "deletion": ("onboarding/deletion.html", APPLICANT, f"{HERE}/deletion", draft),
        "deletion refused": ("onboarding/deletion.html", APPLICANT, f"{HERE}/deletion", draft | refused),
    }

"""The pages of re-checks with something on them; `tests.support.pages` shows them beside all others."""

from __future__ import annotations

from typing import Any

from services.onboarding.pages import form, overview
from tests.support import pages as known

CAMPAIGN_ID = "5b1f6a0a-8c1e-5d2a-9a34-0f7f5e0a2c11"


def samples(language: str) -> dict[str, known.Sample]:
    """Return template, caller, path and context of every page of re-checks, by a name."""
    return _campaigns() | _previews() | _rechecked(language)


def conformity(state: str, **but: Any) -> dict[str, Any]:
    found = {
        "model": "1.1", "state": state, "conforming_until": "2027-06-30", "due_on": None,
        "findings": known.MODEL.check(known.broken()), "paused_rights": [],
    }  # fmt: skip
    return found | but


def _campaigns() -> dict[str, known.Sample]:
    counts = {"conforming": 180, "grace": 12, "paused": 3, "void": 1, "replaced": 1, "cured": 5, "checked": 197}
    campaign = {
        "id": CAMPAIGN_ID, "model": "1.1", "stage": "running", "reason": "", "changed_by": "admin:Ada Weber",
        "grace_days": 90, "due_on": "2027-08-01", "started_at": "2027-05-03T10:00:00Z", "finished_at": None,
        "counts": counts | {"to_check": 20}, "version": 3,
    }  # fmt: skip
    item = {
        "application": known.ID, "number": "BI-7K4Q", "title": known.HOSTILE, "state": "paused",
        "violated": ["BM-28", "BM-31"], "rights": ["devices"], "paused_rights": ["devices"], "due_on": "2027-05-01",
        "cured_at": None,
    }  # fmt: skip
    cured = item | {"title": "", "state": "conforming", "violated": [], "paused_rights": [], "due_on": None}
    page, here = "onboarding/campaign.html", f"/workbench/campaigns/{CAMPAIGN_ID}"
    context = {
        "campaign": campaign, "items": [item, cured | {"cured_at": "2027-05-02T10:00:00Z"}], "chosen": "paused",
        "states": ["conforming", "grace", "paused"], "may": {"stop": True}, "next_link": "?after=x", "first": None,
        "errors": [known.problem("/reason")], "typed": {"/reason": known.HOSTILE},
    }  # fmt: skip
    stopped = campaign | {"stage": "stopped", "reason": known.HOSTILE}
    listed = "onboarding/campaigns.html"
    return {
        "campaigns": (listed, known.ADMIN, "/workbench/campaigns", {"items": [campaign, stopped], "next_link": None}),
        "no campaigns": (listed, known.ADMIN, "/workbench/campaigns", {"items": [], "next_link": None}),
        "campaign": (page, known.ADMIN, here, context),
        "stopped campaign": (page, known.ADMIN, here, context | {"campaign": stopped, "items": [], "errors": []}),
        "void campaign": (page, known.ADMIN, here, context | {"campaign": stopped | {"stage": "void"}, "errors": []}),
    }


def _previews() -> dict[str, known.Sample]:
    preview = {
        "model": "1.1", "state": "running", "total": 1200, "checked": 400, "changed": 2,
        "groups": {"open": 1, "approved": 0, "running": 1},
        "rules": [{"rule": "BM-28", "worse": 2, "better": 0}, {"rule": "BM-99", "worse": 0, "better": 1}],
        "started_at": "2027-05-03T10:00:00Z",
    }  # fmt: skip
    change = {"rule": "BM-28", "pointer": "/operation/availability", "from": None, "to": "violation"}
    item = {
        "application": known.ID, "number": "BI-7K4Q", "group": "running", "use_case": "parkraum-lotse",
        "pinned": "1.0", "before": "sound", "after": "unsound", "changes": [change, change | {"from": "hint"}],
    }  # fmt: skip
    rules = {rule["id"]: rule["text"] for rule in known.MODEL.public["rules"]}
    context = {"version": "1.1", "preview": preview, "items": [item], "rules": rules, "may_start": True}
    alone = {"items": [], "next_link": None, "first": None}
    done = preview | {"state": "done", "rules": []}
    page, here = "onboarding/preview.html", "/workbench/models/1.1/preview"
    return {
        "preview": (page, known.ADMIN, here, context | {"next_link": "?after=x", "first": here}),
        "finished preview": (page, known.ADMIN, here, context | alone | {"preview": done}),
        "no preview": (page, known.ADMIN, here, context | alone | {"preview": None}),
    }


def _rechecked(language: str) -> dict[str, known.Sample]:
    def own(found: dict[str, Any], cure: bool) -> known.Sample:
        shown = known.application("approved", known.EXAMPLES["parking"], conformity=found)
        context = {
            "application": shown, "ahead": [], "private_link": None, "errors": [], "typed": {},
            "may": {"edit": False, "submit": False, "withdraw": False, "cure": cure}, "rechecked": remarks,
            **known.seen(known.EXAMPLES["parking"], language),
        }  # fmt: skip
        return "onboarding/application.html", known.APPLICANT, known.HERE, context

    remarks = overview.remarks(known.SCHEMA, known.MODEL.check(known.broken()), language)
    chapters = form.sections(known.SCHEMA, language)
    parts = [
        {"section": part, "fields": form.fields(known.SCHEMA, part.key, known.broken(), (), language)}
        for part in chapters
        if part.key == "operation"
    ]
    grace = conformity("grace", due_on="2027-06-30")
    cure = {
        "application": known.application("approved", known.EXAMPLES["parking"], conformity=grace),
        "parts": parts,
        "findings": [remark for remark in remarks if remark["section"] == "operation"],
        "errors": [known.problem("/operation/availability")],
    }
    return {
        "in the grace period": own(grace, cure=True),
        "rights paused": own(conformity("paused", paused_rights=["publication", "devices"]), cure=True),
        "conforming": own(conformity("conforming", conforming_until=None), cure=False),
        "re-check void": own(conformity("void", conforming_until=None), cure=False),
        "cure": ("onboarding/cure.html", known.APPLICANT, f"{known.HERE}/cure", cure),
    }

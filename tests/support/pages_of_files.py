"""The page of an application's files, in each state a file may be in."""

from __future__ import annotations

from typing import Any

from services.onboarding.pages import form
from tests.support.pages import APPLICANT, EXAMPLES, HERE, HOSTILE, SCHEMA, Sample, application, problem

FILE = {
    "id": "5d0b7c1e-8a44-4d0f-9a52-0c5b0b6c7f21", "name": HOSTILE, "type": "application/pdf", "size": 219_000,
    "sha256": "0" * 64, "state": "clean", "reason": "", "pointer": "/operation", "about": HOSTILE,
    "uploaded_at": "2027-05-14T11:02:00Z",
}  # fmt: skip
LIMITS = {"types": [], "size": 10_485_760, "each": 5, "daily": 52_428_800}


def kept(*states: str, scanning: bool = True, **but: Any) -> dict[str, Any]:
    """What `uploading.attached` gives of files in these states."""
    items = [FILE | {"state": state, "reason": HOSTILE if state == "rejected" else ""} for state in states]
    waiting, room = states.count("quarantine"), 5 - len(states) + states.count("rejected")
    return {"items": items, "limits": LIMITS, "scanning": scanning, "waiting": waiting, "room": room} | but


def samples(language: str) -> dict[str, Sample]:
    sections = [
        {"value": f"/{part.key}", "label": part.label, "chosen": False} for part in form.sections(SCHEMA, language)
    ]

    def page(found: dict[str, Any], status: str = "draft", *, edit: bool = True, **but: Any) -> Sample:
        context = {
            "application": application(status, EXAMPLES["parking"]),
            "attachments": found,
            "may": {"edit": edit},
            "sections": sections,
            "waiting": found["waiting"],
            "room": found["room"],
            "errors": [],
        }
        return "onboarding/attachments.html", APPLICANT, f"{HERE}/attachments", context | but

    return {
        "no files": page(kept(scanning=False)),
        "files": page(kept("clean", "quarantine", "rejected")),
        "files, wrong": page(kept("not_scanned", scanning=False), errors=[problem("/file"), problem("/pointer")]),
        "files, full": page(kept(*["clean"] * 5), "proposed"),
        "files, decided": page(kept("clean"), "approved", edit=False),
    }

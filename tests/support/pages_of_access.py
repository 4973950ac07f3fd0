"""Pages about how somebody comes in, the way their doors would fill them."""

from __future__ import annotations

from tests.support.pages import APPLICANT, HOSTILE, Sample, problem

ID = "018f6f3e-7c1a-7d1e-9b3e-2f1a5c6d7e8f"


def samples() -> dict[str, Sample]:
    key = {
        "id": ID, "name": HOSTILE, "scopes": ["applications:read"], "created_at": "2027-05-14T11:02:00Z",
        "expires_at": "2028-05-14T11:02:00Z", "last_used": None,
    }  # fmt: skip
    writes = key | {"scopes": ["applications:read", "applications:write"], "last_used": "2027-05-15"}
    begun = {"keys": [], "most": 2, "months": 12, "token": "", "key": "", "errors": []}
    empty = begun | {"typed": {"name": "", "scopes": "applications:read"}}
    wrong = begun | {"errors": [problem("/name")], "typed": {"name": HOSTILE, "scopes": "applications:write"}}
    full = empty | {"keys": [key, writes], "token": "bhapp_x", "key": "bdp_x"}
    kept = {
        "fields": {"/reason": [HOSTILE], "version": ["3"]},
        "lines": [{"label": "Grund", "text": HOSTILE}],
        "action": f"/sign-in/kept/{ID}/sending",
        "back": f"/sign-in/kept/{ID}/removal",
    }
    path = "/applications/access"
    return {
        "access": ("onboarding/access.html", APPLICANT, path, empty),
        "access, wrong": ("onboarding/access.html", APPLICANT, path, wrong),
        "access with keys": ("onboarding/access.html", APPLICANT, path, full),
        "kept": ("onboarding/kept.html", APPLICANT, "/sign-in/kept", kept),
        "extended": ("onboarding/session_extended.html", APPLICANT, "/sign-in/extension", {}),
    }

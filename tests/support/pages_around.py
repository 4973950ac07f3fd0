"""The statement of accessibility, privacy, imprint and plain language: as shipped, and with all an operator can say."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.onboarding.domain import SCHEMES
from services.onboarding.pages.about import KEPT, drafts
from shared.operator import Accessibility, EasyLanguage, Imprint, Operator, Privacy, SignLanguage
from shared.periods import Periods
from tests.support.pages import ADMIN, HOSTILE, ID, Sample, problem

FILLED = Operator(
    imprint=Imprint(
        name="Stadt Bielefeld", represented_by=HOSTILE, address="Niederwall 23\n33602 Bielefeld",
        email="hub@city.example", phone="0521 51-0", vat_id="DE1", supervised_by=HOSTILE, editor=HOSTILE,
    ),
    privacy=Privacy(responsible="Stadt Bielefeld", officer=HOSTILE, legal_basis=HOSTILE, hosting=HOSTILE),
    accessibility=Accessibility(
        email="barrieren@city.example", phone="1", assessed_by=HOSTILE, assessed_on="1. März 2027", findings=HOSTILE
    ),
    easy_language=EasyLanguage(text=f"Das ist der Hub.\n\n{HOSTILE}", checked_by=HOSTILE),
    sign_language=SignLanguage(url="https://video.example/dgs", minutes="3 Minuten", size="12 MB"),
)  # fmt: skip


def samples() -> dict[str, Sample]:
    day = date(2026, 11, 24)

    def page(name: str, operator: Operator, **more: Any) -> Sample:
        path = "/easy-language" if name == "easy_language" else f"/about/{name}"
        return f"onboarding/about/{name}.html", None, path, {"operator": operator, **more}

    def all_of(operator: Operator) -> dict[str, Sample]:
        return {
            "accessibility": page("accessibility", operator, stated_on=day, changed_on=day),
            "privacy": page("privacy", operator, rows=(drafts(Periods()), *KEPT)),
            "imprint": page("imprint", operator, version="0.1.0"),
            "easy language": page("easy_language", operator),
        }

    return _barriers() | all_of(Operator()) | {f"{name}, filled in": one for name, one in all_of(FILLED).items()}


def _barriers() -> dict[str, Sample]:
    typed = dict.fromkeys(("text", "page", "width", "device", "reply_to"), HOSTILE) | {"language": "de", "scheme": ""}
    form = {"typed": typed, "errors": [], "schemes": SCHEMES, "operator": FILLED}
    wrong = form | {"errors": [problem("/text"), problem("/reply_to"), problem("/scheme")], "operator": Operator()}
    report = typed | {
        "id": ID, "reported_at": "2027-05-14T11:02:00Z", "note": "", "closed_by": None, "closed_at": None, "version": 7,
    }  # fmt: skip
    closed = report | {"note": HOSTILE, "closed_by": "admin:Ada Weber", "closed_at": "2027-05-15T11:02:00Z"}
    closed |= {"page": "", "language": "", "scheme": "dark", "width": "", "device": "", "reply_to": ""}
    path, list_ = "/about/barrier", "onboarding/barriers.html"

    def one(barrier: dict[str, Any], **but: Any) -> Sample:
        context = {"barrier": barrier, "may": barrier is report, "errors": [], "typed": {"note": ""}} | but
        return "onboarding/barrier.html", ADMIN, f"/workbench/barriers/{ID}", context

    return {
        "barrier form": ("onboarding/about/barrier.html", None, path, form),
        "barrier form, wrong": ("onboarding/about/barrier.html", None, path, wrong),
        "barriers": (
            list_,
            ADMIN,
            "/workbench/barriers",
            {"items": [report, closed], "open": 1, "next_link": "?x", "first": "/x"},
        ),
        "no barriers": (
            list_,
            ADMIN,
            "/workbench/barriers",
            {"items": [], "open": 0, "next_link": None, "first": None},
        ),
        "barrier": one(report),
        "barrier, wrong": one(report, errors=[problem("/note")], typed={"note": HOSTILE}),
        "barrier, closed": one(closed),
    }

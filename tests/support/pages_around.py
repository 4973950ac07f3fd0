"""The statement of accessibility, privacy, imprint and plain language: as shipped, and with all an operator can say."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.onboarding.pages.about import KEPT
from shared.operator import Accessibility, EasyLanguage, Imprint, Operator, Privacy, SignLanguage
from tests.support.pages import HOSTILE, Sample

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
            "privacy": page("privacy", operator, rows=KEPT),
            "imprint": page("imprint", operator, version="0.1.0"),
            "easy language": page("easy_language", operator),
        }

    return all_of(Operator()) | {f"{name}, filled in": one for name, one in all_of(FILLED).items()}

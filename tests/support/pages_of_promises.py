"""The page of an application, as its dates make it: warned, waited for, late, expired, declined, looked at again."""

from __future__ import annotations

from typing import Any

from services.onboarding.domain import Forecast
from services.onboarding.pages import overview
from tests.support.pages import APPLICANT, EXAMPLES, HERE, HOSTILE, Sample, application, decision, problem, seen

NO_DATES: dict[str, Any] = {"expires_on": None, "decision_by": None, "reconsider_until": None}
USUAL = Forecast(median=6, nine_of_ten=11, cases=23, kind="start_up")


def samples(language: str) -> dict[str, Sample]:
    def page(status: str, dates: dict[str, str], left: int | None = None, **but: Any) -> Sample:
        answers = {} if status == "expired" else EXAMPLES["parking"]
        more = {key: but.pop(key) for key in ("next", "decision", "earlier_decisions", "questions") if key in but}
        shown = application(status, answers, **{"dates": NO_DATES | dates, "next": None, "questions": [], **more})
        context = {
            "application": shown, "ahead": overview.ahead(status, language), "private_link": None, "offer": None,
            "news": None, "vouching_code": None, "vouching_days": 14, "errors": [], "typed": {},
            "workdays_left": left, "usual": None,
            "may": dict.fromkeys(("edit", "submit", "withdraw", "cure", "extend", "reconsider"), False),
        }  # fmt: skip
        return "onboarding/application.html", APPLICANT, HERE, context | seen(answers, language) | but

    may = {"edit": False, "submit": False, "withdraw": False, "reconsider": True}
    no = decision(outcome="decline", conditions=[], decided_at="2027-05-10T15:20:00+02:00")
    city = {"who": "reviewer", "until": "2027-05-28"}
    return {
        "draft that expires": page(
            "draft", {"expires_on": "2027-05-20"}, 3, may=may | {"edit": True, "extend": True}, usual=USUAL
        ),
        "waiting for a reply": page(
            "clarification", {"expires_on": "2027-06-11"}, 8, next={"who": "applicant", "until": "2027-05-28"}
        ),
        "promised": page("in_review", {"decision_by": "2027-06-11"}, 1, next=city, usual=USUAL),
        "overdue": page("in_review", {}, -3, next=city | {"until": "2027-05-11"}),
        "expired": page("expired", {}),
        "declined": page("declined", {"reconsider_until": "2027-06-09"}, decision=no, may=may),
        "declined, no reason given": page(
            "declined", {"reconsider_until": "2027-06-09"}, decision=no, may=may, errors=[problem("/reason")],
            typed={"/reason": HOSTILE},
        ),
        "declined long ago": page("declined", {"reconsider_until": "2027-05-09"}, decision=no),
        "under reconsideration": page(
            "reconsidered", {"decision_by": "2027-06-11"}, 7, next=city, earlier_decisions=[no]
        ),
    }  # fmt: skip

"""Every page with something on it, the way its door would fill it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

from services.catalog.pages import facets
from services.onboarding import model
from services.onboarding.pages import form, overview, standing
from services.onboarding.pages.models import chapters
from shared.auth import Caller
from shared.kernel import Problem, Text
from shared.pages import Pages

NOW = datetime(2027, 5, 18, 10, tzinfo=UTC)
PAGES = Pages("services.onboarding.pages", "services.catalog.pages", "services.notifications.pages", clock=lambda: NOW)

MODEL = model.load(model.shipped()["1.0"].text)
SCHEMA = MODEL.schema
EXAMPLES: dict[str, dict[str, Any]] = {one["key"]: one["answers"] for one in MODEL.public["examples"]}
RULES = len(MODEL.public["rules"])

ID = "018f6f3e-7c1a-7d1e-9b3e-2f1a5c6d7e8f"
HERE = f"/applications/{ID}"
APPLICANT = Caller(f"applicant:{ID}", "Aylin Yıldız", frozenset({"applicant"}))
ADMIN = Caller("admin:Ada Weber", "Ada Weber", frozenset({"reviewer", "approver"}))

#: What somebody might type who means no good.
HOSTILE = "\"><script>alert('x')</script>"

FINDING = {
    "rule": "BM-80", "model": "1.0", "pointer": "/data/dpia", "observed": "done", "expected": {},
    "severity": "violation", "text": {"de": HOSTILE, "en": HOSTILE}, "remedy": {"de": "Nachreichen.", "en": "Hand in."},
}  # fmt: skip
ITEM = FINDING | {"judged_by": "data_protection_officer"}
SAID = {"by": "admin:Ada Weber", "at": "2027-05-14T11:02:00Z", "reason": HOSTILE}
JUDGED = SAID | {"role": "data_protection_officer", "verdict": "broken"}
VOUCHED = SAID | {"by": HOSTILE, "role": "intermediary", "verdict": "vouched"}
VOUCHER = FINDING | {"rule": "voucher", "pointer": "", "observed": None, "severity": "hint", "judged": VOUCHED}
EXCEPTION = FINDING | {"judged": JUDGED, "override": SAID}

Sample = tuple[str, Caller | None, str, dict[str, Any]]


def broken() -> dict[str, Any]:
    """Answers with a violation, a condition and gaps."""
    answers = deepcopy(EXAMPLES["parking"])
    answers["use_case"]["public_service"] = True
    answers["operation"] |= {"availability": 98.0, "hosting": "elsewhere"}
    answers["operation"].pop("support_hours")
    answers.pop("open_source")
    return answers


def problem(pointer: str, de: str = "Prüfen Sie das.", en: str = "Check this.") -> Problem:
    return Problem(pointer, "wrong", Text(de, en))


def application(status: str, answers: dict[str, Any], **but: Any) -> dict[str, Any]:
    """An application as the API shows it."""
    return {
        "id": ID,
        "number": "BI-7K4Q",
        "status": status,
        "model": "1.0",
        "version": 7,
        "contact": {"name": HOSTILE, "email": "a@b.example", "language": "de", "proved": False},
        "answers": answers,
        "questions": [
            {"id": "q1", "text": HOSTILE, "pointer": "/operation/availability", "reply": None},
            {"id": "q2", "text": "Wer übernimmt?", "pointer": None, "reply": None},
            {"id": "q3", "text": "Warum?", "pointer": None, "reply": HOSTILE},
        ],
        "timeline": [
            {"at": "2027-05-11T16:40:00+02:00", "status": "draft", "actor": "applicant"},
            {"at": "2027-05-12T09:14:00+02:00", "status": "in_review", "actor": "admin:Ada Weber"},
        ],
        "next": {"who": "applicant", "until": "2027-05-28"},
        "decision": None,
        "links": {"self": f"/api/v1{HERE}"},
        **but,
    }


def decision(**but: Any) -> dict[str, Any]:
    return {
        "outcome": "approve_with_conditions",
        "reason": HOSTILE,
        "conditions": [{"text": HOSTILE, "due": "2027-12-31"}, {"text": "Belegen.", "due": None}],
        "decided_at": None,
        "proposed_by": "admin:Kim Brand",
        "signed_by": None,
        "comment": "",
        **but,
    }


def seen(answers: dict[str, Any], language: str, more: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """What the pages of one application show of its answers, and of `more` findings by people."""
    findings = [*MODEL.check(answers), *more]
    return {
        "tasks": overview.tasks(SCHEMA, answers, findings, language),
        "rules": standing.counted(MODEL, answers),
        "tally": overview.tally(findings, RULES),
        "findings": overview.remarks(SCHEMA, findings, language),
        "sheets": overview.sheets(SCHEMA, answers, findings, language),
    }


def section_page(
    key: str, answers: dict[str, Any], language: str, errors: tuple[Problem, ...] = (), status: str = "draft"
) -> Sample:
    chapters = form.sections(SCHEMA, language)
    place = next(section.number for section in chapters if section.key == key) - 1
    context = {
        "application": application(status, answers),
        "section": chapters[place],
        "previous": chapters[place - 1] if place else None,
        "next": chapters[place + 1] if place + 1 < len(chapters) else None,
        "slots": form.slots(SCHEMA, key, answers, decisive=answers, errors=errors, language=language),
        "errors": errors,
        "column": standing.column(MODEL, answers, key, language),
        "stale": None,
        "saves_itself": status == "draft",
        "came_from": "",
        "added": False,
    }
    return "onboarding/section.html", APPLICANT, f"{HERE}/sections/{key}", context


@cache
def samples(language: str) -> dict[str, Sample]:
    """Template, caller, path and context of every page, by a name."""
    from tests.support import (
        pages_around,
        pages_of_access,
        pages_of_desk,
        pages_of_files,
        pages_of_papers,
        pages_of_promises,
        pages_of_rechecks,
    )  # which builds on what stands here

    return (
        _shared()
        | _applicant(language)
        | _city(language)
        | _public()
        | pages_of_rechecks.samples(language)
        | pages_of_desk.samples()
        | pages_around.samples()
        | pages_of_files.samples(language)
        | pages_of_access.samples()
        | pages_of_papers.samples(language)
        | pages_of_promises.samples(language)
    )


def render(sample: Sample, language: str) -> str:
    template, caller, path, context = sample
    return PAGES.render(template, language=language, caller=caller, path=path, csrf="c5rf", **context)


def _shared() -> dict[str, Sample]:
    openapi = {
        "info": {"title": "Hub", "version": "1"},
        "paths": {
            "/api/v1/checks": {
                "post": {
                    "summary": "Check",
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Check"}}}
                    },
                    "responses": {"200": {"description": "Fine"}},
                }
            }
        },
        "components": {"schemas": {"Check": {"type": "object", "title": HOSTILE}}},
    }
    asked = {"next": HOSTILE, "errors": [], "built_in": ["Ada", HOSTILE], "email": HOSTILE, "minutes": 10, "kept": True}
    wrong = asked | {"next": "/", "errors": [problem("/token"), problem("/email")], "built_in": []}
    return {
        "problem": ("problem.html", None, "/x", {"status": 503, "title": "x", "detail": "", "incident": "4bf9"}),
        "sign in": ("sign_in.html", None, "/sign-in", asked),
        "sign in, wrong": ("sign_in.html", None, "/sign-in", wrong),
        "docs": ("docs.html", None, "/api/docs", {"document": openapi}),
    }


def _applicant(language: str) -> dict[str, Sample]:
    begun = {"model": {"version": "1.0", "questions": 70, "rules": RULES}, "figures": None}
    busy = begun | {"figures": {"median_days": None, "received": 4, "decided": 3, "overdue": 0}}
    contact = {"name": HOSTILE, "email": "", "language": "en"}
    item = {
        "id": ID,
        "number": "BI-7K4Q",
        "title": HOSTILE,
        "status": "clarification",
        "theme": ["energy"],
        "version": 1,
    }
    mine = [item | {"next": {"who": "applicant", "until": None}}, item | {"title": "", "theme": [], "next": None}]
    path, own = "onboarding/applications.html", "/applications"
    return {
        "start": ("onboarding/start.html", None, "/", begun),
        "start, with figures": ("onboarding/start.html", None, "/", busy),
        "apply": ("onboarding/apply.html", None, "/apply", {"contact": contact, "errors": [problem("/contact/email")]}),
        **_intermediary(),
        "check": check_page({}, (), language),
        "checked": check_page(broken(), (problem("/operation/availability"), problem("/contact/email")), language),
        "resume": ("onboarding/resume.html", None, "/resume", {"action": "/resume", "minutes": 10}),
        "sent": ("onboarding/sent.html", None, "/sign-in/sent", {"minutes": 10, "printed": True}),
        **{
            f"sign-in link, {state}": (
                "onboarding/sign_in_link.html",
                None,
                "/sign-in/link/x",
                {
                    "state": state,
                    "action": "/sign-in/link/x",
                    "minutes": 10,
                },
            )
            for state in ("ready", "elsewhere", "over", "unknown")
        },
        "applications": (path, APPLICANT, own, {"items": mine, "next_link": "?x", "intermediary": True}),
        "no applications": (path, APPLICANT, own, {"items": [], "next_link": None, "intermediary": False}),
        "first section": section_page("organisation", {}, language),
        "section with errors": section_page("operation", broken(), language, (problem("/operation/availability"),)),
        "section under a proposal": section_page("use_case", _hostile(), language, status="proposed"),
        **_own_application(language),
    }


def _intermediary() -> dict[str, Sample]:
    row = {"row": 2, "name": HOSTILE, "provider": HOSTILE, "title": "", "verdict": "sound", "findings": 3}
    fault = {"row": 2, "column": HOSTILE, "code": "x", "text": {"de": HOSTILE, "en": HOSTILE}}
    view = {"dry_run": True, "model": "1.0", "items": [row], "errors": []}
    context = {
        "columns": [{"name": "organisation.kind", "label": HOSTILE, "choices": "a, b"}],
        "most": 200,
        "view": None,
        "text": "",
        "errors": [],
    }
    given = {"id": ID, "number": "BI-7K4Q", "title": HOSTILE, "text": HOSTILE, "at": "2027-05-14T11:02:00Z"}
    vouchers = {"items": [given | {"revoked": False}, given | {"title": "", "revoked": True}], "errors": []}
    wrong = {"items": [], "errors": [problem("/code")], "typed": {"code": HOSTILE, "text": HOSTILE}}

    def cohort(**but: Any) -> Sample:
        return "onboarding/cohorts.html", APPLICANT, "/cohorts", context | but

    vouching = ("onboarding/vouching.html", APPLICANT, "/vouching")
    return {
        "cohort": cohort(errors=[problem("table")]),
        "cohort with faults": cohort(view=view | {"errors": [fault]}),
        "checked cohort": cohort(view=view, text=HOSTILE),
        "imported cohort": cohort(view=view | {"dry_run": False, "items": [row | {"number": "BI-7K4Q"}]}),
        "vouching": (*vouching, vouchers | {"typed": {"code": "", "text": ""}}),
        "vouching, wrong": (*vouching, wrong),
    }


def check_page(answers: dict[str, Any], errors: tuple[Problem, ...], language: str) -> Sample:
    told = overview.remarks(SCHEMA, MODEL.check(answers) if answers else (), language)
    chapters = [
        {
            "section": section,
            "fields": form.fields(SCHEMA, section.key, answers, errors, language),
            "findings": [one for one in told if one["section"] == section.key and not one["gap"]],
            "gaps": [one for one in told if one["section"] == section.key and one["gap"]],
        }
        for section in form.sections(SCHEMA, language)
    ]
    context = {
        "model": "1.0",
        "chapters": chapters,
        "tally": overview.tally(told, RULES) if answers else None,
        "checklist": [ITEM] if answers else [],
        "contact": {"name": HOSTILE, "email": "", "language": "en"},
        "errors": errors,
    }
    return "onboarding/check.html", None, "/check", context


def _own_application(language: str) -> dict[str, Sample]:
    def page(answers: dict[str, Any], may: bool, template: str = "application", **but: Any) -> Sample:
        context = {
            "ahead": overview.ahead("in_review", language),
            "private_link": None,
            "offer": None,
            "news": None,
            "vouching_code": "IjAxOG.Zx",
            "versions": {"versions": 2, "compared": {}, "open": False},
            "papers": dict.fromkeys(("receipt", "letter", "pdf", "export", "delete"), True),
            "vouching_days": 14,
            "may": dict.fromkeys(("edit", "submit", "withdraw"), may),
            "errors": [],
            "typed": {},
            **(seen(answers, language) | but),
        }
        return f"onboarding/{template}.html", APPLICANT, HERE, context

    parking, refused = EXAMPLES["parking"], [problem("/answers/operation/availability"), problem("/items/1/text")]
    decided = application(
        "approved_with_conditions",
        parking,
        decision=decision(decided_at="2027-06-02T15:20:00+02:00"),
        next=None,
        links={"use_case": "/api/v1/use-cases/parkraum-lotse"},
    )
    drawn = application("draft", broken())
    asked = application("clarification", _hostile())
    moved = {"at": "2027-05-12T09:14:00+02:00", "status": "in_review", "actor": "approver", "note": HOSTILE}
    moves = [
        moved | {"move": "override", "rule": "BM-56"},
        moved | {"move": "judgement", "rule": "B", "verdict": "kept"},
    ]
    excepted = decided | {"timeline": moves, "checklist": [ITEM]}
    lost = [{"label": HOSTILE, "was": HOSTILE}]
    offer = {"model": "1.1", "until": "2027-06-30", "questions": [HOSTILE], "dropped": lost}
    one = {"pointer": "/use_case/title", "label": HOSTILE, "section": "use_case", "answered": False}
    news = {"from": "1.0", "questions": [one, one | {"answered": True}], "dropped": lost}
    return {
        "a newer version": page({}, may=True, application=drawn, offer=offer, private_link="http://hub.example/x"),
        "a changed version": page(
            {}, may=True, application=drawn, news=news, offer=offer | {"questions": [], "dropped": []}
        ),
        "check your answers": page(broken(), may=True, template="review", application=drawn, errors=refused[:1]),
        "empty draft": page({}, may=True, application=application("draft", {})),
        "draft": page(
            broken(), may=True, application=drawn, errors=[*refused, problem("/reason")], private_link="/r?t=1"
        ),
        "asked back": page(_hostile(), may=True, application=asked, notice=Text("Gut.", "Fine.")),
        "decided": page(parking, may=False, application=decided),
        "decided with an exception": page(
            parking, may=False, application=excepted, **seen(parking, language, [EXCEPTION, VOUCHER])
        ),
    }


def _hostile() -> dict[str, Any]:
    answers = deepcopy(EXAMPLES["parking"])
    answers["use_case"]["title"] = HOSTILE
    return answers


def _city(language: str) -> dict[str, Sample]:
    path = "onboarding/workbench.html"
    return {
        "workbench": (path, ADMIN, "/workbench", _queue()),
        "empty workbench": (
            path,
            ADMIN,
            "/workbench",
            _queue() | {"items": [], "open": 0, "overdue": 0, "next_link": None},
        ),
        **_case(language),
        **_models(language),
    }


def _queue() -> dict[str, Any]:
    item = {"id": ID, "number": "BI-7K4Q", "kind": "start_up", "theme": ["energy"], "findings": 2, "version": 1}
    late = {"who": "approver", "until": "2027-05-16"}
    return {
        "items": [
            item | {"title": HOSTILE, "provider": HOSTILE, "status": "proposed", "next": late},
            item | {"title": "", "provider": "", "status": "new", "kind": None, "theme": [], "next": None},
        ],
        "filters": {"status": "", "kind": "", "theme": "climate", "sort": "due", "overdue": False},
        "overdue": 2,
        "choices": {"status": ["submitted"], "kind": ["company"], "theme": ["energy", "climate"]},
        "open": 2,
        "next_link": "/workbench?after=x",
        "first": "/workbench",
    }


def _case(language: str) -> dict[str, Sample]:
    from tests.support.pages_of_papers import compared

    letter = {"message": "m", "channel": "email", "status": "failed", "at": "2027-05-14T11:02:00Z", "attempts": 3}

    def page(shown: dict[str, Any], *moves: str, **but: Any) -> Sample:
        context = {
            "application": shown,
            "may": {move: move in moves for move in ("ask", "propose", "confirm", "judge", "override")},
            "checklist": [],
            "mine": False,
            "deliveries": [letter],
            "versions": {"versions": 2, "compared": compared(language), "open": True},
            "errors": [],
            "typed": {"/outcome": "decline"},
            **(seen(shown["answers"], language) | but),
        }
        return "onboarding/case.html", ADMIN, f"/workbench/{ID}", context

    parking = EXAMPLES["parking"]
    reviewed = application("in_review", broken(), proposal=None)
    proposed = application("proposed", parking, proposal=decision())
    decided = application("proposed", {}, proposal=decision(), decision=decision(decided_at="2027-06-02", comment="x"))
    wrong = [problem(pointer) for pointer in ("/items/0/text", "/conditions/0/text", "/reason", "/nowhere")]
    return {
        "case": page(reviewed, "ask", "propose", errors=wrong),
        "second review": page(proposed, "confirm", errors=[problem("/comment"), problem("/agree")]),
        "own proposal": page(decided, mine=True, deliveries=None),
        "case with a checklist": page(
            reviewed | {"checklist": [ITEM]},
            "judge",
            "override",
            **seen(broken(), language, [EXCEPTION, VOUCHER]),
            checklist=overview.remarks(SCHEMA, [ITEM, ITEM | {"rule": "BM-81", "judged": JUDGED}], language),
        ),
        "judge": _assess("judge", ITEM, language, [problem("/verdict"), problem("/reason")]),
        "make an exception": _assess("override", EXCEPTION, language, []),
    }


def _assess(move: str, about: dict[str, Any], language: str, errors: list[Problem]) -> Sample:
    context = {
        "application": {"id": ID, "number": "BI-7K4Q", "title": HOSTILE, "version": 3},
        "about": overview.remarks(SCHEMA, [about], language)[0],
        "move": move,
        "errors": errors,
        "typed": {"verdict": "kept", "reason": HOSTILE},
    }
    return "onboarding/assess.html", ADMIN, f"/workbench/{ID}/{move}", context


def _models(language: str) -> dict[str, Sample]:
    who = {
        "changed_by": "admin:Kim Brand", "proposed_by": None, "proposed_at": None, "published_by": None,
        "published_at": None, "ended_by": None,
    }  # fmt: skip
    draft = {
        "version": "1.1", "status": "draft", "title": {"de": HOSTILE, "en": HOSTILE}, "published_on": "2027-01-01",
        "before": None, "reason": HOSTILE, "adopt_until": None, "grace_days": None, "ended": None, "sha256": "0" * 64,
        "until": None, "current": False, "signatures": who, "rules": 70,
    }  # fmt: skip
    proposed = draft | {
        "status": "proposed", "before": "1.0", "adopt_until": "2027-06-30", "grace_days": 90,
        "signatures": who | {"proposed_by": "admin:Kim Brand", "proposed_at": "2027-05-11T16:40:00+02:00"},
    }  # fmt: skip
    ended = {"at": "2027-05-11T16:40:00+02:00", "reason": HOSTILE, "until": "2027-06-30"}
    words = {"de": f"{HOSTILE}: 98,0 -> 99,0 %", "en": f"{HOSTILE}: 98.0 -> 99.0 %"}
    diff = {"from": "1.0", "to": "1.1", "items": [{"kind": "demand", "rule": "BM-31", "pointer": None, "text": words}]}

    def page(shown: dict[str, Any], *moves: str, path: str = "/workbench/models/1.1", **but: Any) -> Sample:
        context = {
            "model": shown, "newest": "1.0", "over": False, "compared": diff, "chapters": chapters(MODEL, language),
            "etag": "x", "may": {move: move in moves for move in MODEL_MOVES}, "errors": [], "typed": {}, **but,
        }  # fmt: skip
        return "onboarding/model.html", ADMIN if path.startswith("/workbench") else None, path, context

    wrong = [problem(pointer) for pointer in ("/reason", "/adopt_until", "/grace_days", "/nowhere")]
    public = {key: value for key, value in draft.items() if key != "signatures"}
    return {
        "models": ("onboarding/models.html", ADMIN, "/workbench/models", {
            "items": [draft, proposed | {"status": "published", "current": True}], "may": {"write": True},
        }),
        "a draft": page(draft, "write", "copy", "propose", errors=wrong, typed={"/reason": HOSTILE}),
        "a proposed version": page(proposed, "confirm", errors=[problem("/comment"), problem("/agree")]),
        "a version that counts": page(proposed | {"status": "published", "current": True}, "copy", "withdraw"),
        "an old version": page(proposed | {"status": "published", "until": "2027-06-30"}, "copy", "retire"),
        "a withdrawn version": page(public | {"status": "withdrawn", "ended": ended}, path="/models/1.1", over=True),
        "a retired version": page(public | {"status": "retired", "ended": ended}, path="/models/1.1", compared=None),
        "write a version": ("onboarding/model_draft.html", ADMIN, "/workbench/models/draft", {
            "text": HOSTILE, "version": "", "errors": [problem("/rules/3/pointer"), problem("")],
        }),
    }  # fmt: skip


MODEL_MOVES = ("write", "copy", "propose", "confirm", "withdraw", "retire")


def _public() -> dict[str, Sample]:
    use_case = {
        "slug": "parkraum-lotse",
        "title": HOSTILE,
        "summary": HOSTILE,
        "theme": ["mobility", "energy"],
        "stage": "test",
        "provider": HOSTILE,
        "strategy": ["mobilitaetsstrategie"],
        "since": "2027-03-01T10:00:00+01:00",
    }
    counted = {"theme": [{"value": "mobility", "count": 8}, {"value": "energy", "count": 0}]}
    found = {"items": [use_case, use_case | {"since": None, "strategy": [], "theme": []}], "q": HOSTILE, "total": 2}
    history = [{"at": "2026-11-01", "stage": "idea"}, {"at": "2027-03-01", "stage": "test"}]
    return {
        "catalog": (
            "catalog/catalog.html",
            None,
            "/catalog?theme=mobility",
            found
            | {
                "facets": facets(counted, {"theme": "mobility"}, HOSTILE),
                "next_link": "/catalog?after=x",
                "first": None,
            },
        ),
        "empty catalog": (
            "catalog/catalog.html",
            None,
            "/catalog",
            {"items": [], "q": "", "total": 0, "facets": facets({}, {}), "next_link": None, "first": "/catalog"},
        ),
        "use case": ("catalog/use_case.html", None, "/catalog/x", {"use_case": use_case | {"history": history}}),
        **_letters(),
    }


def _letters() -> dict[str, Sample]:
    message = {"id": "m1", "at": "2027-05-14T11:02:00Z", "application": ID, "subject": HOSTILE, "text": HOSTILE}
    letters = [message | {"read": False}, message | {"id": "m2", "read": True, "text": {"de": "x", "en": "y"}}]
    return {
        "messages": (
            "notifications/messages.html",
            APPLICANT,
            "/messages",
            {"items": letters, "unread": 1, "next_link": None, "first": "/messages"},
        ),
        "no messages": (
            "notifications/messages.html",
            ADMIN,
            "/messages",
            {"items": [], "unread": 0, "next_link": None, "first": None},
        ),
    }

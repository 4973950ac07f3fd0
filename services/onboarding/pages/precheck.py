"""The check before an application: anybody fills in the form and sees the findings; nothing is kept for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.commands import CheckAnswers
from services.onboarding.model import Model
from services.onboarding.pages import PAGES, form, overview
from services.onboarding.pages.applicants import owner_of
from services.onboarding.repository import Models
from shared.auth import applicant
from shared.kernel import Problem
from shared.web import Answer, Ask, http
from shared.web.showing import Wrong, attempt, one, show, sign_in
from shared.wire import House

START = schemas.StartSchema()
Fields = Mapping[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What the form said: `typed` as it was typed, `answers` what of it is one, `problems` what is none."""

    typed: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    contact: dict[str, str] = field(default_factory=dict)


def read(model: Model, fields: Fields) -> Posted:
    """Read a posted form into the answers that are checked."""
    typed, unreadable = form.parse_all(model.schema, fields)
    answers = {section: form.readable(section, given, unreadable) for section, given in typed.items()}
    refused = model.problems(answers)
    answers = {section: form.readable(section, given, refused) for section, given in answers.items()}
    contact = {name: one(dict(fields), f"/contact/{name}") for name in ("name", "email", "language")}
    return Posted(typed=typed, answers=answers, problems=(*unreadable, *refused), contact=contact)


class CheckDoors:
    """Does it fit?"""

    house: House

    @http("GET", "/check")
    def show_check(self, ask: Ask) -> Response:
        with self.house.database.reading() as session:
            return self._check_page(ask, Models(session).current(), Posted())

    @http("POST", "/check")
    def do_check(self, ask: Ask) -> Response:
        """Check what was posted, or make a draft of it; only the draft is kept."""
        fields = ask.session_form()
        with self.house.database.reading() as session:
            model = Models(session).current()
            posted = read(model, fields)
            found = handlers.check_answers(session, CheckAnswers(answers=posted.answers, model=model.version))
        if one(fields, "then") != "draft" or posted.problems:
            status = 422 if posted.problems else 200
            return self._check_page(ask, model, posted, status=status, found=found)

        def make() -> Response:
            return self._make_draft(ask, posted, one(fields, "idempotency_key"))

        return attempt(
            make,
            lambda status, wrong: self._check_page(ask, model, posted, status=status, found=found, wrong=wrong),
        )

    def _make_draft(self, ask: Ask, posted: Posted, key: str) -> Response:
        def act(session: Session, owner: str) -> Answer:
            contact = {name: value for name, value in posted.contact.items() if value}
            command = START.load({"contact": contact, "answers": posted.answers})
            application = handlers.start_application(session, command, ask.caller, owner)
            return Answer(body={"id": str(application.id)}, status=201, token_for=owner)

        answer = self.house.once(ask, lambda _: owner_of(ask), act, key=key)
        assert answer.token_for is not None
        return sign_in(ask, applicant(answer.token_for), f"/applications/{answer.body['id']}?done=drafted")

    @staticmethod
    def _check_page(
        ask: Ask,
        model: Model,
        posted: Posted,
        *,
        status: int = 200,
        found: Mapping[str, Any] | None = None,
        wrong: Wrong | None = None,
    ) -> Response:
        told = overview.remarks(model.schema, found["findings"] if found else (), ask.language)
        errors = [{"pointer": one.pointer, "text": one.text} for one in posted.problems]
        chapters = [
            {
                "section": section,
                "fields": form.fields(model.schema, section.key, posted.typed, posted.problems, ask.language),
                "findings": [remark for remark in told if remark["section"] == section.key and not remark["gap"]],
                "gaps": [remark for remark in told if remark["section"] == section.key and remark["gap"]],
            }
            for section in form.sections(model.schema, ask.language)
        ]
        return show(
            PAGES,
            ask,
            "onboarding/check.html",
            status=status,
            at="/check",
            model=model.version,
            chapters=chapters,
            tally=overview.tally(told, len(model.public["rules"])) if found else None,
            checklist=found["checklist"] if found else [],
            contact={"name": "", "email": "", "language": ask.language} | posted.contact,
            errors=[*errors, *(wrong or [])],
        )

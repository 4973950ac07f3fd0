"""The page on which applicants mend what a re-check found, and how all pages show what it found."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import APPROVED, Application, State
from services.onboarding.pages import PAGES, form, overview
from services.onboarding.repository import Applications, Models
from shared.auth import APPLICANT
from shared.kernel import Problem
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

CURE = schemas.CureSchema()


def rechecked(session: Session, application: Application, language: str) -> list[dict[str, Any]]:
    """Return what the newest re-check found, as `overview.remarks`; empty without one."""
    if application.status not in APPROVED or not application.rechecks:
        return []
    recheck = application.rechecks[-1]
    return overview.remarks(Models(session).get(recheck.model).schema, recheck.findings, language)


class CurePages:
    """Where applicants mend."""

    house: House

    @http("GET", "/applications/<id>/cure")
    def show_cure(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._cure_page(ask, id)

    @http("POST", "/applications/<id>/cure")
    def do_cure(self, ask: Ask, id: str) -> Response:  # noqa: A002
        """Take the answers of every section in which something is violated."""
        fields = ask.session_form()
        unreadable: list[Problem] = []

        def act(session: Session, application: Application) -> Answer:
            ask.match(application.version, one(fields, "version"))
            patch: dict[str, Any] = {}
            schema = _schema(session, application)
            for section in _sections(application):
                typed, problems = form.parse(schema, section, fields)
                unreadable.extend(problems)
                patch |= form.patch(schema, section, form.readable(section, typed, problems))
            if not unreadable:
                body = {"answers": patch}
                handlers.cure_application(session, application, CURE.load(body), ask.known())
            return Answer(body={"left": application.rechecks[-1].violations if application.rechecks else 0})

        def cure() -> Response:
            answer = self.house.once(
                ask, lambda session: self._cured(ask, session, id), act, key=one(fields, "idempotency_key")
            )
            if unreadable:
                return self._cure_page(ask, id, 422, posted=fields, problems=unreadable)
            left = answer.body["left"]
            return redirect(f"/applications/{id}/cure?done=mended_some" if left else f"/applications/{id}?done=mended")

        return attempt(cure, lambda status, wrong: self._cure_page(ask, id, status, posted=fields, wrong=wrong))

    @staticmethod
    def _cured(ask: Ask, session: Session, id_: str) -> Application:
        application = Applications(session).get_for(uuid_of(id_), ask.known())
        ask.require(APPLICANT)
        return application

    def _cure_page(
        self,
        ask: Ask,
        id_: str,
        status: int = 200,
        *,
        posted: dict[str, list[str]] | None = None,
        problems: list[Problem] | None = None,
        wrong: Wrong | None = None,
    ) -> Response:
        with self.house.database.reading() as session:
            application = self._cured(ask, session, id_)
            if application.status not in APPROVED or not _sections(application):
                return redirect(f"/applications/{id_}")
            schema, sections = _schema(session, application), _sections(application)
            answers = handlers.answers_to_cure(session, application, application.rechecks[-1])
            found = rechecked(session, application, ask.language)
            view = schemas.application_view(application, None)
        if posted is not None:
            answers = {**answers, **{section: form.parse(schema, section, posted)[0] for section in sections}}
        wanted = [part for part in form.sections(schema, ask.language) if part.key in sections]
        errors = [*(wrong or []), *({"pointer": one.pointer, "text": one.text} for one in problems or [])]
        return show(
            PAGES,
            ask,
            "onboarding/cure.html",
            status=status,
            at=f"/applications/{id_}/cure",
            application=view,
            parts=[
                {"section": part, "fields": form.fields(schema, part.key, answers, problems or [], ask.language)}
                for part in wanted
            ],
            findings=[remark for remark in found if remark["severity"] == "violation"],
            errors=[{**error, "pointer": error["pointer"].removeprefix("/answers")} for error in errors],
        )


def _sections(application: Application) -> list[str]:
    """Return the sections in which the open re-check found a violation."""
    recheck = application.rechecks[-1] if application.rechecks else None
    if recheck is None or recheck.state not in {State.GRACE, State.PAUSED}:
        return []
    violated = [one["pointer"].split("/")[1] for one in recheck.findings if one["severity"] == "violation"]
    return list(dict.fromkeys(violated))


def _schema(session: Session, application: Application) -> dict[str, Any]:
    model = application.rechecks[-1].model if application.rechecks else application.model
    return Models(session).get(model).schema

"""The pages of applicants: start, save and come back, follow, answer, withdraw."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.commands import ChangeApplication
from services.onboarding.domain import Application
from services.onboarding.model import patched
from services.onboarding.pages import PAGES, form, overview
from services.onboarding.pages.panels import look_at, panels
from services.onboarding.repository import Applications, Filters, Models
from shared.auth import APPLICANT, applicant
from shared.kernel import NotFound, Problem, Text
from shared.paging import next_link, page_of
from shared.web import Answer, Ask, File, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show, sign_in
from shared.wire import House

START, REPLY = schemas.StartSchema(), schemas.RepliesSchema()
SUBMIT, WITHDRAW, ADOPT = schemas.SubmitSchema(), schemas.WithdrawSchema(), schemas.AdoptSchema()
EXTEND, RECONSIDER = schemas.ExtendSchema(), schemas.ReconsiderSchema()


class ApplicantDoors:
    """What applicants see and do."""

    house: House

    @http("GET", "/")
    def show_start(self, ask: Ask) -> Response:
        with self.house.database.reading() as session:
            model, figures = Models(session).current(), handlers.figures(session)
        asked = sum(len(section["properties"]) for section in model.schema["properties"].values())
        facts = {"version": model.version, "questions": asked, "rules": len(model.public["rules"])}
        return show(PAGES, ask, "onboarding/start.html", model=facts, figures=figures)

    @http("GET", "/apply")
    def show_apply(self, ask: Ask) -> Response:
        return self._apply_page(ask, {"name": "", "email": "", "language": ask.language})

    @http("POST", "/apply")
    def do_apply(self, ask: Ask) -> Response:
        fields = ask.session_form()
        contact = {name: one(fields, f"/contact/{name}") for name in ("name", "email", "language")}

        def act(session: Session, owner: str) -> Answer:
            command = START.load({"contact": {key: value for key, value in contact.items() if value}})
            application = handlers.start_application(session, command, ask.caller, owner)
            return Answer(body={"id": str(application.id)}, status=201, token_for=owner)

        def start() -> Response:
            answer = self.house.once(ask, lambda _: owner_of(ask), act, key=one(fields, "idempotency_key"))
            assert answer.token_for is not None
            return sign_in(ask, applicant(answer.token_for), f"/applications/{answer.body['id']}")

        return attempt(start, lambda status, wrong: self._apply_page(ask, contact, status, wrong))

    @http("GET", "/applications")
    def show_applications(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        with self.house.database.reading() as session:
            query = Applications(session).newest_first(Filters(owner=ask.known().subject))
            found, headers = page_of(session, query, ask)
            items = [schemas.queue_view(application) for application in found]
            intermediary = Applications(session).intermediary(ask.known().subject) is not None
        return show(
            PAGES,
            ask,
            "onboarding/applications.html",
            items=items,
            next_link=next_link(headers),
            intermediary=intermediary,
        )

    @http("GET", "/applications/<id>")
    def show_application(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._application_page(ask, id)

    @http("GET", "/applications/<id>/sections/<section>")
    def show_section(self, ask: Ask, id: str, section: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._section_page(ask, id, section)

    @http("POST", "/applications/<id>/sections/<section>")
    def save_section(self, ask: Ask, id: str, section: str) -> Response:  # noqa: A002
        """Keep what can be read, valid or not; show again what cannot, and what saving newly asks for."""
        fields = ask.session_form()

        def save() -> Response:
            with self.house.database.transaction() as session:
                application = self._mine(ask, session, id)
                schema = Models(session).get(application.model).schema
                _check_section(schema, section)
                before, problems = form.asked(schema, section, application.answers), []
                if not self._is_kept(
                    schema, application, section, fields
                ):  # a second click on "save" finds its work done
                    ask.match(application.version, one(fields, "version"))
                    problems = self._keep(session, application, section, fields)
                added = bool(form.asked(schema, section, application.answers) - before)
            if problems or added:
                status = 422 if problems else 200
                return self._section_page(
                    ask, id, section, status=status, posted=fields, problems=problems, added=added
                )
            if one(fields, "then") == "next" and (following := _neighbours(schema, section, ask.language)[1]):
                return redirect(f"/applications/{id}/sections/{following.key}?done=saved")
            return redirect(f"/applications/{id}?done=saved")

        return attempt(
            save, lambda status, wrong: self._section_page(ask, id, section, status=status, posted=fields, wrong=wrong)
        )

    @http("POST", "/applications/<id>/submission")
    def do_submit(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return self._do(ask, id, SUBMIT, handlers.submit_application, body={}, done="submitted")

    @http("POST", "/applications/<id>/withdrawal")
    def do_withdraw(self, ask: Ask, id: str) -> Response:  # noqa: A002
        reason = one(ask.session_form(), "/reason")
        return self._do(ask, id, WITHDRAW, handlers.withdraw_application, body={"reason": reason}, done="withdrawn")

    @http("POST", "/applications/<id>/model")
    def do_adopt(self, ask: Ask, id: str) -> Response:  # noqa: A002
        body = {"model": one(ask.session_form(), "/model")}
        return self._do(ask, id, ADOPT, handlers.adopt_model, body=body, done="adopted")

    @http("POST", "/applications/<id>/replies")
    def do_reply(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields = ask.session_form()
        count = sum(name.startswith("/items/") and name.endswith("/question") for name in fields)
        items = [{part: one(fields, f"/items/{n}/{part}") for part in ("question", "text")} for n in range(count)]
        return self._do(ask, id, REPLY, handlers.reply_to_questions, body={"items": items}, done="replied")

    @http("POST", "/applications/<id>/extension")
    def do_extend(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return self._do(ask, id, EXTEND, handlers.extend_draft, body={}, done="extended")

    @http("POST", "/applications/<id>/reconsideration")
    def do_reconsider(self, ask: Ask, id: str) -> Response:  # noqa: A002
        reason = one(ask.session_form(), "/reason")
        body = {"reason": reason} if reason else {}
        return self._do(ask, id, RECONSIDER, handlers.reconsider_application, body=body, done="reconsidered")

    @http("GET", "/applications/<id>/calendar.ics")
    def show_calendar(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            page = f"{self.house.settings.public_url}/applications/{application.id}"
            content = schemas.calendar_of(application, ask.language, page)
        return File(content, "text/calendar", f"{application.number}.ics")

    def _do(self, ask: Ask, id_: str, schema: Schema, handler: Any, *, body: dict[str, Any], done: str) -> Response:
        """The same move as at the API; what was wrong is shown on the page of the application."""
        fields = ask.session_form()

        def act(session: Session, application: Application) -> Answer:
            ask.match(application.version, one(fields, "version"))
            handler(session, application, schema.load(body), ask.known())
            return Answer(body={})

        def move() -> Response:
            self.house.once(ask, lambda session: self._mine(ask, session, id_), act, key=one(fields, "idempotency_key"))
            return redirect(f"/applications/{id_}?done={done}")

        typed = {name: values[-1] for name, values in fields.items() if name.startswith("/")}
        return attempt(move, lambda status, wrong: self._application_page(ask, id_, status, wrong, typed))

    def _mine(self, ask: Ask, session: Session, id_: str) -> Application:
        application = Applications(session).get_for(uuid_of(id_), ask.known())
        ask.require(APPLICANT)
        return application

    @staticmethod
    def _is_kept(schema: dict[str, Any], application: Application, section: str, fields: dict[str, list[str]]) -> bool:
        typed, problems = form.parse(schema, section, fields)
        kept = patched(application.answers, form.patch(schema, section, typed))
        return not problems and bool(kept == application.answers)

    @staticmethod
    def _keep(session: Session, application: Application, section: str, fields: dict[str, list[str]]) -> list[Problem]:
        """Take in what is an answer; return what is none, be it unreadable or refused by the model."""
        model = Models(session).get(application.model)
        typed, problems = form.parse(model.schema, section, fields)
        patch = form.patch(model.schema, section, form.readable(section, typed, problems))
        refused = model.problems(patched(application.answers, patch))
        for problem in refused:
            patch[section][problem.pointer.split("/")[2]] = None
        handlers.change_application(
            session, application, ChangeApplication(answers=patch), applicant(application.owner)
        )
        return [*problems, *refused]

    def _apply_page(
        self, ask: Ask, contact: dict[str, str], status: int = 200, errors: Wrong | None = None
    ) -> Response:
        return show(PAGES, ask, "onboarding/apply.html", status=status, contact=contact, errors=errors or [])

    def _application_page(
        self, ask: Ask, id_: str, status: int = 200, errors: Wrong | None = None, typed: dict[str, str] | None = None
    ) -> Response:
        with self.house.database.reading() as session:
            shown = panels(look_at(ask, session, self.house.settings, id_))
        return show(
            PAGES,
            ask,
            "onboarding/application.html",
            status=status,
            at=f"/applications/{id_}",
            errors=errors or [],
            typed=typed or {},
            **shown,
        )

    def _section_page(
        self,
        ask: Ask,
        id_: str,
        section: str,
        *,
        status: int = 200,
        posted: dict[str, list[str]] | None = None,
        problems: list[Problem] | None = None,
        wrong: Wrong | None = None,
        added: bool = False,
    ) -> Response:
        """The form of a section: with the answers that are kept, or with what was `posted` and could not be."""
        with self.house.database.reading() as session:
            application = self._mine(ask, session, id_)
            view = schemas.application_view(application, None)
            schema = Models(session).get(application.model).schema
        _check_section(schema, section)
        answers = application.answers
        if posted is not None:
            answers = {**answers, section: form.parse(schema, section, posted)[0]}
        previous, following = _neighbours(schema, section, ask.language)
        told = overview.remarks(schema, view["findings"], ask.language)
        return show(
            PAGES,
            ask,
            "onboarding/section.html",
            status=status,
            at=f"/applications/{id_}/sections/{section}",
            application=view,
            section=next(part for part in form.sections(schema, ask.language) if part.key == section),
            previous=previous,
            next=following,
            fields=form.fields(schema, section, answers, problems or [], ask.language),
            errors=[*(wrong or []), *({"pointer": one.pointer, "text": one.text} for one in problems or [])],
            findings=[remark for remark in told if remark["section"] == section],
            visited=section in application.answers,
            added=added,
        )


def owner_of(ask: Ask) -> str:
    """Return who will own what `ask` begins: the applicant who asks, or somebody new."""
    caller = ask.caller
    return caller.subject if caller and APPLICANT in caller.roles else f"applicant:{uuid4()}"


def _check_section(schema: dict[str, Any], section: str) -> None:
    if section not in schema["properties"]:
        raise NotFound(Text(de="Diesen Abschnitt gibt es nicht.", en="There is no such section."), code="not_found")


def _neighbours(schema: dict[str, Any], section: str, language: str) -> tuple[form.Section | None, form.Section | None]:
    parts = form.sections(schema, language)
    place = next(index for index, part in enumerate(parts) if part.key == section)
    return parts[place - 1] if place else None, parts[place + 1] if place + 1 < len(parts) else None

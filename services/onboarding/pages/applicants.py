"""The pages of applicants: start, save and come back, follow, answer, withdraw."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application
from services.onboarding.pages import PAGES
from services.onboarding.pages.panels import look_at, panels
from services.onboarding.repository import Applications, Filters, Models
from shared.auth import APPLICANT, applicant
from shared.paging import next_link, page_of
from shared.web import Answer, Ask, File, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show, sign_in
from shared.wire import House

START, REPLY = schemas.StartSchema(), schemas.RepliesSchema()
SUBMIT, WITHDRAW, ADOPT = schemas.SubmitSchema(), schemas.WithdrawSchema(), schemas.AdoptSchema()
EXTEND, RECONSIDER = schemas.ExtendSchema(), schemas.ReconsiderSchema()

OWN_PAGE, REVIEW = "onboarding/application.html", "onboarding/review.html"


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

    @http("GET", "/applications/<id>/review")
    def show_review(self, ask: Ask, id: str) -> Response:  # noqa: A002
        """All answers on one page, each with the way to change it; what is no draft any more has no such page."""
        if away := known_or_sign_in(ask):
            return away
        return self._application_page(ask, id, template=REVIEW)

    @http("POST", "/applications/<id>/submission")
    def do_submit(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return self._do(ask, id, SUBMIT, handlers.submit_application, body={}, done="submitted", template=REVIEW)

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

    def _do(
        self,
        ask: Ask,
        id_: str,
        schema: Schema,
        handler: Any,
        *,
        body: dict[str, Any],
        done: str,
        template: str = OWN_PAGE,
    ) -> Response:
        """The same move as at the API; what was wrong is shown on the page that asked for it."""
        fields = ask.session_form()

        def act(session: Session, application: Application) -> Answer:
            ask.match(application.version, one(fields, "version"))
            handler(session, application, schema.load(body), ask.known())
            return Answer(body={})

        def move() -> Response:
            self.house.once(ask, lambda session: self._mine(ask, session, id_), act, key=one(fields, "idempotency_key"))
            return redirect(f"/applications/{id_}?done={done}")

        typed = {name: values[-1] for name, values in fields.items() if name.startswith("/")}
        return attempt(
            move, lambda status, wrong: self._application_page(ask, id_, status, wrong, typed, template=template)
        )

    def _mine(self, ask: Ask, session: Session, id_: str) -> Application:
        application = Applications(session).get_for(uuid_of(id_), ask.known())
        ask.require(APPLICANT)
        return application

    def _apply_page(
        self, ask: Ask, contact: dict[str, str], status: int = 200, errors: Wrong | None = None
    ) -> Response:
        return show(PAGES, ask, "onboarding/apply.html", status=status, contact=contact, errors=errors or [])

    def _application_page(
        self,
        ask: Ask,
        id_: str,
        status: int = 200,
        errors: Wrong | None = None,
        typed: dict[str, str] | None = None,
        *,
        template: str = OWN_PAGE,
    ) -> Response:
        with self.house.database.reading() as session:
            shown = panels(look_at(ask, session, self.house.settings, id_))
        if template == REVIEW and not shown["may"]["submit"]:
            return (
                redirect(f"/applications/{id_}")
                if ask.request.method == "GET"
                else self._application_page(ask, id_, status, errors)
            )
        return show(
            PAGES,
            ask,
            template,
            status=status,
            at=f"/applications/{id_}",
            errors=errors or [],
            typed=typed or {},
            **shown,
        )


def owner_of(ask: Ask) -> str:
    """Return who will own what `ask` begins: the applicant who asks, or somebody new."""
    caller = ask.caller
    return caller.subject if caller and APPLICANT in caller.roles else f"applicant:{uuid4()}"

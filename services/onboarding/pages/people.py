"""Inviting people to an application, and removing them, on its page."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application
from services.onboarding.repository import Applications
from shared.auth import APPLICANT
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import attempt, one
from shared.wire import House

INVITE = schemas.InvitePersonSchema()


class PeoplePages:
    """What stands under "working together"."""

    house: House
    _application_page: Any

    @http("POST", "/applications/<id>/people")
    def do_invite_person(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields = ask.session_form()
        typed = {"/email": one(fields, "/email")}

        def act(session: Session, application: Application) -> Answer:
            command = INVITE.load({"email": typed["/email"]})
            handlers.invite_person(session, application, command, ask.known())
            return Answer(body={}, status=201)

        def invite() -> Response:
            self.house.once(ask, lambda session: _mine(ask, session, id), act, key=one(fields, "idempotency_key"))
            return redirect(f"/applications/{id}?done=invited#people")

        again = attempt(invite, lambda status, wrong: self._application_page(ask, id, status, wrong, typed))
        assert isinstance(again, Response)
        return again

    @http("POST", "/applications/<id>/people/<person>/removal")
    def do_remove_person(self, ask: Ask, id: str, person: str) -> Response:  # noqa: A002
        ask.session_form()
        with self.house.database.transaction() as session:
            application = _mine(ask, session, id)
            handlers.remove_person(session, application, uuid_of(person), ask.known())
            left = not handlers.is_lead(session, application, ask.known())
        return redirect("/applications" if left else f"/applications/{id}?done=removed#people")


def _mine(ask: Ask, session: Session, id_: str) -> Application:
    application = Applications(session).get_for(uuid_of(id_), ask.known())
    ask.require(APPLICANT)
    return application

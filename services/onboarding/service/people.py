"""The doors of the people of an application: its owner and its contact invite others, and remove them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application
from services.onboarding.repository import Applications, People
from shared.auth import APPLICANT
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

PEOPLE = "/api/v1/applications/<id>/people"
INVITE = schemas.InvitePersonSchema()


class PeopleDoors:
    """Who works on an application beside the one who began it."""

    house: House

    @http(
        "GET",
        PEOPLE,
        doc=Doc(
            says="List who works on an application beside the one who began it",
            answers="People",
            security="applicant",
            refuses=(401, 403, 404, 422),
        ),
    )
    def list_people(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        with self.house.database.reading() as session:
            application = find(ask, session, id)
            ask.only()
            found = People(session).of(application.id)
            return Answer(body={"items": [schemas.person_view(*one) for one in found]})

    @http(
        "POST",
        PEOPLE,
        doc=Doc(
            says="Invite somebody by their address; they sign in by a link that is mailed to them",
            body=schemas.InvitePersonSchema,
            answers="Person",
            status=201,
            security="applicant",
            refuses=(400, 401, 403, 404, 409, 413, 415, 422, 503),
        ),
    )
    def invite_person(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        def act(session: Session, application: Application) -> Answer:
            invited = handlers.invite_person(session, application, INVITE.load(ask.json()), ask.known())
            view = schemas.person_view(*invited)
            headers = {"Location": f"/api/v1/applications/{application.id}/people/{view['id']}"}
            return Answer(body=view, status=201, headers=headers)

        return self.house.once(ask, lambda session: find(ask, session, id), act)

    @http(
        "DELETE",
        f"{PEOPLE}/<person>",
        doc=Doc(
            says="Remove somebody who was invited; whoever was invited may also go themselves",
            answers="People",
            security="applicant",
            refuses=(401, 403, 404, 503),
        ),
    )
    def remove_person(self, ask: Ask, id: str, person: str) -> Answer:  # noqa: A002
        with self.house.database.transaction() as session:
            application = find(ask, session, id)
            handlers.remove_person(session, application, uuid_of(person), ask.known())
            session.flush()
            found = People(session).of(application.id)
            return Answer(body={"items": [schemas.person_view(*one) for one in found]})


def find(ask: Ask, session: Session, id_: str) -> Application:
    application = Applications(session).get_for(uuid_of(id_), ask.known())
    ask.require(APPLICANT)
    return application

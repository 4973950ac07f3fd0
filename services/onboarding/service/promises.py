"""The doors about dates: keep a draft, ask for a reconsideration, the calendar, and how long it usually takes."""

from __future__ import annotations

from services.onboarding import handlers, schemas
from services.onboarding.repository import KINDS, Applications
from services.onboarding.service.applications import APPLICATION, ApplicationDoors, move
from shared.auth import APPLICANT
from shared.web import Answer, Ask, Doc, File, http
from shared.web.asking import uuid_of

EXTEND, RECONSIDER = schemas.ExtendSchema(), schemas.ReconsiderSchema()
ICS = "text/calendar"


class PromiseDoors(ApplicationDoors):
    """What applicants do about dates, and what everybody may know of them."""

    @http(
        "POST",
        f"{APPLICATION}/extension",
        doc=move("Keep a draft for another whole period", schemas.ExtendSchema, "applicant"),
    )
    def extend(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, EXTEND, handlers.extend_draft, APPLICANT)

    @http(
        "POST",
        f"{APPLICATION}/reconsideration",
        doc=move("Ask that others look at a decline again", schemas.ReconsiderSchema, "applicant"),
    )
    def reconsider(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, RECONSIDER, handlers.reconsider_application, APPLICANT)

    @http(
        "GET",
        f"{APPLICATION}/calendar.ics",
        doc=Doc(
            says="The days of one application as a calendar",
            answers="Calendar",
            gives=ICS,
            security="applicant or admin",
            refuses=(401, 404),
        ),
    )
    def calendar(self, ask: Ask, id: str) -> File:  # noqa: A002
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            page = f"{self.house.settings.public_url}/applications/{application.id}"
            return File(schemas.calendar_of(application, ask.language, page), ICS, f"{application.number}.ics")

    @http(
        "GET",
        "/api/v1/figures",
        doc=Doc(
            says="How long a decision takes, and what happened in the last seven days",
            answers="Figures",
            security="anybody",
            query=("kind",),
            refuses=(422,),
        ),
    )
    def figures(self, ask: Ask) -> Answer:
        ask.only("kind")
        with self.house.database.reading() as session:
            return Answer(body=handlers.figures(session, ask.choice("kind", KINDS)))

"""The doors through which applicants take their data along, and delete a draft."""

from __future__ import annotations

from services.onboarding import handlers, schemas
from services.onboarding.repository import Applications
from shared.auth import APPLICANT
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

APPLICATION = "/api/v1/applications/<id>"


class KeepingDoors:
    """What applicants may have, and may have forgotten."""

    house: House

    @http(
        "GET",
        f"{APPLICATION}/export",
        doc=Doc(
            says="Take along all that is known of an application",
            answers="Export",
            security="applicant",
            refuses=(401, 403, 404),
        ),
    )
    def export(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            ask.require(APPLICANT)
            name = f'attachment; filename="{application.number}.json"'
            return Answer(body=schemas.export_view(session, application), headers={"Content-Disposition": name})

    @http(
        "DELETE",
        APPLICATION,
        doc=Doc(
            says="Delete a draft with all that is known of it",
            answers="Deleted",
            security="applicant",
            refuses=(401, 403, 404, 409, 412, 428, 503),
        ),
    )
    def delete(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        with self.house.database.transaction() as session:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            ask.require(APPLICANT)
            handlers.need_lead(session, application, ask.known())
            ask.match(application.version)
            handlers.delete_draft(session, application)
            return Answer(body={"id": str(application.id), "number": application.number, "status": "deleted"})

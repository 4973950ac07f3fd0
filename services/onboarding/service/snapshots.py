"""The doors of an application's versions: what it said before, and what is different now."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application
from services.onboarding.repository import Applications
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

VERSIONS = "/api/v1/applications/<id>/versions"


class SnapshotDoors:
    """What applicants and admins read about versions of an application."""

    house: House

    @http(
        "GET",
        VERSIONS,
        doc=Doc(
            says="What the application said whenever it came to the city, oldest first",
            answers="Snapshots",
            security="applicant or admin",
            refuses=(401, 404),
        ),
    )
    def list_versions(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        with self.house.database.reading() as session:
            application = _find(session, ask, id)
            return Answer(body={"items": [schemas.snapshot_view(application, one) for one in application.snapshots]})

    @http(
        "GET",
        f"{VERSIONS}/<number>",
        doc=Doc(
            says="Read one version with its answers",
            answers="Snapshot",
            security="applicant or admin",
            refuses=(401, 404),
        ),
    )
    def read_version(self, ask: Ask, id: str, number: str) -> Answer:  # noqa: A002
        with self.house.database.reading() as session:
            application = _find(session, ask, id)
            kept = handlers.version_of(application, handlers.number_of(number))
            return Answer(body=schemas.snapshot_view(application, kept, whole=True))

    @http(
        "GET",
        f"{VERSIONS}/<number>/differences",
        doc=Doc(
            says="What is different from this version to another, in words; to the newest if nothing is said",
            answers="AnswerDifferences",
            security="applicant or admin",
            query=("to",),
            refuses=(401, 404, 422),
        ),
    )
    def compare_versions(self, ask: Ask, id: str, number: str) -> Answer:  # noqa: A002
        with self.house.database.reading() as session:
            application = _find(session, ask, id)
            ask.only("to")
            other = ask.number("to", 1, 1, handlers.MOST_VERSIONS) if "to" in ask.request.args else None
            return Answer(
                body=schemas.comparison_view(
                    handlers.compare_versions(session, application, handlers.number_of(number), other)
                )
            )


def _find(session: Session, ask: Ask, id_: str) -> Application:
    return Applications(session).get_for(uuid_of(id_), ask.known())

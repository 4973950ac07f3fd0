"""The doors of reported barriers: anybody reports, admins read and close."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.domain import Barrier
from services.onboarding.repository import Barriers
from shared.auth import ADMIN_ROLES, APPROVER, REVIEWER
from shared.paging import page_of
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

BARRIER = "/api/v1/barriers/<id>"
REPORT, CLOSE = schemas.ReportBarrierSchema(), schemas.CloseBarrierSchema()


class BarrierDoors:
    """What programs do about barriers."""

    house: House

    @http(
        "POST",
        "/api/v1/barriers",
        doc=Doc(
            says="Report a barrier: what could not be used, where, and how the page was seen",
            body=schemas.ReportBarrierSchema,
            answers="ReportedBarrier",
            status=201,
            refuses=(400, 413, 415, 422, 503),
        ),
    )
    def report_barrier(self, ask: Ask) -> Answer:
        def act(session: Session, _: None) -> Answer:
            barrier = handlers.report_barrier(session, REPORT.load(ask.json()))
            body = {"id": str(barrier.id), "reported_at": barrier.reported_at.isoformat()}
            return Answer(body=body, status=201, headers={"Location": f"/api/v1/barriers/{barrier.id}"})

        return self.house.once(ask, lambda _: None, act)

    @http(
        "GET",
        "/api/v1/barriers",
        doc=Doc(
            says="List reported barriers, newest first",
            answers="Barriers",
            security="admin",
            query=("limit", "after"),
            refuses=(401, 403, 422),
        ),
    )
    def list_barriers(self, ask: Ask) -> Answer:
        ask.require(*ADMIN_ROLES)
        ask.only("limit", "after")
        with self.house.database.reading() as session:
            found, headers = page_of(session, Barriers(session).newest_first(), ask)
            return Answer(body={"items": [schemas.barrier_view(one) for one in found]}, headers=headers)

    @http(
        "GET",
        BARRIER,
        doc=Doc(says="Read a report", answers="Barrier", security="admin", refuses=(401, 403, 404)),
    )
    def read_barrier(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        ask.require(*ADMIN_ROLES)
        with self.house.database.reading() as session:
            barrier = Barriers(session).get(uuid_of(id))
            return Answer(body=schemas.barrier_view(barrier), etag=str(barrier.version))

    @http(
        "POST",
        f"{BARRIER}/closing",
        doc=Doc(
            says="Close a report by saying what was done about it; it is deleted 90 days later",
            body=schemas.CloseBarrierSchema,
            answers="Barrier",
            security="reviewer or approver",
            refuses=(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503),
        ),
    )
    def close_barrier(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        def find(session: Session) -> Barrier:
            ask.require(REVIEWER, APPROVER)
            return Barriers(session).get(uuid_of(id))

        def act(session: Session, barrier: Barrier) -> Answer:
            ask.match(barrier.version)
            handlers.close_barrier(session, barrier, CLOSE.load(ask.json()), ask.known())
            session.flush()
            return Answer(body=schemas.barrier_view(barrier), etag=str(barrier.version))

        return self.house.once(ask, find, act)

"""The doors of vouching: an applicant hands over a code, an intermediary says something for the application."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application, Assessment
from services.onboarding.repository import Applications
from shared.auth import APPLICANT, VOUCHING_DAYS, Caller
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

INVITE, VOUCH, REVOKE = schemas.InviteSchema(), schemas.VouchSchema(), schemas.RevokeSchema()
MINE = "applicant"


class VoucherDoors:
    """What applicants and intermediaries do about vouching."""

    house: House

    @http(
        "POST",
        "/api/v1/applications/<id>/vouching",
        doc=Doc(
            says="Make a code with which an intermediary can vouch for this application",
            body=schemas.InviteSchema,
            answers="VouchingCode",
            security=MINE,
            refuses=(400, 401, 403, 404, 413, 415, 422, 503),
        ),
    )
    def invite(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        def find(session: Session) -> Application:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            ask.require(APPLICANT)
            return application

        def act(_: Session, application: Application) -> Answer:
            INVITE.load(ask.json())
            code = ask.keyring.vouching_code(str(application.id))
            return Answer(body={"code": code, "days": VOUCHING_DAYS, "links": {"page": "/vouching"}})

        return self.house.once(ask, find, act)

    @http(
        "POST",
        "/api/v1/vouchers",
        doc=Doc(
            says="Vouch for an application by the code its applicant handed over",
            body=schemas.VouchSchema,
            answers="Voucher",
            status=201,
            security=MINE,
            refuses=(400, 401, 403, 404, 409, 413, 415, 422, 503),
        ),
    )
    def vouch(self, ask: Ask) -> Answer:
        def act(session: Session, caller: Caller) -> Answer:
            command = VOUCH.load(ask.json())
            voucher = handlers.vouch(session, command, caller, ask.keyring)
            session.flush()
            view = schemas.voucher_view(voucher, Applications(session).get(voucher.application_id))
            return Answer(body=view, status=201, headers={"Location": f"/api/v1/vouchers/{voucher.id}"})

        return self.house.once(ask, lambda session: intermediary(session, ask), act)

    @http(
        "GET",
        "/api/v1/vouchers",
        doc=Doc(says="List what I vouched for", answers="Vouchers", security=MINE, refuses=(401, 403, 422)),
    )
    def list_vouchers(self, ask: Ask) -> Answer:
        ask.only()
        with self.house.database.reading() as session:
            given = Applications(session).vouched_by(intermediary(session, ask).subject)
            return Answer(body={"items": [schemas.voucher_view(*one) for one in given]})

    @http(
        "POST",
        "/api/v1/vouchers/<id>/revocation",
        doc=Doc(
            says="Take a voucher back",
            body=schemas.RevokeSchema,
            answers="Voucher",
            security=MINE,
            refuses=(400, 401, 403, 404, 409, 413, 415, 422, 503),
        ),
    )
    def revoke(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        def find(session: Session) -> tuple[Assessment, Application]:
            caller = intermediary(session, ask)
            return Applications(session).voucher(uuid_of(id), caller.subject)

        def act(session: Session, found: tuple[Assessment, Application]) -> Answer:
            REVOKE.load(ask.json())
            voucher, application = found
            handlers.revoke_voucher(session, application, voucher, ask.known())
            return Answer(body=schemas.voucher_view(voucher, application))

        return self.house.once(ask, find, act)


def intermediary(session: Session, ask: Ask) -> Caller:
    """Return the caller if they are an intermediary, or raise Forbidden."""
    caller = ask.require(APPLICANT)
    handlers.need_intermediary(session, caller)
    return caller

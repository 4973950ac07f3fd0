"""The page on which an intermediary vouches for an application, and takes that back."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.pages import PAGES
from services.onboarding.repository import Applications
from shared.auth import APPLICANT, Caller
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

VOUCH = schemas.VouchSchema()


class VouchingPages:
    """What intermediaries see of their vouchers."""

    house: House

    @http("GET", "/vouching")
    def show_vouching(self, ask: Ask) -> Response:
        return known_or_sign_in(ask) or self._vouching_page(ask)

    @http("POST", "/vouching")
    def do_vouch(self, ask: Ask) -> Response:
        fields = ask.session_form()
        body = {"code": one(fields, "/code"), "text": one(fields, "/text")}

        def act(session: Session, caller: Caller) -> Answer:
            handlers.vouch(session, VOUCH.load(body), caller, ask.keyring)
            return Answer(body={})

        return self._once(ask, act, "vouched")

    @http("POST", "/vouching/<id>/revocation")
    def do_revoke(self, ask: Ask, id: str) -> Response:  # noqa: A002
        def act(session: Session, caller: Caller) -> Answer:
            voucher, application = Applications(session).voucher(uuid_of(id), caller.subject)
            handlers.revoke_voucher(session, application, voucher, caller)
            return Answer(body={})

        return self._once(ask, act, "revoked")

    def _once(self, ask: Ask, act: Callable[[Session, Caller], Answer], done: str) -> Response:
        fields = ask.session_form()

        def move() -> Response:
            self.house.once(ask, lambda session: _intermediary(session, ask), act, key=one(fields, "idempotency_key"))
            return redirect(f"/vouching?done={done}")

        typed = {name: one(fields, f"/{name}") for name in ("code", "text")}
        return attempt(move, lambda status, wrong: self._vouching_page(ask, status, wrong, typed))

    def _vouching_page(
        self, ask: Ask, status: int = 200, errors: Wrong | None = None, typed: dict[str, str] | None = None
    ) -> Response:
        with self.house.database.reading() as session:
            caller = _intermediary(session, ask)
            items = [schemas.voucher_view(*given) for given in Applications(session).vouched_by(caller.subject)]
        return show(
            PAGES,
            ask,
            "onboarding/vouching.html",
            status=status,
            at="/vouching",
            items=items,
            errors=errors or [],
            typed={"code": "", "text": ""} | (typed or {}),
        )


def _intermediary(session: Session, ask: Ask) -> Caller:
    caller = ask.require(APPLICANT)
    handlers.need_intermediary(session, caller)
    return caller

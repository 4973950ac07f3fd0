"""How somebody comes in: signing out everywhere, a new access token, keys for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import MOST_KEYS, MOST_MONTHS
from services.onboarding.pages import PAGES
from services.onboarding.repository import Access
from shared.auth import APPLICANT, Caller
from shared.register import READ, SCOPES
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show, sign_in_anew, sign_out
from shared.wire import House

PAGE = "/applications/access"
ISSUE = schemas.IssueKeySchema()


class AccessDoors:
    """What applicants do about their own access."""

    house: House

    @http("GET", PAGE)
    def show_access(self, ask: Ask) -> Response:
        return known_or_sign_in(ask) or self._access_page(ask)

    @http("POST", f"{PAGE}/everywhere")
    def do_sign_out_everywhere(self, ask: Ask) -> Response:
        """End all sessions and tokens of who asks; API keys go on, they end one by one."""
        ask.session_form()
        with self.house.database.transaction() as session:
            handlers.end_everywhere(session, ask.known().subject)
        return sign_out(ask)

    @http("POST", f"{PAGE}/token")
    def do_renew_token(self, ask: Ask) -> Response:
        ask.session_form()
        caller = ask.require(APPLICANT)
        with self.house.database.transaction() as session:
            token, generation = handlers.renew_token(session, ask.keyring, caller)
        return sign_in_anew(self._access_page(ask, token=token), ask, caller, generation)

    @http("POST", f"{PAGE}/keys")
    def do_issue_key(self, ask: Ask) -> Response:
        fields = ask.session_form()
        scopes = [READ] if one(fields, "/scopes") == READ else list(SCOPES)
        typed = {"name": one(fields, "/name"), "scopes": one(fields, "/scopes")}
        said = one(fields, "/months")
        months: int | str = int(said) if said.isascii() and said.isdigit() else said

        def act(session: Session, caller: Caller) -> Answer:
            body = {"name": typed["name"], "scopes": scopes, "months": months}
            key = handlers.issue_key(session, ISSUE.load(body), ask.keyring, caller)
            return Answer(body={"id": str(key.id)}, status=201)

        def issue() -> Response:
            key = one(fields, "idempotency_key")
            answer = self.house.once(ask, lambda _: ask.require(APPLICANT), act, key=key)
            return self._access_page(ask, key=ask.keyring.api_key(UUID(answer.body["id"])))

        return attempt(issue, lambda status, wrong: self._access_page(ask, status, wrong, typed=typed))

    @http("POST", f"{PAGE}/keys/<id>/removal")
    def do_end_key(self, ask: Ask, id: str) -> Response:  # noqa: A002
        ask.session_form()
        with self.house.database.transaction() as session:
            handlers.end_key(session, handlers.find_key(session, uuid_of(id), ask.require(APPLICANT)))
        return redirect(f"{PAGE}?done=key_ended")

    def _access_page(
        self,
        ask: Ask,
        status: int = 200,
        errors: Wrong | None = None,
        *,
        typed: dict[str, str] | None = None,
        token: str = "",
        key: str = "",
    ) -> Response:
        caller = ask.require(APPLICANT)
        with self.house.database.reading() as session:
            keys = [schemas.key_view(one) for one in Access(session).keys_of(caller.subject, datetime.now(UTC))]
        shown = {"keys": keys, "most": MOST_KEYS, "months": MOST_MONTHS, "token": token, "key": key}
        shown |= {"errors": errors or [], "typed": typed or {"name": "", "scopes": READ}}
        return show(PAGES, ask, "onboarding/access.html", status=status, at=PAGE, **shown)

"""The doors of API keys: two live ones at most, so that one can take over from the other."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.domain import ApiKey
from services.onboarding.repository import Access
from shared.auth import APPLICANT, Caller
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

ISSUE = schemas.IssueKeySchema()
REFUSES = (400, 401, 403, 409, 413, 415, 422, 503)


class KeyDoors:
    """What applicants do about the keys of their programs; not by a key, only themselves."""

    house: House

    @http(
        "GET",
        "/api/v1/keys",
        doc=Doc(says="List my live API keys", answers="Keys", security="applicant", refuses=(401, 403, 422)),
    )
    def list_keys(self, ask: Ask) -> Answer:
        caller = _themselves(ask)
        ask.only()
        with self.house.database.reading() as session:
            found = Access(session).keys_of(caller.subject, datetime.now(UTC))
            return Answer(body={"items": [schemas.key_view(one) for one in found]})

    @http(
        "POST",
        "/api/v1/keys",
        doc=Doc(
            says="Issue an API key; it is shown here only",
            body=schemas.IssueKeySchema,
            answers="NewKey",
            status=201,
            security="applicant",
            refuses=REFUSES,
        ),
    )
    def issue_key(self, ask: Ask) -> Answer:
        def act(session: Session, caller: Caller) -> Answer:
            key = handlers.issue_key(session, ISSUE.load(ask.json()), ask.keyring, caller)
            headers = {"Location": f"/api/v1/keys/{key.id}"}
            return Answer(body=schemas.key_view(key), status=201, headers=headers, key_for=str(key.id))

        return self.house.once(ask, lambda _: _themselves(ask), act)

    @http(
        "DELETE",
        "/api/v1/keys/<id>",
        doc=Doc(says="End an API key at once", answers="Key", security="applicant", refuses=(401, 403, 404, 503)),
    )
    def end_key(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        caller = _themselves(ask)
        with self.house.database.transaction() as session:
            key: ApiKey = handlers.find_key(session, uuid_of(id), caller)
            handlers.end_key(session, key)
            return Answer(body=schemas.key_view(key))


def _themselves(ask: Ask) -> Caller:
    ask.need_person()
    return ask.require(APPLICANT)

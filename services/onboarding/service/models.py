"""The doors of the model: read it, check answers with it, write the next version and put it into force."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from marshmallow import Schema
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.commands import WriteDraft
from services.onboarding.domain import ModelVersion
from services.onboarding.repository import Models
from shared.auth import APPROVER, EDITOR, Caller
from shared.web import Answer, Ask, Doc, errors, http
from shared.web.body import LARGE
from shared.wire import House

MODEL = "/api/v1/models/<version>"
#: A whole model has more fields than other bodies.
MAX_KEYS = 20_000

CHECK = schemas.CheckSchema()
PROPOSE, CONFIRM = schemas.PublicationSchema(), schemas.ConfirmPublicationSchema()
WITHDRAW, RETIRE = schemas.WithdrawPublicationSchema(), schemas.RetireSchema()
Handler = Callable[[Session, ModelVersion, Any, Caller], None]


def move(says: str, body: type[Schema], who: str = "editor") -> Doc:
    """Document a door that changes the life of one version."""
    refuses = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)
    return Doc(says=says, body=body, answers="ModelVersion", security=who, refuses=refuses)


class ModelDoors:
    """What everybody may do with the model, and what editors do."""

    house: House

    @http("GET", "/api/v1/models", doc=Doc(says="List the versions of the model", answers="Models", refuses=(422,)))
    def list_models(self, ask: Ask) -> Answer:
        ask.only()
        admin = _is_admin(ask)
        with self.house.database.reading() as session:
            models = Models(session)
            newest, seen = models.newest().name, [one for one in models.all() if one.is_seen or admin]
            etags = [schemas.version_etag(one, models.compiled(one), admin=admin) for one in seen]
            items = [
                schemas.version_view(one, models.compiled(one), admin=admin) | {"current": one.name == newest}
                for one in seen
            ]
        etag = hashlib.sha256("".join(etags).encode()).hexdigest()
        return Answer(body={"items": items}, etag=etag, cached=True)

    @http(
        "GET",
        "/api/v1/models/current",
        doc=Doc(says="Read the model new applications are checked with", answers="Model"),
    )
    def current_model(self, ask: Ask) -> Answer:
        with self.house.database.reading() as session:
            models = Models(session)
            return _whole(models, models.newest(), admin=_is_admin(ask))

    @http(
        "GET",
        MODEL,
        doc=Doc(
            says="Read one version of the model; also one that does not count any more, and says so",
            answers="Model",
            refuses=(404,),
        ),
    )
    def one_model(self, ask: Ask, version: str) -> Answer:
        admin = _is_admin(ask)
        with self.house.database.reading() as session:
            models = Models(session)
            return _whole(models, models.version(version, sees_drafts=admin), admin=admin)

    @http(
        "GET",
        f"{MODEL}/diff",
        doc=Doc(
            says="What is different from another version, in words",
            answers="Differences",
            query=("from",),
            refuses=(404, 422),
        ),
    )
    def diff_model(self, ask: Ask, version: str) -> Answer:
        ask.only("from")
        admin = _is_admin(ask)
        with self.house.database.reading() as session:
            compared = handlers.compare(session, version, ask.request.args.get("from"), sees_drafts=admin)
        return Answer(body=compared)

    @http(
        "PUT",
        MODEL,
        doc=Doc(
            says="Write a draft: the whole document, kept exactly as it is sent. `If-Match` if there is one already",
            body={"type": "object", "description": "A model document.", "additionalProperties": True},
            answers="ModelVersion",
            creates=True,
            security="editor",
            refuses=(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503),
        ),
        limit=LARGE,
    )
    def write_model(self, ask: Ask, version: str) -> Answer:
        caller = ask.require(EDITOR)
        try:
            with self.house.database.transaction() as session:
                models = Models(session)
                known = models.to_move(version) if models.has(version) else None
                if known:
                    ask.match(schemas.version_etag(known, models.compiled(known), admin=True))
                ask.json(MAX_KEYS)
                command = WriteDraft(version=version, document=ask.body.decode())
                written = handlers.write_draft(session, command, caller, known)
                session.flush()
                return _life(models, written, status=200 if known else 201)
        except IntegrityError as error:  # two people began the same version at the same moment
            raise errors.stale() from error

    @http(
        "POST",
        f"{MODEL}/publication",
        doc=move("Propose to publish a draft: the first signature", schemas.PublicationSchema),
    )
    def propose_model(self, ask: Ask, version: str) -> Answer:
        return self._move_model(ask, version, PROPOSE, handlers.propose_publication, EDITOR)

    @http(
        "POST",
        f"{MODEL}/publication/confirmation",
        doc=move(
            "Publish what somebody else proposed, or return it: the second signature",
            schemas.ConfirmPublicationSchema,
            "editor or approver",
        ),
    )
    def confirm_model(self, ask: Ask, version: str) -> Answer:
        return self._move_model(ask, version, CONFIRM, handlers.confirm_publication, EDITOR, APPROVER)

    @http(
        "POST",
        f"{MODEL}/withdrawal",
        doc=move("Take a mistaken publication back", schemas.WithdrawPublicationSchema),
    )
    def withdraw_model(self, ask: Ask, version: str) -> Answer:
        return self._move_model(ask, version, WITHDRAW, handlers.withdraw_publication, EDITOR)

    @http(
        "POST",
        f"{MODEL}/retirement",
        doc=move("Let a version run out that a newer one has replaced", schemas.RetireSchema),
    )
    def retire_model(self, ask: Ask, version: str) -> Answer:
        return self._move_model(ask, version, RETIRE, handlers.retire_version, EDITOR)

    @http(
        "POST",
        "/api/v1/checks",
        doc=Doc(
            says="Check answers against the model; nothing is stored",
            body=schemas.CheckSchema,
            answers="Check",
            refuses=(400, 413, 415, 422),
        ),
    )
    def check(self, ask: Ask) -> Answer:
        command = CHECK.load(ask.json())
        with self.house.database.reading() as session:
            return Answer(body=handlers.check_answers(session, command, sees_drafts=_is_admin(ask)))

    def _move_model(self, ask: Ask, name: str, schema: Schema, handler: Handler, *roles: str) -> Answer:
        """One move of one version: checks in the order the public surface promises."""

        def find(session: Session) -> ModelVersion:
            models = Models(session)
            models.version(name, sees_drafts=ask.known().is_admin)
            ask.require(*roles)
            return models.to_move(name)

        def act(session: Session, version: ModelVersion) -> Answer:
            models = Models(session)
            ask.match(schemas.version_etag(version, models.compiled(version), admin=True))
            handler(session, version, schema.load(ask.json()), ask.known())
            session.flush()
            return _life(models, version)

        return self.house.once(ask, find, act)


def _is_admin(ask: Ask) -> bool:
    return ask.caller is not None and ask.caller.is_admin


def _whole(models: Models, version: ModelVersion, *, admin: bool) -> Answer:
    model = models.compiled(version)
    body = schemas.model_body(version, model, admin=admin)
    return Answer(body=body, etag=schemas.version_etag(version, model, admin=admin), cached=True)


def _life(models: Models, version: ModelVersion, status: int = 200) -> Answer:
    model = models.compiled(version)
    return Answer(
        body=schemas.version_view(version, model, admin=True),
        status=status,
        etag=schemas.version_etag(version, model, admin=True),
        headers={"Location": f"/api/v1/models/{version.name}"} if status == 201 else {},  # noqa: PLR2004
    )

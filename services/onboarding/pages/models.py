"""The pages of the model: versions, one version in words, and for editors how the next one comes into force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.commands import WriteDraft
from services.onboarding.domain import ModelVersion, VersionStatus, stays_until
from services.onboarding.model import Model, ModelError, parse
from services.onboarding.pages import PAGES, form
from services.onboarding.pages.questions import questions
from services.onboarding.repository import Models
from shared.auth import ADMIN_ROLES, APPROVER, EDITOR, Caller
from shared.web import Answer, Ask, errors, http, redirect
from shared.web.body import LARGE
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

PROPOSE, CONFIRM = schemas.PublicationSchema(), schemas.ConfirmPublicationSchema()
WITHDRAW, RETIRE = schemas.WithdrawPublicationSchema(), schemas.RetireSchema()
YES_OR_NO = {"ja": True, "nein": False}


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the model: what it asks, and the rules about it."""

    key: str
    number: int
    label: str
    questions: list[dict[str, Any]]
    rules: list[dict[str, Any]]


def chapters(model: Model, language: str) -> list[Chapter]:
    """Return the whole model in words, chapter by chapter; rules about no question come with the first."""
    rules = list(model.public["rules"])
    found = []
    for section in form.sections(model.schema, language):
        asked = [
            {
                "pointer": question.pointer,
                "label": question.label(language),
                "hint": question.text(language).get("hint", ""),
                "choices": list(question.choices(language).values()),
                "required": question.required,
            }
            for question in questions(model.schema, section.key)
        ]
        mine = [one for one in rules if one["pointer"].startswith(f"/{section.key}/")]
        if section.number == 1:
            mine = [one for one in rules if not one["pointer"]] + mine
        found.append(Chapter(section.key, section.number, section.label, asked, mine))
    return found


class ModelPages:
    """What everybody reads of the model, and what editors do with it."""

    house: House

    @http("GET", "/models/<version>")
    def show_model(self, ask: Ask, version: str) -> Response:
        """The address that a check names: it also shows a version that does not count any more, and says so."""
        admin = ask.caller is not None and ask.caller.is_admin
        if version == "current":
            with self.house.database.reading() as session:
                version = Models(session).newest().name
        return show(
            PAGES, ask, "onboarding/model.html", **self._model(ask, version, None, admin=admin), errors=[], typed={}
        )

    @http("GET", "/workbench/models")
    def show_models(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        caller = ask.require(*ADMIN_ROLES)
        with self.house.database.reading() as session:
            models = Models(session)
            newest, known = models.newest().name, models.all()
            items = [
                schemas.version_view(one, models.compiled(one), admin=True)
                | {"current": one.name == newest, "rules": len(models.compiled(one).public["rules"])}
                for one in reversed(known)
            ]
        return show(PAGES, ask, "onboarding/models.html", items=items, may={"write": EDITOR in caller.roles})

    @http("GET", "/workbench/models/draft")
    def show_new_draft(self, ask: Ask) -> Response:
        """An empty form, or with `?of=1.1` the text of a version to go on from."""
        if away := known_or_sign_in(ask):
            return away
        ask.require(EDITOR)
        of, text, version = ask.request.args.get("of"), "", ""
        if of:
            with self.house.database.reading() as session:
                models = Models(session)
                known = models.version(of)
                text = known.document
                if known.status in {VersionStatus.DRAFT, VersionStatus.PROPOSED}:
                    version = schemas.version_etag(known, models.compiled(known), admin=True)
        return self._draft_page(ask, text, version)

    @http("POST", "/workbench/models/draft", limit=LARGE)
    def do_write(self, ask: Ask) -> Response:
        fields = ask.session_form()
        text = (one(fields, "file") or one(fields, "/document")).replace("\r\n", "\n")
        seen = one(fields, "version")
        named: list[str] = []

        def find(session: Session) -> Caller:
            return ask.require(EDITOR)

        def act(session: Session, caller: Caller) -> Answer:
            name = _version_of(text)
            models = Models(session)
            known = models.to_move(name) if models.has(name) else None
            if known:
                ask.match(schemas.version_etag(known, models.compiled(known), admin=True), seen)
            handlers.write_draft(session, WriteDraft(version=name, document=text), caller, known)
            return Answer(body={"version": name})

        def write() -> Response:
            try:
                answer = self.house.once(ask, find, act, key=one(fields, "idempotency_key"))
            except IntegrityError as error:  # two people began the same version at the same moment
                raise errors.stale() from error
            named.append(answer.body["version"])
            return redirect(f"/workbench/models/{named[0]}?done=saved")

        return attempt(write, lambda status, wrong: self._draft_page(ask, text, seen, status, wrong))

    @http("GET", "/workbench/models/<version>")
    def show_version(self, ask: Ask, version: str) -> Response:
        if away := known_or_sign_in(ask):
            return away
        return self._version_page(ask, version)

    @http("POST", "/workbench/models/<version>/publication")
    def do_propose_model(self, ask: Ask, version: str) -> Response:
        fields = ask.session_form()
        days = one(fields, "/grace_days")
        body = {"reason": one(fields, "/reason"), "adopt_until": one(fields, "/adopt_until")}
        given = {"grace_days": int(days) if days.isdecimal() and len(days) < 6 else days}  # noqa: PLR2004
        return self._move_version(
            ask, version, PROPOSE, handlers.propose_publication, body=body | given, done="proposed", roles={EDITOR}
        )

    @http("POST", "/workbench/models/<version>/publication/confirmation")
    def do_confirm_model(self, ask: Ask, version: str) -> Response:
        fields = ask.session_form()
        agree = YES_OR_NO.get(one(fields, "/agree"), "")
        body = {"agree": agree, "comment": one(fields, "/comment")}
        done = "returned" if agree is False else "published"
        return self._move_version(
            ask, version, CONFIRM, handlers.confirm_publication, body=body, done=done, roles={EDITOR, APPROVER}
        )

    @http("POST", "/workbench/models/<version>/withdrawal")
    def do_withdraw_model(self, ask: Ask, version: str) -> Response:
        body = {"reason": one(ask.session_form(), "/reason")}
        return self._move_version(
            ask, version, WITHDRAW, handlers.withdraw_publication, body=body, done="taken_back", roles={EDITOR}
        )

    @http("POST", "/workbench/models/<version>/retirement")
    def do_retire_model(self, ask: Ask, version: str) -> Response:
        fields = ask.session_form()
        body = {"reason": one(fields, "/reason"), "until": one(fields, "/until")}
        return self._move_version(
            ask, version, RETIRE, handlers.retire_version, body=body, done="retired", roles={EDITOR}
        )

    def _move_version(
        self, ask: Ask, name: str, schema: Schema, handler: Any, *, body: dict[str, Any], done: str, roles: set[str]
    ) -> Response:
        """The same move as at the API; what was wrong is shown on the page of the version."""
        fields = ask.session_form()
        given = {key: value for key, value in body.items() if value not in ("", None)}

        def find(session: Session) -> ModelVersion:
            ask.require(*roles)
            return Models(session).to_move(name)

        def act(session: Session, version: ModelVersion) -> Answer:
            model = Models(session).compiled(version)
            ask.match(schemas.version_etag(version, model, admin=True), one(fields, "version"))
            handler(session, version, schema.load(given), ask.known())
            return Answer(body={})

        def move() -> Response:
            self.house.once(ask, find, act, key=one(fields, "idempotency_key"))
            return redirect(f"/workbench/models/{name}?done={done}")

        typed = {key: values[-1] for key, values in fields.items() if key.startswith("/")}
        return attempt(move, lambda status, wrong: self._version_page(ask, name, status, wrong, typed))

    def _version_page(
        self, ask: Ask, name: str, status: int = 200, wrong: Wrong | None = None, typed: dict[str, str] | None = None
    ) -> Response:
        seen = self._model(ask, name, ask.require(*ADMIN_ROLES), admin=True)
        at = f"/workbench/models/{name}"
        return show(
            PAGES, ask, "onboarding/model.html", status=status, at=at, **seen, errors=wrong or [], typed=typed or {}
        )

    def _model(self, ask: Ask, name: str, editor: Caller | None, *, admin: bool) -> dict[str, Any]:
        """What the page of one version shows; `editor` is who may do something with it there."""
        with self.house.database.reading() as session:
            models = Models(session)
            version = models.version(name, sees_drafts=admin)
            model, newest, known = models.compiled(version), models.newest(), models.all()
            compared = handlers.compare(session, name, None, sees_drafts=admin)
            view = schemas.version_view(version, model, admin=admin)
        until = stays_until(name, known) if version.is_seen else None
        return {
            "model": view | {"until": until.isoformat() if until else None, "current": version is newest},
            "newest": newest.name,
            "over": version.status is VersionStatus.WITHDRAWN or bool(until and until < datetime.now(UTC).date()),
            "compared": compared if compared["from"] != compared["to"] else None,
            "chapters": chapters(model, ask.language),
            "etag": schemas.version_etag(version, model, admin=True),
            "may": _may(version, newest, editor),
        }

    def _draft_page(self, ask: Ask, text: str, version: str, status: int = 200, wrong: Wrong | None = None) -> Response:
        return show(
            PAGES,
            ask,
            "onboarding/model_draft.html",
            status=status,
            at="/workbench/models/draft",
            text=text,
            version=version,
            errors=wrong or [],
        )


def _may(version: ModelVersion, newest: ModelVersion, caller: Caller | None) -> dict[str, bool]:
    """Which forms to show; whether a move is really possible the aggregate decides."""
    roles = caller.roles if caller else frozenset()
    edits, status = EDITOR in roles, version.status
    others = caller is not None and caller.subject != version.proposed_by
    return {
        "write": edits and status in {VersionStatus.DRAFT, VersionStatus.PROPOSED},
        "copy": edits,
        "propose": edits and status is VersionStatus.DRAFT,
        "confirm": bool(roles & {EDITOR, APPROVER}) and status is VersionStatus.PROPOSED and others,
        "withdraw": edits and version is newest and version.before is not None,
        "retire": edits and status is VersionStatus.PUBLISHED and version is not newest,
    }


def _version_of(text: str) -> str:
    """Return the version that a document says it is. Raises Invalid."""
    try:
        found = parse(text, "draft").get("version")
    except ModelError as error:
        raise handlers.broken(error) from error
    return found if isinstance(found, str) else ""

"""The doors of applications: apply, follow, move, decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from marshmallow import Schema
from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application, Status, day_of
from services.onboarding.repository import KINDS, THEMES, Applications, Filters
from shared.auth import ADMIN_ROLES, APPLICANT, APPROVER, REVIEWER, Caller
from shared.paging import page_of
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

APPLICATION = "/api/v1/applications/<id>"
LIST_PARAMETERS = ("status", "kind", "theme", "overdue", "sort", "limit", "after")
SORTS = ("newest", "due")
ADOPT = schemas.AdoptSchema()
Handler = Callable[[Session, Application, Any, Caller], None]

START, CHANGE, SUBMIT, WITHDRAW = (
    schemas.StartSchema(),
    schemas.ChangeSchema(),
    schemas.SubmitSchema(),
    schemas.WithdrawSchema(),
)
ASK, REPLY, PROPOSE, CONFIRM = (
    schemas.AskSchema(),
    schemas.RepliesSchema(),
    schemas.ProposeSchema(),
    schemas.ConfirmSchema(),
)
JUDGE, OVERRIDE = schemas.JudgeSchema(), schemas.OverrideSchema()


def move(says: str, body: type[Schema], who: str) -> Doc:
    """Document a door that changes one application."""
    refuses = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)
    return Doc(says=says, body=body, answers="Application", security=who, refuses=refuses)


class ApplicationDoors:
    """What applicants and admins do with applications."""

    house: House

    @http(
        "POST",
        "/api/v1/applications",
        doc=Doc(
            says="Apply: keep a draft, or hand it in at once",
            body=schemas.StartSchema,
            answers="NewApplication",
            status=201,
            security="anybody or applicant or admin",
            refuses=(400, 401, 409, 413, 415, 422, 503),
        ),
    )
    def start(self, ask: Ask) -> Answer:
        def act(session: Session, caller: Caller | None) -> Answer:
            known = caller.subject if caller and APPLICANT in caller.roles else f"applicant:{uuid4()}"
            command = START.load(ask.json())
            application = handlers.start_application(session, command, caller, known)
            session.flush()
            view = schemas.application_view(application, caller, handlers.adoption(session, application))
            headers = {"Location": view["links"]["self"]}
            return Answer(body=view, status=201, etag=str(application.version), headers=headers, token_for=known)

        return self.house.once(ask, lambda _: ask.caller, act)

    @http(
        "GET",
        "/api/v1/applications",
        doc=Doc(
            says="Applicants: their applications. Admins: the queue",
            answers="Applications",
            security="applicant or admin",
            query=LIST_PARAMETERS,
            refuses=(401, 422),
        ),
    )
    def list_applications(self, ask: Ask) -> Answer:
        caller = ask.known()
        with self.house.database.reading() as session:
            filters = list_filters(ask, caller)
            applications = Applications(session)
            soon = ask.choice("sort", SORTS) == "due"
            query = applications.soonest_first(filters) if soon else applications.newest_first(filters)
            found, headers = page_of(session, query, ask)
            return Answer(body={"items": [schemas.queue_view(one) for one in found]}, headers=headers)

    @http(
        "GET",
        APPLICATION,
        doc=Doc(
            says="Read one application",
            answers="Application",
            security="applicant or admin",
            refuses=(401, 404),
        ),
    )
    def read(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        caller = ask.known()
        with self.house.database.reading() as session:
            return _answer(session, Applications(session).get_for(uuid_of(id), caller), caller)

    @http(
        "PATCH",
        APPLICATION,
        doc=move("Change answers or contact (JSON Merge Patch)", schemas.ChangeSchema, "applicant"),
    )
    def change(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        with self.house.database.transaction() as session:
            application = self._find(ask, session, id, APPLICANT)
            return self._act(ask, session, application, CHANGE, handlers.change_application)

    @http("POST", f"{APPLICATION}/submission", doc=move("Hand a draft in", schemas.SubmitSchema, "applicant"))
    def submit(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, SUBMIT, handlers.submit_application, APPLICANT)

    @http(
        "POST",
        f"{APPLICATION}/withdrawal",
        doc=move("Take an application back", schemas.WithdrawSchema, "applicant"),
    )
    def withdraw(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, WITHDRAW, handlers.withdraw_application, APPLICANT)

    @http(
        "POST",
        f"{APPLICATION}/replies",
        doc=move("Answer the city's questions", schemas.RepliesSchema, "applicant"),
    )
    def reply(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, REPLY, handlers.reply_to_questions, APPLICANT)

    @http(
        "POST",
        f"{APPLICATION}/model",
        doc=move("Take the offered version of the model over", schemas.AdoptSchema, "applicant"),
    )
    def adopt(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, ADOPT, handlers.adopt_model, APPLICANT)

    @http("POST", f"{APPLICATION}/questions", doc=move("Ask back", schemas.AskSchema, "reviewer or approver"))
    def ask_back(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, ASK, handlers.ask_questions, REVIEWER, APPROVER)

    @http(
        "POST",
        f"{APPLICATION}/decision",
        doc=move("Propose a decision: the first signature", schemas.ProposeSchema, "approver"),
    )
    def propose(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, PROPOSE, handlers.propose_decision, APPROVER)

    @http(
        "POST",
        f"{APPLICATION}/decision/confirmation",
        doc=move(
            "Confirm or return a proposal: the second signature, by somebody else",
            schemas.ConfirmSchema,
            "approver",
        ),
    )
    def confirm(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, CONFIRM, handlers.confirm_decision, APPROVER)

    @http(
        "POST",
        f"{APPLICATION}/judgements",
        doc=move("Judge a rule of the checklist", schemas.JudgeSchema, "reviewer"),
    )
    def judge(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, JUDGE, handlers.judge_rule, REVIEWER)

    @http(
        "POST",
        f"{APPLICATION}/overrides",
        doc=move("Make an exception from a finding", schemas.OverrideSchema, "approver"),
    )
    def override(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move(ask, id, OVERRIDE, handlers.override_rule, APPROVER)

    def _move(self, ask: Ask, id_: str, schema: Schema, handler: Handler, *roles: str) -> Answer:
        """One change of one application: checks in the order the public surface promises."""
        return self.house.once(
            ask,
            lambda session: self._find(ask, session, id_, *roles),
            lambda session, application: self._act(ask, session, application, schema, handler),
        )

    def _find(self, ask: Ask, session: Session, id_: str, *roles: str) -> Application:
        application = Applications(session).get_for(uuid_of(id_), ask.known())
        ask.require(*roles)
        return application

    def _act(self, ask: Ask, session: Session, application: Application, schema: Schema, handler: Handler) -> Answer:
        ask.match(application.version)
        handler(session, application, schema.load(ask.json()), ask.known())
        session.flush()
        return _answer(session, application, ask.known())


def list_filters(ask: Ask, caller: Caller) -> Filters:
    """Read the filters of a list; an applicant's list is always their own. Raises 422."""
    ask.only(*LIST_PARAMETERS)
    return Filters(
        owner=None if caller.roles & ADMIN_ROLES else caller.subject,
        status=ask.choice("status", tuple(Status)),
        kind=ask.choice("kind", KINDS),
        theme=ask.choice("theme", THEMES),
        overdue=day_of(datetime.now(UTC)) if ask.choice("overdue", ("true",)) else None,
    )


def _answer(session: Session, application: Application, caller: Caller) -> Answer:
    adoption = handlers.adoption(session, application)
    return Answer(body=schemas.application_view(application, caller, adoption), etag=str(application.version))

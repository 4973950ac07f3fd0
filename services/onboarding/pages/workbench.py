"""The pages of the city's admins: the queue, and a case with findings beside the answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import NEXT, WAITING, Application, Status, day_of
from services.onboarding.pages import PAGES, cures, overview, snapshots, uploading
from services.onboarding.repository import KINDS, THEMES, Applications, Filters, Models, Promises
from shared.auth import ADMIN_ROLES, APPROVER, REVIEWER, Caller
from shared.paging import next_link, page_of
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

ASK, PROPOSE, CONFIRM = schemas.AskSchema(), schemas.ProposeSchema(), schemas.ConfirmSchema()
STATUSES = tuple(status for status in Status if status is not Status.DRAFT)
OPEN = (Status.SUBMITTED, Status.RECONSIDERED, Status.IN_REVIEW, Status.CLARIFICATION, Status.PROPOSED)
YES_OR_NO = {"ja": True, "nein": False}


class WorkbenchDoors:
    """What admins see and do."""

    house: House

    @http("GET", "/workbench")
    def show_queue(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        ask.require(*ADMIN_ROLES)
        chosen = {name: ask.request.args.get(name, "") for name in ("status", "kind", "theme")}
        choices = {"status": STATUSES, "kind": KINDS, "theme": THEMES}
        narrow = {name: value or None for name, value in chosen.items() if value in choices[name]}
        today, late = day_of(datetime.now(UTC)), ask.request.args.get("overdue") == "true"
        filters = Filters(**narrow, overdue=today if late else None)
        soon = ask.request.args.get("sort") == "due" or late
        with self.house.database.reading() as session:
            queue = Applications(session)
            query = queue.soonest_first(filters) if soon else queue.newest_first(filters)
            found, headers = page_of(session, query, ask)
            items = [schemas.queue_view(application) for application in found]
            counts, overdue = queue.counts(Filters()), Promises(session).overdue(today)
        return show(
            PAGES,
            ask,
            "onboarding/workbench.html",
            items=items,
            filters=chosen | {"sort": "due" if soon else "", "overdue": late},
            overdue=overdue,
            choices={name: [str(value) for value in values] for name, values in choices.items()},
            open=sum(counts.get(status, 0) for status in OPEN),
            next_link=next_link(headers),
            first="/workbench" if "after" in ask.request.args else None,
        )

    @http("GET", "/workbench/<id>")
    def show_case(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._case_page(ask, id)

    @http("POST", "/workbench/<id>/questions")
    def do_ask(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields = ask.session_form()
        question = {"text": one(fields, "/items/0/text"), "pointer": one(fields, "/items/0/pointer")}
        body = _given({"items": [_given(question)], "due": one(fields, "/due")})
        return self._sign(ask, id, ASK, handlers.ask_questions, body=body, done="asked", roles=(REVIEWER, APPROVER))

    @http("POST", "/workbench/<id>/decision")
    def do_propose(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields = ask.session_form()
        lines = [line.strip() for line in one(fields, "/conditions").splitlines()]
        conditions = [{"text": line} for line in lines if line]
        body = _given({"outcome": one(fields, "/outcome"), "reason": one(fields, "/reason"), "conditions": conditions})
        return self._sign(ask, id, PROPOSE, handlers.propose_decision, body=body, done="proposed", roles=(APPROVER,))

    @http("POST", "/workbench/<id>/decision/confirmation")
    def do_confirm(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields = ask.session_form()
        agree = YES_OR_NO.get(one(fields, "/agree"), "")
        body = _given({"agree": agree, "comment": one(fields, "/comment")})
        done = "returned" if agree is False else "confirmed"
        return self._sign(ask, id, CONFIRM, handlers.confirm_decision, body=body, done=done, roles=(APPROVER,))

    def _sign(
        self,
        ask: Ask,
        id_: str,
        schema: Schema,
        handler: Any,
        *,
        body: dict[str, Any],
        done: str,
        roles: tuple[str, ...],
    ) -> Response:
        """The same move as at the API; what was wrong is shown on the page of the case."""
        fields = ask.session_form()

        def find(session: Session) -> Application:
            application = Applications(session).get_for(uuid_of(id_), ask.known())
            ask.require(*roles)
            return application

        def act(session: Session, application: Application) -> Answer:
            ask.match(application.version, one(fields, "version"))
            handler(session, application, schema.load(body), ask.known())
            return Answer(body={})

        def move() -> Response:
            self.house.once(ask, find, act, key=one(fields, "idempotency_key"))
            return redirect(f"/workbench/{id_}?done={done}")

        typed = {name: values[-1] for name, values in fields.items() if name.startswith("/")}
        return attempt(move, lambda status, wrong: self._case_page(ask, id_, status, wrong, typed))

    def _case_page(
        self, ask: Ask, id_: str, status: int = 200, errors: Wrong | None = None, typed: dict[str, str] | None = None
    ) -> Response:
        caller = ask.require(*ADMIN_ROLES)
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id_), caller)
            view = schemas.application_view(application, caller)
            found = cures.rechecked(session, application, ask.language)
            versions = snapshots.panel(session, application, ask.language)
            model, findings = Models(session).get(application.model), application.findings
            files = uploading.attached(self.house.settings, session, application, model.schema, ask.language)
        proposal, assessed = view["proposal"], [*view["checklist"], *view["judgements"]]
        return show(
            PAGES,
            ask,
            "onboarding/case.html",
            status=status,
            at=f"/workbench/{id_}",
            application=view,
            mine=bool(proposal and proposal["proposed_by"] == caller.subject),
            sheets=overview.sheets(model.schema, application.answers, findings, ask.language),
            findings=overview.remarks(model.schema, findings, ask.language),
            checklist=overview.remarks(model.schema, assessed, ask.language),
            tally=overview.tally(findings, len(model.public["rules"])),
            attachments=files,
            deliveries=None,
            rechecked=found,
            versions=versions | {"open": True},
            may=_may(application, caller),
            errors=errors or [],
            typed=typed or {},
        )


def _may(application: Application, caller: Caller) -> dict[str, bool]:
    """Which forms to show; whether a move is really possible the aggregate decides."""
    taken_up = Status.IN_REVIEW if application.status in WAITING else application.status
    open_ = application.open_decision
    outside = caller.subject not in {application.owner, application.filed_by}
    signs = APPROVER in caller.roles and outside and caller.subject not in application.first_deciders
    overrode = {one["override"]["by"] for one in application.overridden}
    assessable = taken_up in {Status.IN_REVIEW, Status.CLARIFICATION}
    return {
        "ask": Status.CLARIFICATION in NEXT[taken_up] and bool(caller.roles & {REVIEWER, APPROVER}),
        "propose": Status.PROPOSED in NEXT[taken_up] and signs,
        "confirm": open_ is not None
        and open_.proposed_by != caller.subject
        and signs
        and caller.subject not in overrode,
        "judge": assessable and REVIEWER in caller.roles and outside,
        "override": assessable and APPROVER in caller.roles and outside,
    }


def _given(body: dict[str, Any]) -> dict[str, Any]:
    """Return `body` without what was left empty in the form."""
    return {name: value for name, value in body.items() if value not in ("", [], None)}

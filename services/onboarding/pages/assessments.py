"""The pages on which admins judge a rule of the checklist, or make an exception from a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application
from services.onboarding.pages import PAGES, overview
from services.onboarding.repository import Applications, Models
from shared.auth import APPROVER, REVIEWER
from shared.kernel import NotFound, Text
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

JUDGE, OVERRIDE = schemas.JudgeSchema(), schemas.OverrideSchema()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which rule of which application; `pointer` where an exception is wanted from one of several findings."""

    id: str
    rule: str
    pointer: str = ""

    def item(self, application: Application) -> dict[str, Any] | None:
        items = [*application.checklist, *application.judgements]
        return next((one for one in items if one["rule"] == self.rule), None)

    def finding(self, application: Application) -> dict[str, Any] | None:
        wanted = (self.rule, self.pointer)
        return next((one for one in application.findings if (one["rule"], one["pointer"]) == wanted), None)


class AssessmentDoors:
    """What admins say about one rule."""

    house: House

    @http("GET", "/workbench/<id>/judgements/<rule>")
    def show_judgement(self, ask: Ask, id: str, rule: str) -> Response:  # noqa: A002
        return known_or_sign_in(ask) or self._judgement_page(ask, Place(id=id, rule=rule))

    @http("POST", "/workbench/<id>/judgements/<rule>")
    def do_judge(self, ask: Ask, id: str, rule: str) -> Response:  # noqa: A002
        fields, place = ask.session_form(), Place(id=id, rule=rule)
        body = {"rule": rule, "verdict": one(fields, "/verdict"), "reason": one(fields, "/reason")}

        def judge() -> Response:
            return self._assess(
                ask,
                place,
                REVIEWER,
                "judged",
                lambda session, application: handlers.judge_rule(session, application, JUDGE.load(body), ask.known()),
            )

        return attempt(judge, lambda status, wrong: self._judgement_page(ask, place, status, wrong))

    @http("GET", "/workbench/<id>/overrides/<rule>")
    def show_override(self, ask: Ask, id: str, rule: str) -> Response:  # noqa: A002
        place = Place(id=id, rule=rule, pointer=ask.request.args.get("pointer", ""))
        return known_or_sign_in(ask) or self._override_page(ask, place)

    @http("POST", "/workbench/<id>/overrides/<rule>")
    def do_override(self, ask: Ask, id: str, rule: str) -> Response:  # noqa: A002
        fields = ask.session_form()
        place = Place(id=id, rule=rule, pointer=one(fields, "pointer"))
        body = {"rule": rule, "pointer": place.pointer, "reason": one(fields, "/reason")}

        def override() -> Response:
            return self._assess(
                ask,
                place,
                APPROVER,
                "overridden",
                lambda session, application: handlers.override_rule(
                    session, application, OVERRIDE.load(body), ask.known()
                ),
            )

        return attempt(override, lambda status, wrong: self._override_page(ask, place, status, wrong))

    def _assess(
        self, ask: Ask, place: Place, role: str, done: str, handle: Callable[[Session, Application], None]
    ) -> Response:
        fields = ask.session_form()

        def find(session: Session) -> Application:
            application = Applications(session).get_for(uuid_of(place.id), ask.known())
            ask.require(role)
            return application

        def act(session: Session, application: Application) -> Answer:
            ask.match(application.version, one(fields, "version"))
            handle(session, application)
            return Answer(body={})

        self.house.once(ask, find, act, key=one(fields, "idempotency_key"))
        return redirect(f"/workbench/{place.id}?done={done}")

    def _judgement_page(self, ask: Ask, place: Place, status: int = 200, errors: Wrong | None = None) -> Response:
        ask.require(REVIEWER)
        return self._rule_page(ask, place, place.item, status=status, errors=errors, move="judge")

    def _override_page(self, ask: Ask, place: Place, status: int = 200, errors: Wrong | None = None) -> Response:
        ask.require(APPROVER)
        return self._rule_page(ask, place, place.finding, status=status, errors=errors, move="override")

    def _rule_page(
        self,
        ask: Ask,
        place: Place,
        find: Callable[[Application], dict[str, Any] | None],
        *,
        status: int,
        errors: Wrong | None,
        move: str,
    ) -> Response:
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(place.id), ask.known())
            about, schema = find(application), Models(session).get(application.model).schema
        if about is None:
            raise NotFound(Text(de="Diesen Befund gibt es nicht.", en="There is no such finding."), code="not_found")
        fields = ask.session_form() if ask.request.method == "POST" else {}
        query = f"?pointer={quote(place.pointer)}" if place.pointer else ""
        return show(
            PAGES,
            ask,
            "onboarding/assess.html",
            status=status,
            at=f"{ask.request.path}{query}",
            application=schemas.queue_view(application),
            about=overview.remarks(schema, [about], ask.language)[0],
            move=move,
            errors=errors or [],
            typed={name: one(fields, f"/{name}") for name in ("verdict", "reason")},
        )

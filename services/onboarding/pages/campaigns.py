"""The pages of re-checks for admins: campaigns with their counts, and what a version of the model would change."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import Campaign, State
from services.onboarding.pages import PAGES
from services.onboarding.repository import Campaigns, Models, Previews
from shared.auth import ADMIN_ROLES, APPROVER, EDITOR
from shared.paging import next_link, page_of
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

STOP, RESUME = schemas.StopSchema(), schemas.ResumeSchema()
#: Seconds after which a page with progress asks again, without any script.
REFRESH_S = 3


class CampaignPages:
    """What admins see of campaigns, and where they stop one."""

    house: House

    @http("GET", "/workbench/campaigns")
    def show_campaigns(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        ask.require(*ADMIN_ROLES)
        with self.house.database.reading() as session:
            campaigns = Campaigns(session)
            found, headers = page_of(session, campaigns.newest_first(), ask)
            items = [schemas.campaign_view(campaign, campaigns.counts(campaign)) for campaign in found]
        return show(PAGES, ask, "onboarding/campaigns.html", items=items, next_link=next_link(headers))

    @http("GET", "/workbench/campaigns/<id>")
    def show_campaign(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._campaign_page(ask, id)

    @http("POST", "/workbench/campaigns/<id>/stop")
    def do_stop(self, ask: Ask, id: str) -> Response:  # noqa: A002
        body = {"reason": one(ask.session_form(), "/reason")}
        return self._move_campaign_page(ask, id, STOP, handlers.stop_campaign, body=body, done="stopped")

    @http("POST", "/workbench/campaigns/<id>/resume")
    def do_resume_campaign(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return self._move_campaign_page(ask, id, RESUME, handlers.resume_campaign, body={}, done="resumed")

    @http("GET", "/workbench/models/<version>/preview")
    def show_preview(self, ask: Ask, version: str) -> Response:
        if away := known_or_sign_in(ask):
            return away
        caller = ask.require(*ADMIN_ROLES)
        with self.house.database.reading() as session:
            models, previews = Models(session), Previews(session)
            model = models.get(version)
            preview, items = previews.of(models.version(version)), []
            headers: dict[str, str] = {}
            if preview:
                found, headers = page_of(session, previews.impacts(preview), ask)
                items = [schemas.impact_view(impact) for impact in found]
        view = schemas.preview_view(preview) if preview else None
        response = show(
            PAGES,
            ask,
            "onboarding/preview.html",
            version=version,
            preview=view,
            items=items,
            rules={rule["id"]: rule["text"] for rule in model.public["rules"]},
            may_start=EDITOR in caller.roles,
            next_link=next_link(headers),
            first=f"/workbench/models/{version}/preview" if "after" in ask.request.args else None,
        )
        if view and view["state"] == "running":
            response.headers["Refresh"] = str(REFRESH_S)
        return response

    @http("POST", "/workbench/models/<version>/preview")
    def do_preview(self, ask: Ask, version: str) -> Response:
        fields = ask.session_form()

        def act(session: Session, _: Any) -> Answer:
            handlers.start_preview(session, version, ask.known())
            return Answer(body={})

        self.house.once(ask, lambda _: ask.require(EDITOR), act, key=one(fields, "idempotency_key"))
        return redirect(f"/workbench/models/{version}/preview")

    def _move_campaign_page(
        self, ask: Ask, id_: str, schema: Schema, handler: Any, *, body: dict[str, Any], done: str
    ) -> Response:
        fields = ask.session_form()

        def find(session: Session) -> Campaign:
            ask.require(EDITOR, APPROVER)
            return Campaigns(session).get(uuid_of(id_))

        def act(session: Session, campaign: Campaign) -> Answer:
            ask.match(campaign.version, one(fields, "version"))
            handler(session, campaign, schema.load(body), ask.known())
            return Answer(body={})

        def move() -> Response:
            self.house.once(ask, find, act, key=one(fields, "idempotency_key"))
            return redirect(f"/workbench/campaigns/{id_}?done={done}")

        typed = {name: values[-1] for name, values in fields.items() if name.startswith("/")}
        return attempt(move, lambda status, wrong: self._campaign_page(ask, id_, status, wrong, typed))

    def _campaign_page(
        self, ask: Ask, id_: str, status: int = 200, errors: Wrong | None = None, typed: dict[str, str] | None = None
    ) -> Response:
        caller = ask.require(*ADMIN_ROLES)
        chosen = ask.request.args.get("state", "")
        chosen = chosen if chosen in tuple(State) else ""
        with self.house.database.reading() as session:
            campaigns = Campaigns(session)
            campaign = campaigns.get(uuid_of(id_))
            found, headers = page_of(session, campaigns.found(campaign, chosen or None), ask)
            view = schemas.campaign_view(campaign, campaigns.counts(campaign))
            items = [schemas.recheck_view(recheck, application) for recheck, application in found]
        return show(
            PAGES,
            ask,
            "onboarding/campaign.html",
            status=status,
            at=f"/workbench/campaigns/{id_}",
            campaign=view,
            items=items,
            chosen=chosen,
            states=[str(state) for state in State],
            may={"stop": bool(caller.roles & {EDITOR, APPROVER})},
            next_link=next_link(headers),
            first=f"/workbench/campaigns/{id_}" if "after" in ask.request.args else None,
            errors=errors or [],
            typed=typed or {},
        )

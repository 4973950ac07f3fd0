"""The doors of re-checks: campaigns with their counts, a cure, and the impact of a draft before it is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application, Campaign, Preview, State
from services.onboarding.repository import Applications, Campaigns, Models, Previews
from shared.auth import ADMIN_ROLES, APPLICANT, APPROVER, EDITOR
from shared.kernel import NotFound, Text
from shared.paging import page_of
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

CAMPAIGN = "/api/v1/campaigns/<id>"
PREVIEW = "/api/v1/models/<version>/preview"
STOP, RESUME, CURE, LOOK = (
    schemas.StopSchema(),
    schemas.ResumeSchema(),
    schemas.CureSchema(),
    schemas.PreviewSchema(),
)
MOVE_REFUSES = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)


class CampaignDoors:
    """What admins see and stop, and what applicants cure."""

    house: House

    @http(
        "GET",
        "/api/v1/campaigns",
        doc=Doc(
            says="List re-check campaigns, newest first",
            answers="Campaigns",
            security="admin",
            query=("limit", "after"),
            refuses=(401, 403, 422),
        ),
    )
    def list_campaigns(self, ask: Ask) -> Answer:
        ask.require(*ADMIN_ROLES)
        ask.only("limit", "after")
        with self.house.database.reading() as session:
            campaigns = Campaigns(session)
            found, headers = page_of(session, campaigns.newest_first(), ask)
            items = [schemas.campaign_view(one, campaigns.counts(one)) for one in found]
            return Answer(body={"items": items}, headers=headers)

    @http(
        "GET",
        CAMPAIGN,
        doc=Doc(
            says="Read a campaign: its counts, and page by page what it found",
            answers="CampaignPage",
            security="admin",
            query=("state", "limit", "after"),
            refuses=(401, 403, 404, 422),
        ),
    )
    def read_campaign(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        ask.require(*ADMIN_ROLES)
        ask.only("state", "limit", "after")
        state = ask.choice("state", tuple(State))
        with self.house.database.reading() as session:
            campaigns = Campaigns(session)
            campaign = campaigns.get(uuid_of(id))
            found, headers = page_of(session, campaigns.found(campaign, state), ask)
            items = [schemas.recheck_view(recheck, application) for recheck, application in found]
            body = schemas.campaign_view(campaign, campaigns.counts(campaign)) | {"items": items}
            return Answer(body=body, etag=str(campaign.version), headers=headers)

    @http(
        "POST",
        f"{CAMPAIGN}/stop",
        doc=Doc(
            says="Stop a campaign: nobody is checked, reminded or paused until it is resumed",
            body=schemas.StopSchema,
            answers="Campaign",
            security="editor or approver",
            refuses=MOVE_REFUSES,
        ),
    )
    def stop_campaign(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move_campaign(ask, id, STOP, handlers.stop_campaign)

    @http(
        "POST",
        f"{CAMPAIGN}/resume",
        doc=Doc(
            says="Let a stopped campaign go on; dates that were told stand",
            body=schemas.ResumeSchema,
            answers="Campaign",
            security="editor or approver",
            refuses=MOVE_REFUSES,
        ),
    )
    def resume_campaign(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        return self._move_campaign(ask, id, RESUME, handlers.resume_campaign)

    @http(
        "POST",
        "/api/v1/applications/<id>/cure",
        doc=Doc(
            says="Mend what a re-check found: change answers (JSON Merge Patch) as its version asks for them",
            body=schemas.CureSchema,
            answers="Application",
            security="applicant",
            refuses=MOVE_REFUSES,
        ),
    )
    def cure(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        def find(session: Session) -> Application:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            ask.require(APPLICANT)
            return application

        def act(session: Session, application: Application) -> Answer:
            ask.match(application.version)
            handlers.cure_application(session, application, CURE.load(ask.json()), ask.known())
            session.flush()
            return Answer(body=schemas.application_view(application, ask.known()), etag=str(application.version))

        return self.house.once(ask, find, act)

    @http(
        "POST",
        PREVIEW,
        doc=Doc(
            says="Hold a version against all applications, and touch none; one that is running goes on",
            body=schemas.PreviewSchema,
            answers="Preview",
            status=202,
            security="editor",
            refuses=(400, 401, 403, 404, 409, 413, 415, 422, 503),
        ),
    )
    def start_preview(self, ask: Ask, version: str) -> Answer:
        def act(session: Session, _: Any) -> Answer:
            LOOK.load(ask.json())
            preview = handlers.start_preview(session, version, ask.known())
            return Answer(body=schemas.preview_view(preview), status=202)

        def find(session: Session) -> None:
            ask.require(EDITOR)
            Models(session).version(version)

        return self.house.once(ask, find, act)

    @http(
        "GET",
        PREVIEW,
        doc=Doc(
            says="Read a preview: progress, counts, and page by page whose result would change, by which rule",
            answers="PreviewPage",
            security="admin",
            query=("limit", "after"),
            refuses=(401, 403, 404, 422),
        ),
    )
    def read_preview(self, ask: Ask, version: str) -> Answer:
        ask.require(*ADMIN_ROLES)
        ask.only("limit", "after")
        with self.house.database.reading() as session:
            preview = preview_of(session, version)
            found, headers = page_of(session, Previews(session).impacts(preview), ask)
            body = schemas.preview_view(preview) | {"items": [schemas.impact_view(one) for one in found]}
            return Answer(body=body, headers=headers)

    def _move_campaign(
        self, ask: Ask, id_: str, schema: Schema, handler: Callable[[Session, Campaign, Any, Any], None]
    ) -> Answer:
        def find(session: Session) -> Campaign:
            ask.require(EDITOR, APPROVER)
            return Campaigns(session).get(uuid_of(id_))

        def act(session: Session, campaign: Campaign) -> Answer:
            ask.match(campaign.version)
            handler(session, campaign, schema.load(ask.json()), ask.known())
            session.flush()
            view = schemas.campaign_view(campaign, Campaigns(session).counts(campaign))
            return Answer(body=view, etag=str(campaign.version))

        return self.house.once(ask, find, act)


def preview_of(session: Session, version: str) -> Preview:
    """Return the preview of a version as it is written now. Raises NotFound."""
    found = Previews(session).of(Models(session).version(version))
    if found is None:
        text = Text(
            de="Für diese Fassung des Modells gibt es keine Vorschau, oder sie hat sich seitdem geändert.",
            en="There is no preview of this version of the model, or it has changed since.",
        )
        raise NotFound(text, code="not_found")
    return found

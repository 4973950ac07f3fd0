"""The page of an application's files: bring one, see how it is, take it back."""

from __future__ import annotations

from werkzeug.wrappers import Response

from services.onboarding import schemas
from services.onboarding.domain import CHANGEABLE
from services.onboarding.pages import PAGES, form, uploading
from services.onboarding.repository import Applications, Models
from shared.auth import APPLICANT
from shared.web import Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

PAGE = "/applications/<id>/attachments"


class AttachmentPages:
    """What applicants do with files, and how everybody whom they concern reads them."""

    house: House

    @http("GET", PAGE)
    def show_attachments(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._attachments_page(ask, id)

    @http("POST", PAGE, takes_file=True)
    def do_attach(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):  # its file was not kept: there was nobody to keep it for
            return away
        fields = ask.session_form()

        def take() -> Response:
            self._posted(ask, id, fields).take()
            return redirect(f"/applications/{id}/attachments?done=attached")

        chosen = one(fields, "/pointer")
        return attempt(take, lambda status, wrong: self._attachments_page(ask, id, status, wrong, chosen))

    @http("POST", f"{PAGE}/<attachment>/removal")
    def do_remove(self, ask: Ask, id: str, attachment: str) -> Response:  # noqa: A002
        fields = ask.session_form()

        def remove() -> Response:
            self._posted(ask, id, fields).remove(attachment)
            return redirect(f"/applications/{id}/attachments?done=detached")

        return attempt(remove, lambda status, wrong: self._attachments_page(ask, id, status, wrong))

    @http("GET", f"{PAGE}/<attachment>/content")
    def open_attachment(self, ask: Ask, id: str, attachment: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return uploading.content(self.house, ask, id, attachment)

    def _posted(self, ask: Ask, id_: str, fields: dict[str, list[str]]) -> uploading.Uploading:
        key, version = one(fields, "idempotency_key"), one(fields, "version")
        return uploading.Uploading(house=self.house, ask=ask, id=id_, key=key, version=version, field="/pointer")

    def _attachments_page(
        self, ask: Ask, id_: str, status: int = 200, errors: Wrong | None = None, chosen: str = ""
    ) -> Response:
        settings = self.house.settings
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id_), ask.known())
            schema = Models(session).get(application.model).schema
            found = uploading.attached(settings, session, application, schema, ask.language)
            view = schemas.application_view(application, None)
        mine = APPLICANT in ask.known().roles
        sections = [{"value": "", "label": "–", "chosen": not chosen}] + [
            {"value": f"/{part.key}", "label": part.label, "chosen": chosen == f"/{part.key}"}
            for part in form.sections(schema, ask.language)
        ]
        return show(
            PAGES,
            ask,
            "onboarding/attachments.html",
            status=status,
            at=f"/applications/{id_}/attachments",
            application=view,
            attachments=found,
            may={"edit": mine and application.status in CHANGEABLE},
            sections=sections,
            waiting=found["waiting"],
            room=found["room"],
            errors=errors or [],
        )

"""Where applicants take their data along, and delete a draft after they were asked whether they mean it."""

from __future__ import annotations

import io
import json
import zipfile

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application, Status
from services.onboarding.pages import PAGES, overview, papers
from services.onboarding.repository import Applications, Models
from shared.auth import APPLICANT
from shared.kernel import NotFound
from shared.pages import static
from shared.web import Ask, http, redirect
from shared.web.answers import File
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

STYLES = ("paper.css", "paper-alone.css")
#: Files in an archive carry this date: the same data are the same archive.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


class KeepingPages:
    """The pages of one's own data."""

    house: House

    @http("GET", "/applications/<id>/export")
    def show_export(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        with self.house.database.reading() as session:
            application = self._own(ask, session, id)
            made = exported(session, application, ask.language)
        back = (f"/applications/{id}", made.context["back_label"])
        return show(PAGES, ask, made.template, frame=papers.ON_A_PAGE, back=back, pdf="", **made.context)

    @http("GET", "/applications/<id>/export.zip")
    def keep_export(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        with self.house.database.reading() as session:
            application = self._own(ask, session, id)
            content = archive(session, application, self.house.settings.public_url, ask.language)
        answer = File(content, "application/zip", f"{application.number}.zip")
        answer.headers["Content-Type"], answer.headers["Cache-Control"] = "application/zip", "no-store"
        return answer

    @http("GET", "/applications/<id>/deletion")
    def show_deletion(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._deletion_page(ask, id)

    @http("POST", "/applications/<id>/deletion")
    def do_delete(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields = ask.session_form()

        def delete() -> Response:
            with self.house.database.transaction() as session:
                application = self._own(ask, session, id)
                handlers.need_lead(session, application, ask.known())
                ask.match(application.version, one(fields, "version"))
                handlers.delete_draft(session, application)
            return redirect("/applications?done=deleted")

        return attempt(delete, lambda status, wrong: self._deletion_page(ask, id, status, wrong))

    def _deletion_page(self, ask: Ask, id_: str, status: int = 200, errors: Wrong | None = None) -> Response:
        with self.house.database.reading() as session:
            application = self._own(ask, session, id_)
            view = schemas.application_view(application, None)
        draft = application.status is Status.DRAFT
        at = f"/applications/{id_}/deletion"
        context = {"application": view, "draft": draft, "errors": errors or []}
        return show(PAGES, ask, "onboarding/deletion.html", status=status, **{"at": at, **context})

    @staticmethod
    def _own(ask: Ask, session: Session, id_: str) -> Application:
        application = Applications(session).get_for(uuid_of(id_), ask.known())
        ask.require(APPLICANT)
        return application


def exported(session: Session, application: Application, language: str) -> papers.Paper:
    """Write all that is known of an application as something to read."""
    schema = Models(session).get(application.model).schema
    label = {"de": "Zum Antrag", "en": "To the application"}[language]
    context = {
        "data": schemas.export_view(session, application),
        "sheets": overview.sheets(schema, application.answers, (), language),
        "zip": f"/applications/{application.id}/export.zip",
        "back_label": f"{label} {application.number}",
    }
    return papers.Paper(template="papers/export.html", name=application.number, made_on=None, context=context)


def archive(session: Session, application: Application, public_url: str, language: str) -> bytes:
    """Return a ZIP of all that is known: as data, and as pages to read without the hub."""
    data = json.dumps(schemas.export_view(session, application), ensure_ascii=False, indent=2)
    files: dict[str, bytes] = {"data.json": data.encode()}
    written = [("data", exported(session, application, language))]
    for name, paper in (("receipt", papers.receipt), ("decision", papers.letter)):
        try:
            written.append((name, paper(session, application, public_url, language)))
        except NotFound:
            continue  # there is none yet
    for name, made in written:
        files[f"{name}.html"] = _offline(papers.bare(made, language))
    for style in STYLES:
        found = static.find(style)
        assert found
        files[style] = found[0]
    return _packed(files)


def _offline(html: str) -> bytes:
    for style in STYLES:
        html = html.replace(static.address(style), style)
    return html.encode()


def _packed(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in files.items():
            into.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()

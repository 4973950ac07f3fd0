"""The doors of attachments: bring a file, list, read, download and remove."""

from __future__ import annotations

from werkzeug.wrappers import Response

from services.onboarding import schemas
from services.onboarding.pages import uploading
from services.onboarding.repository import Applications, Attachments
from shared.kernel import DomainError
from shared.web import Answer, Ask, Doc, errors, http
from shared.web.asking import FORM, uuid_of
from shared.wire import House

ATTACHMENTS = "/api/v1/applications/<id>/attachments"
ONE = f"{ATTACHMENTS}/<attachment>"
EITHER = "applicant or admin"
FILE = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "contentMediaType": "application/octet-stream", "description": "PDF, PNG or JPG."},
        "pointer": {"type": "string", "format": "json-pointer", "description": "The question it belongs to."},
    },
}


class AttachmentDoors:
    """What applicants and admins do with attachments."""

    house: House

    @http(
        "POST",
        ATTACHMENTS,
        takes_file=True,
        doc=Doc(
            says="Attach a file",
            body=FILE,
            answers="Attachment",
            status=201,
            security="applicant",
            takes=FORM,
            refuses=(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503),
        ),
    )
    def attach(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        try:
            return uploading.Uploading(house=self.house, ask=ask, id=id).take()
        except DomainError as error:
            if error.code == "file_too_large":
                raise errors.HttpError(413, error.code, error.text, problems=error.problems) from error  # type: ignore[attr-defined]
            raise

    @http(
        "GET",
        ATTACHMENTS,
        doc=Doc(
            says="List the attachments of an application, and what may be attached",
            answers="Attachments",
            security=EITHER,
            refuses=(401, 404, 422),
        ),
    )
    def list_attachments(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            ask.only()
            limits = uploading.limits_of(self.house.settings)
            view = schemas.attachments_view(Attachments(session).of(application), limits)
            return Answer(body=view, etag=str(application.version))

    @http(
        "GET",
        ONE,
        doc=Doc(says="Read what is known of an attachment", answers="Attachment", security=EITHER, refuses=(401, 404)),
    )
    def read_attachment(self, ask: Ask, id: str, attachment: str) -> Answer:  # noqa: A002
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            found = Attachments(session).get_of(application, uuid_of(attachment))
            return Answer(body=schemas.attachment_view(found), etag=str(application.version))

    @http(
        "GET",
        f"{ONE}/content",
        doc=Doc(
            says="Download an attachment",
            answers="AttachmentContent",
            security=EITHER,
            gives="application/octet-stream",
            refuses=(401, 404, 409),
        ),
    )
    def download_attachment(self, ask: Ask, id: str, attachment: str) -> Response:  # noqa: A002
        return uploading.content(self.house, ask, id, attachment)

    @http(
        "DELETE",
        ONE,
        doc=Doc(
            says="Remove an attachment; answers what is left",
            answers="Attachments",
            security="applicant",
            refuses=(401, 403, 404, 409, 412, 428, 503),
        ),
    )
    def remove_attachment(self, ask: Ask, id: str, attachment: str) -> Answer:  # noqa: A002
        return uploading.Uploading(house=self.house, ask=ask, id=id).remove(attachment)

"""How a file comes in and goes out, at the API and at the pages alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.commands import AttachFile, Limits
from services.onboarding.domain import Application, Attachment
from services.onboarding.files import checking, storage
from services.onboarding.files.clamd import Scanner
from services.onboarding.files.keeper import Keeper
from services.onboarding.pages import form
from services.onboarding.repository import Applications, Attachments
from shared.auth import APPLICANT
from shared.failpoints import reach
from shared.kernel import DomainError
from shared.settings import MIB, Settings
from shared.web import Answer, Ask, errors
from shared.web.asking import uuid_of
from shared.web.showing import one
from shared.wire import House

#: A download is never a page of ours, whatever is in it.
AS_A_DOWNLOAD = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def limits_of(settings: Settings) -> Limits:
    return Limits(
        size=settings.attachment_bytes, each=settings.attachments_each, daily=settings.attachments_daily_mib * MIB
    )


def keeper_of(house: House) -> Keeper:
    """Return the role that looks after attachments."""
    settings = house.settings
    scanner = Scanner(settings.clamd_url) if settings.clamd_url else None
    return Keeper(house.database, storage.open_storage(settings.attachments_url), scanner)


@dataclass(frozen=True, kw_only=True)
class Uploading:
    """One upload, or one removal: `key` and `version` are given by forms; programs send them as headers.

    `field` is what the form calls the question that the file belongs to.
    """

    house: House
    ask: Ask
    id: str
    key: str | None = None
    version: str | None = None
    field: str = "pointer"

    def take(self) -> Answer:
        """Check the file, keep it in the storage, and then in the database. Raises what the public surface says.

        The content lies there before its row does: whoever ends in between leaves a file that belongs to nobody, and
        is swept a day later. While it is checked and carried no transaction is open.
        """
        ask, settings = self.ask, self.house.settings
        self._need_headers()
        if ask.upload.too_large:
            raise checking.refused("file_too_large", checking.too_large(settings.attachment_bytes))
        kept, place = storage.open_storage(settings.attachments_url), storage.new_place()
        with checking.examined(ask.upload, settings.spool_dir) as file:
            command = AttachFile(
                name=file.name, media=file.media, size=file.size, sha256=file.sha256, place=place,
                pointer=one(ask.upload.fields, self.field) or None, scanned=bool(settings.clamd_url),
            )  # fmt: skip
            reach("attachment.examined")
            _carried(lambda: kept.put(place, file.content, file.size))
        reach("attachment.stored")
        try:
            answer = self.house.once(
                ask, self._find, lambda session, application: self._attach(session, application, command), key=self.key
            )
        except DomainError:  # refused; after any other error nobody knows whether the row is there
            _carried(lambda: kept.delete(place))
            raise
        if "Idempotent-Replayed" in answer.headers:
            _carried(lambda: kept.delete(place))
        return answer

    def _need_headers(self) -> None:
        """Check all that the public surface checks before a body. Raises 404, 403, 400 or 428."""
        with self.house.database.reading() as session:
            self._find(session)
        self.ask.idempotency_key(self.key)
        if self.version is None and "If-Match" not in self.ask.request.headers:
            raise errors.header_missing("If-Match", 428)

    def _attach(self, session: Session, application: Application, command: AttachFile) -> Answer:
        self.ask.match(application.version, self.version)
        limits = limits_of(self.house.settings)
        attachment = handlers.attach_file(session, application, command, self.ask.known(), limits)
        session.flush()
        view = schemas.attachment_view(attachment)
        headers = {"Location": view["links"]["self"]}
        return Answer(body=view, status=201, etag=str(application.version), headers=headers)

    def remove(self, aid: str) -> Answer:
        """Let go of an attachment; its content is deleted within seconds."""
        ask = self.ask
        with self.house.database.transaction() as session:
            application = self._find(session)
            attachment = Attachments(session).get_of(application, uuid_of(aid))
            ask.match(application.version, self.version)
            handlers.remove_attachment(session, application, attachment)
            session.flush()
            view = schemas.attachments_view(Attachments(session).of(application), limits_of(self.house.settings))
            return Answer(body=view, etag=str(application.version))

    def _find(self, session: Session) -> Application:
        application = Applications(session).get_for(uuid_of(self.id), self.ask.known())
        self.ask.require(APPLICANT)
        return application


def attached(
    settings: Settings, session: Session, application: Application, schema: dict[str, Any], language: str
) -> dict[str, Any]:
    """Show what an application has, in words too: how many are `waiting` for the scanner, for how many there is `room`.

    `scanning` says whether files are scanned here, `about` of each to which section it belongs.
    """
    limits, scanning, found = limits_of(settings), bool(settings.clamd_url), Attachments(session).of(application)
    labels = {part.key: part.label for part in form.sections(schema, language)}
    view = schemas.attachments_view(found, limits)
    for item in view["items"]:
        item["about"] = labels.get((item["pointer"] or "").partition("/")[2].partition("/")[0], "")
    waiting = sum(one.is_waiting(scanning=scanning) for one in found)
    return view | {"scanning": scanning, "waiting": waiting, "room": limits.each - sum(one.counts for one in found)}


def content(house: House, ask: Ask, id_: str, aid: str) -> Response:
    """Send what an attachment contains to whom it concerns. Raises NotFound for all others, Conflict in quarantine."""
    settings = house.settings
    with house.database.reading() as session:
        application = Applications(session).get_for(uuid_of(id_), ask.known())
        attachment = Attachments(session).get_of(application, uuid_of(aid))
        place = attachment.need_readable(scanning=bool(settings.clamd_url))
    pieces = _carried(lambda: storage.open_storage(settings.attachments_url).read(place))
    headers = {"Content-Disposition": disposition(attachment), "Content-Length": str(attachment.size)}
    return Response(pieces, headers=AS_A_DOWNLOAD | headers, content_type="application/octet-stream")


def disposition(attachment: Attachment) -> str:
    """Name a download as RFC 6266 says: in ASCII for old programs, and as it is for all others."""
    plain = attachment.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.name, safe='')}"


def _carried(act: Callable[[], Any]) -> Any:
    """Do something with the storage; one that is away is a reason to try again soon."""
    try:
        return act()
    except storage.StorageAway as error:
        raise errors.storage_away() from error

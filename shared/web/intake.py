"""Receiving a whole body, with limits on size and time, before a worker is taken.

A form with a file comes in piece by piece, and its file goes to the disk; never is it in memory as a whole.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import eventlet
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from shared.web import body, errors
from shared.web.upload import Upload

#: How much of an oversized body is still read, so that the sender hears the refusal and not a reset.
DRAIN = 8 * 1024 * 1024
WITHIN_S = 30
PIECE = 64 * 1024
#: The same for files: 35 kB/s are enough for 10 MiB.
DRAIN_FILES, FILE_WITHIN_S = 64 * 1024 * 1024, 300
MOST_PARTS, LONGEST_BOUNDARY = 30, 200


def receive(environ: dict[str, Any], limit: int = body.LIMIT, drain: int = DRAIN) -> bytes | errors.HttpError:
    """Read the whole body, or return what is wrong with it; the door decides when to say so."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return errors.length_required()
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not length:
        return b""
    try:
        with eventlet.Timeout(WITHIN_S):
            if length <= limit:
                received = environ["wsgi.input"].read(length)
                return received if len(received) == length else errors.too_slow()
            left = min(length, drain)
            while left > 0 and (piece := environ["wsgi.input"].read(min(left, 65536))):
                left -= len(piece)
    except (eventlet.Timeout, OSError):
        return errors.too_slow()
    return errors.too_large(limit)


def receive_upload(environ: dict[str, Any], most: int, folder: Path | None) -> Upload | errors.HttpError:
    """Read a form whose file has at most `most` bytes, or return what is wrong; the door decides when to say so."""
    _, options = parse_options_header(environ.get("CONTENT_TYPE"))
    boundary = options.get("boundary", "")
    if not 0 < len(boundary) <= LONGEST_BOUNDARY:
        receive(environ, 0, DRAIN_FILES)
        return errors.unreadable_form()
    parts = _Parts(boundary, most, folder)
    length = int(environ["CONTENT_LENGTH"])
    try:
        with eventlet.Timeout(FILE_WITHIN_S):
            left = min(length, most + DRAIN_FILES)
            while left > 0 and (piece := environ["wsgi.input"].read(min(left, PIECE))):
                left -= len(piece)
                parts.take(piece)
    except (eventlet.Timeout, OSError):
        left = 1
    wrong = errors.too_slow() if left else parts.wrong()
    if length > most + DRAIN_FILES:
        wrong = errors.too_large(most)
    if wrong:
        parts.upload.close()
        return wrong
    return parts.finished()


class _Parts:
    """Takes a form apart as it comes in. Nothing is kept in memory but fields, and of those no more than a form has."""

    def __init__(self, boundary: str, most: int, folder: Path | None) -> None:
        self.upload, self.most, self.folder = Upload(), most, folder
        self.decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), body.LIMIT, max_parts=MOST_PARTS)
        self.digest, self.text, self.kept = hashlib.sha256(), bytearray(), 0
        self.now: Field | File | None = None
        self.broken: errors.HttpError | None = None

    def take(self, piece: bytes | None) -> None:
        """Take what came in; None says that nothing else comes."""
        if self.broken:
            return
        try:
            self.decoder.receive_data(piece)
            while not isinstance(event := self.decoder.next_event(), NeedData | Epilogue):
                self._on(event)
        except errors.HttpError as error:
            self.broken = error
        except (ValueError, RequestEntityTooLarge):
            self.broken = errors.unreadable_form()

    def wrong(self) -> errors.HttpError | None:
        self.take(None)
        return self.broken

    def finished(self) -> Upload:
        upload = self.upload
        upload.sha256 = self.digest.hexdigest()
        if upload.too_large and upload.file:
            upload.file.close()
            upload.file = None
        if upload.file:
            upload.file.seek(0)
        return upload

    def _on(self, event: Any) -> None:
        if isinstance(event, Field | File):
            self.now = event
            self.text.clear()
            if isinstance(event, File) and event.filename:
                self._begin(event)
        elif isinstance(event, Data):
            if isinstance(self.now, File):
                self._keep(event.data)
            elif self.now is not None:
                self._read(self.now.name, event)

    def _begin(self, event: File) -> None:
        if self.upload.file is not None:
            raise ValueError("one file at a time")
        self.upload.field, self.upload.name = event.name, event.filename
        self.upload.file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - closed with the upload

    def _keep(self, data: bytes) -> None:
        if self.upload.file is None:
            return  # no file chosen
        self.upload.size += len(data)
        if self.upload.size > self.most:
            self.upload.too_large = True
            return
        self.digest.update(data)
        self.upload.file.write(data)

    def _read(self, name: str, event: Data) -> None:
        self.kept += len(event.data)
        if self.kept > body.LIMIT:
            raise ValueError("more text than a form has")
        self.text += event.data
        if not event.more_data:
            value = self.text.decode("utf-8")
            body.check_text(value)
            self.upload.fields.setdefault(name, []).append(value)

"""Where the content of attachments lies: a folder, or a bucket that speaks S3, under names that nobody can guess."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import unquote, urlsplit

from eventlet import tpool

from shared.failpoints import reach

PIECE = 64 * 1024
#: A file on its way to its place; whoever ends before it is there leaves it behind.
ON_ITS_WAY = ".part"


class StorageAway(OSError):
    """The storage cannot be reached, or does not do what it is asked; the text says why, without a secret."""


class NotThere(StorageAway):
    """Nothing lies at this place, though something should."""


class Storage(Protocol):
    """What we ask of a storage. All but NotThere is a reason to try again later; StorageAway says that it is."""

    def put(self, place: str, file: IO[bytes], size: int) -> None:
        """Keep `file` at `place`: afterwards it is there whole, also after a power cut."""

    def read(self, place: str) -> Iterator[bytes]:
        """Open what lies there and give it piece by piece. Raises NotThere at once, and StorageAway."""

    def delete(self, place: str) -> None:
        """Delete what lies there; it is no mistake if nothing does."""

    def older_than(self, age: timedelta) -> Iterator[str]:
        """Give the places of all that lies there for longer than `age`, half files included."""

    def check(self) -> None:
        """Raise StorageAway if it is not there."""


def new_place() -> str:
    return secrets.token_hex(24)


def open_storage(url: str) -> Storage:
    """Return the storage that ATTACHMENTS_URL names; nothing is asked of it yet."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    from services.onboarding.files.bucket import Bucket

    return Bucket(url)


class Folder:
    """A folder that belongs to us alone. Files get their name when they are whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, place: str, file: IO[bytes], size: int) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            tpool.execute(self._put, place, file)
        except OSError as error:
            raise StorageAway(f"{self.path}: {error.strerror}") from error

    def read(self, place: str) -> Iterator[bytes]:
        try:
            return _pieces((self.path / place).open("rb"))
        except FileNotFoundError as error:
            raise NotThere(f"{place} is not in {self.path}") from error
        except OSError as error:
            raise StorageAway(f"{self.path}: {error.strerror}") from error

    def delete(self, place: str) -> None:
        try:
            (self.path / place).unlink(missing_ok=True)
        except OSError as error:
            raise StorageAway(f"{self.path}: {error.strerror}") from error

    def older_than(self, age: timedelta) -> Iterator[str]:
        if not self.path.is_dir():
            return
        before = (datetime.now(UTC) - age).timestamp()
        for one in os.scandir(self.path):
            with suppress(FileNotFoundError):
                if one.is_file(follow_symlinks=False) and one.stat().st_mtime < before:
                    yield one.name

    def check(self) -> None:
        if self.path.exists() and not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            raise StorageAway(f"{self.path} may not be written")

    def _put(self, place: str, file: IO[bytes]) -> None:
        """Runs in a thread of its own: a disk that takes its time holds up nobody."""
        half = self.path / (place + ON_ITS_WAY)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as target:
                shutil.copyfileobj(file, target, PIECE)
                target.flush()
                reach("attachment.half")
                os.fsync(target.fileno())
            half.rename(self.path / place)
        finally:
            half.unlink(missing_ok=True)  # it has its name, or nobody wants it
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
            time.sleep(0)  # others' turn

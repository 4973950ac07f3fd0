"""What may be asked about an attachment. `by` is a caller's subject."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AttachFile:
    """A file that was looked at and lies in the storage at `place` already. `scanned` says that one will scan it."""

    name: str
    media: str
    size: int
    sha256: str
    place: str
    pointer: str | None = None
    scanned: bool = False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What applicants may bring: bytes of one file, files of one application, bytes in 24 hours."""

    size: int
    each: int
    daily: int

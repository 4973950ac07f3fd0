"""What may be asked about reports of barriers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ReportBarrier:
    """`page` is where it happened; `language`, `scheme`, `width` and `device` say how the page was seen, if known."""

    text: str
    page: str = ""
    language: str = ""
    scheme: str = ""
    width: str = ""
    device: str = ""
    reply_to: str = ""


@dataclass(frozen=True, kw_only=True)
class CloseBarrier:
    """`note` says what was done about it."""

    note: str

"""What may be asked about access."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class IssueKey:
    name: str
    scopes: tuple[str, ...]
    months: int


@dataclass(frozen=True, kw_only=True)
class InvitePerson:
    email: str

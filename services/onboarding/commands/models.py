"""What may be asked about versions of the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class WriteDraft:
    """`document` is the text of the whole version, kept exactly as it is."""

    version: str
    document: str


@dataclass(frozen=True, kw_only=True)
class ProposePublication:
    """`adopt_until` is how long open drafts may stay as they are, `grace_days` how long partners have to follow."""

    reason: str
    adopt_until: date | None = None
    grace_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmPublication:
    agree: bool
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawPublication:
    reason: str


@dataclass(frozen=True, kw_only=True)
class RetireVersion:
    """`until` is the last day on which open drafts may still use it; today if nothing is said."""

    reason: str
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class AdoptModel:
    """An applicant takes the offered version over."""

    model: str

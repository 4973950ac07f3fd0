"""How long each step may take: settings of the house, read once at the start."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Periods:
    """Working days the city promises, and calendar days applicants have."""

    review: int = 10  #: REVIEW_DAYS, working days from submission until the city has reviewed
    decision: int = 5  #: DECISION_DAYS, working days after that until a decision is proposed
    signature: int = 3  #: SIGNATURE_DAYS, working days until a second person has looked at the proposal
    reply: int = 14  #: REPLY_DAYS an applicant has to answer questions
    reply_grace: int = 14  #: REPLY_GRACE_DAYS after that until the application expires
    draft: int = 30  #: DRAFT_DAYS without a change until a draft expires
    draft_warning: int = 7  #: DRAFT_WARNING_DAYS before that its owner is warned
    reconsideration: int = 30  #: RECONSIDERATION_DAYS after a decline in which it may be asked for


_IN_FORCE = [Periods()]


def use(periods: Periods) -> None:
    """Let these count from now on, in this process."""
    _IN_FORCE[0] = periods


def periods() -> Periods:
    """Return what counts."""
    return _IN_FORCE[0]

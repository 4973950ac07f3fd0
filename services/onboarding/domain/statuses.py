"""Which statuses an application has, which may follow which, and who acts in each."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CLARIFICATION = "clarification"
    PROPOSED = "proposed"
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved_with_conditions"
    DECLINED = "declined"
    RECONSIDERED = "reconsidered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


S = Status
#: From each status, where an application may go next. An empty set is an end of this part of the life.
NEXT: dict[Status, set[Status]] = {
    S.DRAFT: {S.SUBMITTED, S.WITHDRAWN, S.EXPIRED},
    S.SUBMITTED: {S.IN_REVIEW, S.WITHDRAWN},
    S.IN_REVIEW: {S.CLARIFICATION, S.PROPOSED, S.WITHDRAWN},
    S.CLARIFICATION: {S.IN_REVIEW, S.WITHDRAWN, S.EXPIRED},
    S.PROPOSED: {S.IN_REVIEW, S.APPROVED, S.APPROVED_WITH_CONDITIONS, S.DECLINED, S.WITHDRAWN},
    S.APPROVED: set(),
    S.APPROVED_WITH_CONDITIONS: set(),
    S.DECLINED: {S.RECONSIDERED},
    S.RECONSIDERED: {S.IN_REVIEW, S.WITHDRAWN},
    S.WITHDRAWN: set(),
    S.EXPIRED: set(),
}
#: In which a newer model may be taken over, and which are no end.
ADOPTS = {S.DRAFT, S.CLARIFICATION}
OPEN = {S.DRAFT, S.SUBMITTED, S.IN_REVIEW, S.CLARIFICATION, S.PROPOSED, S.RECONSIDERED}
APPROVED = {S.APPROVED, S.APPROVED_WITH_CONDITIONS}
CHANGEABLE = {S.DRAFT, S.CLARIFICATION, S.PROPOSED}
#: The city has it, and nobody there has touched it yet.
WAITING = {S.SUBMITTED, S.RECONSIDERED}
BECOMES = {
    "approve": S.APPROVED,
    "approve_with_conditions": S.APPROVED_WITH_CONDITIONS,
    "decline": S.DECLINED,
}
#: Who acts next in each status.
WHO = {
    S.DRAFT: "applicant",
    S.SUBMITTED: "reviewer",
    S.IN_REVIEW: "reviewer",
    S.CLARIFICATION: "applicant",
    S.PROPOSED: "approver",
    S.RECONSIDERED: "reviewer",
}

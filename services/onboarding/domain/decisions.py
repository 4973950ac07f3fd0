"""What is true of a decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.onboarding.commands import Condition
from services.onboarding.domain.assessments import Assessed
from shared.kernel import Conflict, Forbidden, Text


@dataclass(eq=False, kw_only=True)
class Decision:
    """A proposal and the second signature under it. The database, too, refuses the same hand twice."""

    id: UUID = field(default_factory=uuid4)
    application_id: UUID
    outcome: str
    reason: str
    conditions: list[dict[str, Any]]
    proposed_by: str
    proposed_at: datetime
    state: str = "open"  # open, confirmed, returned, void, reconsidered
    signed_by: str | None = None
    signed_at: datetime | None = None
    comment: str = ""


class Decided(Assessed):
    """What an application says of the decisions about it, and who may sign them."""

    owner: str
    filed_by: str | None
    decisions: list[Decision]

    @property
    def open_decision(self) -> Decision | None:
        return next((one for one in self.decisions if one.state == "open"), None)

    @property
    def decision(self) -> Decision | None:
        """The decision both signed, once there is one."""
        return next((one for one in self.decisions if one.state == "confirmed"), None)

    @property
    def earlier_decisions(self) -> list[Decision]:
        """What was decided before somebody asked to look at it again."""
        return [one for one in self.decisions if one.state == "reconsidered"]

    @property
    def first_deciders(self) -> set[str]:
        """Who decided before; others do now."""
        return {by for one in self.earlier_decisions for by in (one.proposed_by, one.signed_by) if by}

    def _may_sign(self, by: str, decision: Decision | None = None) -> None:
        """The one place that says who may put a signature under a decision."""
        self._need_outside(by)
        if by in self.first_deciders:
            raise other_deciders()
        if decision is not None:
            need_second_hand(by, decision, {one["override"]["by"] for one in self.overridden})

    def _need_outside(self, by: str) -> None:
        if by in {self.owner, self.filed_by}:
            raise own_application()

    def _close_open_decision(self, state: str, at: datetime) -> str:
        decision = self.open_decision
        if decision is None:
            return ""
        decision.state, decision.signed_at = state, at
        return decision.proposed_by


def condition(one: Condition) -> dict[str, Any]:
    return {"text": one.text, "due": one.due.isoformat() if one.due else None}


def own_application() -> Forbidden:
    text = Text(
        de="Über den eigenen Antrag entscheidet jemand anderes.", en="Somebody else decides on your own application."
    )
    return Forbidden(text, code="own_application")


def other_deciders() -> Forbidden:
    text = Text(
        de="Sie haben über diesen Antrag schon einmal entschieden. Jetzt entscheiden andere.",
        en="You have decided on this application before. Others decide now.",
    )
    return Forbidden(text, code="other_deciders")


def too_late(until: date) -> Conflict:
    """What somebody hears who asks for a reconsideration after its last day."""
    return Conflict(
        Text(
            de=f"Eine neue Prüfung war bis zum {until:%d.%m.%Y} möglich. Diese Frist ist vorbei.",
            en=f"A reconsideration was possible until {until:%d %B %Y}. That time is over.",
        ),
        code="late",
    )


def need_second_hand(by: str, decision: Decision, overrode: set[str]) -> None:
    """Raise Forbidden unless `by` may sign second: who proposed may not, nor who made an exception it rests on."""
    if by == decision.proposed_by:
        raise Forbidden(
            Text(
                de="Ihren eigenen Vorschlag bestätigt eine zweite Person.",
                en="A second person confirms your own proposal.",
            ),
            code="four_eyes",
        )
    if decision.outcome != "decline" and by in overrode:
        raise Forbidden(
            Text(
                de="Sie haben hier eine Ausnahme gemacht. Die zweite Unterschrift gibt jemand anderes.",
                en="You made an exception here. Somebody else gives the second signature.",
            ),
            code="own_override",
        )

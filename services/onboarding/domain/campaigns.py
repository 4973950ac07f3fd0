"""What is true of a re-check campaign, and of the re-check of one approved application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from services.onboarding.domain.applications import Application
from services.onboarding.domain.workdays import day_of, end_of, morning_of
from shared.contracts import campaigns as told
from shared.kernel import Aggregate, Conflict, Text

#: A pass over all approved applications is repeated, for those who were approved meanwhile under an older version.
AGAIN = timedelta(minutes=10)


class Stage(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"
    VOID = "void"  # the version was withdrawn


class State(StrEnum):
    CONFORMING = "conforming"
    GRACE = "grace"
    PAUSED = "paused"
    VOID = "void"
    REPLACED = "replaced"  # a later version was published and checked


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the check under the campaign's version says; `rights` are those of the broken rules."""

    findings: Sequence[Mapping[str, Any]]
    rights: tuple[str, ...]

    @property
    def violations(self) -> int:
        # What a person has overridden with a reason breaks nothing.
        return sum(one["severity"] == "violation" and not one.get("override") for one in self.findings)


@dataclass(eq=False, kw_only=True)
class Campaign(Aggregate):
    """All re-checks under one published version. `cursor` is the application up to which a pass has come."""

    id: UUID = field(default_factory=uuid4)
    model: str
    grace_days: int
    stage: Stage = Stage.RUNNING
    reason: str = ""
    changed_by: str
    started_at: datetime
    due_on: date
    cursor: UUID | None = None
    swept_at: datetime | None = None
    finished_at: datetime | None = None
    version: int = 1
    sequence: int = 0

    @classmethod
    def start(cls, *, model: str, grace_days: int, by: str, at: datetime) -> Campaign:
        due_on = day_of(at) + timedelta(days=grace_days)
        campaign = cls(model=model, grace_days=grace_days, changed_by=by, started_at=at, due_on=due_on)
        campaign.record(
            told.CampaignStarted(
                campaign_id=campaign.id, model=model, grace_days=grace_days, due_on=due_on, started_at=at
            )
        )
        return campaign

    def advance(self, last: UUID | None, at: datetime) -> None:
        """Note how far this pass has come; None ends it, and the next one begins later."""
        self.cursor = last
        if last is None:
            self.swept_at = at

    def stop(self, reason: str, by: str, at: datetime) -> None:
        """Halt checks, reminders and pauses. Dates that were told stand."""
        self._need(Stage.RUNNING, self.stage is Stage.RUNNING)
        self.stage, self.reason, self.changed_by = Stage.STOPPED, reason, by
        self._tell_stopped("asked", at)

    def resume(self, by: str, at: datetime) -> None:
        self._need(Stage.STOPPED, self.stage is Stage.STOPPED)
        self.stage, self.reason, self.changed_by = Stage.RUNNING, "", by
        self.record(told.CampaignResumed(campaign_id=self.id, model=self.model, resumed_by=by, resumed_at=at))

    def void(self, reason: str, by: str, at: datetime) -> None:
        """The version is withdrawn: every re-check is taken back. Nothing happens a second time."""
        if self.stage is not Stage.VOID:
            self.stage, self.reason, self.changed_by = Stage.VOID, reason, by
            self._tell_stopped("withdrawn", at)

    def go_on(self, at: datetime) -> None:
        """Begin a new pass, even after the end: what a later, now withdrawn version replaced counts again."""
        self.cursor = self.swept_at = None
        if self.stage is Stage.FINISHED:
            self.stage, self.finished_at = Stage.RUNNING, None
            self.record(
                told.CampaignResumed(campaign_id=self.id, model=self.model, resumed_by=self.changed_by, resumed_at=at)
            )

    def finish(self, *, conforming: int, cured: int, uncured: int, at: datetime) -> None:
        self.stage, self.finished_at = Stage.FINISHED, at
        self.record(
            told.CampaignFinished(
                campaign_id=self.id, model=self.model, conforming=conforming, cured=cured, uncured=uncured,
                finished_at=at,
            )
        )  # fmt: skip

    def is_over(self, at: datetime) -> bool:
        """Whether the period of those who were checked first is over, and a pass has ended since."""
        over = end_of(self.due_on)
        return self.cursor is None and self.swept_at is not None and self.swept_at >= over and at >= over

    def _tell_stopped(self, why: str, at: datetime) -> None:
        self.record(
            told.CampaignStopped(
                campaign_id=self.id, model=self.model, why=why, stopped_by=self.changed_by, stopped_at=at
            )
        )

    def _need(self, stage: Stage, is_so: bool) -> None:
        if not is_so:
            text = Text(
                de=f"Die Nachprüfung ist {self.stage}, nicht {stage}.", en=f"The campaign is {self.stage}, not {stage}."
            )
            raise Conflict(text, code="state")


@dataclass(eq=False, kw_only=True)
class Recheck:
    """One approved application under one campaign; the database, too, refuses a second one.

    `answers` are those a partial cure has come to; the application keeps its own until nothing is violated.
    """

    id: UUID = field(default_factory=uuid4)
    campaign_id: UUID
    application_id: UUID
    model: str
    state: State
    findings: list[dict[str, Any]]
    rights: list[str]
    checked_at: datetime
    paused_rights: list[str] = field(default_factory=list)
    due_on: date | None = None
    next_at: datetime | None = None
    answers: dict[str, Any] | None = None
    cured_at: datetime | None = None

    @classmethod
    def of(cls, application: Application, campaign: Campaign, judged: Judged, at: datetime) -> Recheck:
        """Tell an approved application what the campaign's version says of it; violations begin a grace period."""
        broken = judged.violations > 0
        due_on = day_of(at) + timedelta(days=campaign.grace_days) if broken else None
        made = cls(
            campaign_id=campaign.id, application_id=application.id, model=campaign.model,
            state=State.GRACE if broken else State.CONFORMING, findings=[dict(one) for one in judged.findings],
            rights=list(judged.rights), checked_at=at, due_on=due_on,
        )  # fmt: skip
        made.next_at = made._next(at)
        application.due_on = due_on
        application.record(told.ApplicationRechecked(**made._facts(application), due_on=due_on, rechecked_at=at))
        for earlier in application.rechecks:
            earlier.give_way(application, made, at)
        application.rechecks.append(made)
        return made

    @property
    def violations(self) -> int:
        return Judged(findings=self.findings, rights=()).violations

    def come_due(self, application: Application, at: datetime) -> None:
        """Remind, or pause the affected rights once the period is over. Dates that passed unseen are one reminder."""
        assert self.due_on is not None
        self.next_at = self._next(at)
        if self.next_at is None and self.rights:
            self.state, self.paused_rights = State.PAUSED, list(self.rights)
            self._tell_paused(application, at)
            return
        application.record(told.RecheckReminded(**self._facts(application), due_on=self.due_on, reminded_at=at))

    def cure(self, application: Application, answers: dict[str, Any], judged: Judged, at: datetime) -> None:
        """Take the applicant's new answers; rights whose rules are kept now come back, the others stay as they are."""
        if self.state not in {State.GRACE, State.PAUSED}:
            text = Text(de="Hier ist nichts nachzubessern.", en="There is nothing to cure here.")
            raise Conflict(text, code="state")
        before = self.paused_rights
        self.answers, self.findings = answers, [dict(one) for one in judged.findings]
        self.rights = list(judged.rights)
        over = self.next_at is None  # else only what an earlier campaign paused can be paused already
        self.paused_rights = [right for right in judged.rights if over or right in before]
        self.state = State.PAUSED if self.paused_rights else State.GRACE
        if not judged.violations:
            self._cured(application, at)
        back = tuple(one for one in before if one not in self.paused_rights)
        if self.state is State.CONFORMING or back:
            self._tell_resumed(application, back, at)
        if set(self.paused_rights) - set(before):
            self._tell_paused(application, at)

    def void(self, application: Application, at: datetime) -> None:
        back, self.state = tuple(self.paused_rights), State.VOID
        self.paused_rights, self.due_on, self.next_at = [], None, None
        application.due_on = None
        facts = self._facts(application) | {"rights": back}
        del facts["violations"]
        application.record(told.RecheckVoided(**facts, voided_at=at))

    def give_way(self, application: Application, later: Recheck, at: datetime) -> None:
        """Let a later campaign take over; a right stays paused if its rule is broken under the later version, too."""
        if self.state not in {State.GRACE, State.PAUSED}:
            return
        later.paused_rights = [right for right in self.paused_rights if right in later.rights]
        back = tuple(right for right in self.paused_rights if right not in later.rights)
        self.state, self.paused_rights, self.next_at = State.REPLACED, [], None
        if later.paused_rights:
            later.state = State.PAUSED
        if back:
            later._tell_resumed(application, back, at)

    def retell(self, application: Application, at: datetime) -> None:
        """Tell what is paused now and until when it is to be cured, unless that is over."""
        if self.state in {State.GRACE, State.PAUSED}:
            self._tell_resumed(application, (), at)

    def _cured(self, application: Application, at: datetime) -> None:
        assert self.answers is not None
        application.take_answers(self.answers, self.findings)
        application.model, application.due_on = self.model, None
        self.state, self.cured_at, self.due_on, self.next_at, self.answers = State.CONFORMING, at, None, None, None

    def _next(self, at: datetime) -> datetime | None:
        """Return when something happens by itself: half time, a week before, a day before, the end of the period."""
        if self.due_on is None:
            return None
        begun = day_of(self.checked_at)
        half = begun + timedelta(days=(self.due_on - begun).days // 2)
        days = sorted({half, self.due_on - timedelta(days=7), self.due_on - timedelta(days=1)})
        moments = [morning_of(day) for day in days if day > begun]
        return next((one for one in (*moments, end_of(self.due_on)) if one > at), None)

    def _facts(self, application: Application) -> dict[str, Any]:
        return {
            "application_id": application.id,
            "number": application.number,
            "campaign_id": self.campaign_id,
            "model": self.model,
            "violations": self.violations,
            "rights": tuple(self.rights),
        }

    def _tell_paused(self, application: Application, at: datetime) -> None:
        assert self.due_on is not None
        facts = self._facts(application) | {"rights": tuple(self.paused_rights)}
        application.record(told.RightsPaused(**facts, due_on=self.due_on, paused_at=at))

    def _tell_resumed(self, application: Application, back: tuple[str, ...], at: datetime) -> None:
        facts = self._facts(application) | {"rights": back, "paused": tuple(self.paused_rights)}
        application.record(told.RightsResumed(**facts, due_on=self.due_on, resumed_at=at))

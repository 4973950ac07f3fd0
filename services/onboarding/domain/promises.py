"""Who acts next and until when: what the city promises, what applicants have time for, and what comes by itself.

The city's promises are in working days, and stop while the applicant is asked. What happens by itself happens at
`next_at`, which the clock looks for: reminders in the morning, an expiry when its day is over.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Any
from uuid import UUID

from services.onboarding.domain.questions import Questioned
from services.onboarding.domain.statuses import APPROVED, WHO, S, Status
from services.onboarding.domain.workdays import day_of, end_of, morning_of, workdays_after, workdays_between
from shared.contracts import promises as told
from shared.kernel import Aggregate
from shared.periods import periods


class Promise(StrEnum):
    """What somebody has until `due_on` for."""

    DRAFT = "draft"
    REVIEW = "review"
    DECISION = "decision"
    SIGNATURE = "signature"
    REPLY = "reply"


#: Who keeps each. Those of the city are measured in working days.
KEEPS = {
    Promise.DRAFT: "applicant",
    Promise.REVIEW: "reviewer",
    Promise.DECISION: "approver",
    Promise.SIGNATURE: "approver",
    Promise.REPLY: "applicant",
}
OF_THE_CITY = (Promise.REVIEW, Promise.DECISION, Promise.SIGNATURE)

#: Working days: a reminder before a promise or a reply is due; a missed promise is escalated, and again every week.
BEFORE, BEFORE_REPLY, ESCALATED_AFTER, AGAIN_AFTER = 2, 3, 3, 5
#: Days between the last warning and an expiry, at least.
LAST_WARNING_DAYS = 3


class Promised(Questioned, Aggregate, ABC):
    """What an application says of dates. `paused` is what goes on once the applicant has replied."""

    id: UUID
    number: str
    status: Status
    promise: str | None
    due_on: date | None
    expires_on: date | None
    next_at: datetime | None
    reminded_on: date | None
    paused: dict[str, Any] | None
    submitted_on: date | None
    decided_on: date | None
    waited_days: int
    decided_days: int | None

    @abstractmethod
    def expire(self, at: datetime) -> None:
        """End what nobody goes on with."""

    def next(self) -> tuple[str, date | None] | None:
        """Who acts next and until when; None at an end."""
        if self.status in APPROVED and self.due_on:
            return "applicant", self.due_on  # a re-check found something
        if self.status not in WHO:
            return None
        return KEEPS[Promise(self.promise)] if self.promise else WHO[self.status], self.due_on

    @property
    def decision_by(self) -> date | None:
        """The day by which the city promises a decision; None while it cannot, because somebody else acts."""
        if self.due_on is None or self.promise not in OF_THE_CITY:
            return None
        more = {Promise.REVIEW: periods().decision + periods().signature, Promise.DECISION: periods().signature}
        return workdays_after(self.due_on, more.get(Promise(self.promise), 0))

    def come_due(self, at: datetime) -> None:
        """Remind, warn, tell that a promise is missed, or let expire. Dates that passed unseen are one letter."""
        if self.promise is None or self.due_on is None:  # an application from before there were promises
            self._begin_again(at)
            return
        if self.promise == Promise.DRAFT:
            self._draft_comes_due(self.due_on, at)
        elif self.promise == Promise.REPLY:
            self._reply_comes_due(self.due_on, at)
        else:
            self._promise_comes_due(self.due_on, at)
        if self.promise is not None:  # else it expired just now
            self.reminded_on = day_of(at)
            self.next_at = self._next_moment(at)

    def _begin(self, promise: Promise, at: datetime, due_on: date | None = None) -> None:
        """Promise something anew; `due_on` unless the house says for how long."""
        today, lasts = day_of(at), periods()
        if promise in OF_THE_CITY:
            days = {Promise.REVIEW: lasts.review, Promise.DECISION: lasts.decision}.get(promise, lasts.signature)
            due_on = due_on or workdays_after(today, days)
        else:
            due_on = due_on or today + timedelta(days=lasts.draft if promise is Promise.DRAFT else lasts.reply)
        expires = {Promise.DRAFT: due_on, Promise.REPLY: max(due_on, today) + timedelta(days=lasts.reply_grace)}
        self.promise, self.due_on, self.expires_on, self.reminded_on = promise, due_on, expires.get(promise), None
        self.next_at = self._next_moment(at)

    def _begin_again(self, at: datetime) -> None:
        first = {S.DRAFT: Promise.DRAFT, S.PROPOSED: Promise.SIGNATURE, S.CLARIFICATION: Promise.REPLY}
        self._begin(first.get(self.status, Promise.REVIEW), at, self.due_on)
        if self.status is S.CLARIFICATION:
            self.paused = {"promise": Promise.REVIEW, "left": periods().review, "since": day_of(at).isoformat()}
        if self.status is not S.DRAFT:
            self.submitted_on = self.submitted_on or day_of(at)

    def _follow(self, before: Status, at: datetime) -> None:
        """Let the promise follow the status that was just taken."""
        today = day_of(at)
        if self.status in {S.SUBMITTED, S.RECONSIDERED}:
            self.submitted_on = self.submitted_on or today
            self._begin(Promise.REVIEW, at)
        elif self.status is S.CLARIFICATION:
            left = workdays_between(today, self.due_on) if self.due_on else periods().review
            self.paused = {"promise": self.promise or Promise.REVIEW, "left": left, "since": today.isoformat()}
        elif self.status is S.IN_REVIEW and before is S.CLARIFICATION:
            self._resume(at)
        elif self.status is S.IN_REVIEW and before is S.PROPOSED:
            self._begin(Promise.DECISION, at)
        elif self.status is S.PROPOSED:
            self._begin(Promise.SIGNATURE, at)
        elif self.status not in WHO:
            self._keep_no_more(today)

    def _resume(self, at: datetime) -> None:
        """Let the city's clock go on with what was left, and with one day at least to read the reply."""
        today, stopped = day_of(at), self.paused or {}
        left = stopped.get("left", periods().review)
        since = date.fromisoformat(stopped.get("since", today.isoformat()))
        self.waited_days = (self.waited_days or 0) + workdays_between(since, today)
        self.paused = None
        promise = Promise(stopped.get("promise", Promise.REVIEW))
        self._begin(promise, at, workdays_after(today, max(left, 1)))

    def _review_is_done(self, at: datetime) -> None:
        """Everything is judged: now it is for approvers to propose a decision."""
        if self.paused:
            self.paused = {**self.paused, "promise": Promise.DECISION, "left": periods().decision}
        elif self.promise == Promise.REVIEW:
            self._begin(Promise.DECISION, at)

    def _keep_no_more(self, today: date) -> None:
        self.promise = self.due_on = self.expires_on = self.next_at = self.reminded_on = self.paused = None
        if self.status in {*APPROVED, S.DECLINED} and self.decided_on is None:
            self.decided_on = today
            self.decided_days = max(workdays_between(self.submitted_on or today, today) - (self.waited_days or 0), 0)

    def _draft_comes_due(self, due_on: date, at: datetime) -> None:
        if self.reminded_on is not None and at >= end_of(due_on):
            self.expire(at)
            return
        # Nothing is deleted that nobody was warned of in time, even if the clock stood still.
        self.due_on = self.expires_on = max(due_on, day_of(at) + timedelta(days=periods().draft_warning))
        self.record(
            told.DraftExpiring(application_id=self.id, number=self.number, expires_on=self.due_on, warned_at=at)
        )

    def _reply_comes_due(self, due_on: date, at: datetime) -> None:
        today, overdue = day_of(at), at >= end_of(due_on)
        warned = self.reminded_on is not None and self.reminded_on > due_on
        expires_on = self.expires_on or due_on
        if warned and at >= end_of(expires_on):
            self.expire(at)
            return
        if overdue:
            expires_on = max(expires_on, today + timedelta(days=LAST_WARNING_DAYS))
        self.expires_on = expires_on
        self.record(
            told.ReplyReminded(
                application_id=self.id, number=self.number, questions=len(self.open_questions), due_on=due_on,
                expires_on=expires_on, overdue=overdue, reminded_at=at,
            )
        )  # fmt: skip

    def _promise_comes_due(self, due_on: date, at: datetime) -> None:
        facts: dict[str, Any] = {
            "application_id": self.id, "number": self.number, "promise": str(self.promise), "due_on": due_on,
        }  # fmt: skip
        if at < end_of(due_on):
            self.record(told.PromiseDue(**facts, reminded_at=at))
            return
        over = workdays_between(due_on, day_of(at))
        first = self.reminded_on is None or self.reminded_on <= due_on
        self.record(
            told.PromiseMissed(
                **facts, days_over=over, first=first, escalated=over >= ESCALATED_AFTER, missed_at=at
            )
        )  # fmt: skip

    def _next_moment(self, at: datetime) -> datetime | None:
        """Return when something happens by itself."""
        if self.promise is None or self.due_on is None:
            return None
        return next((one for one in self._moments(self.due_on, self.expires_on) if one > at), None)

    def _moments(self, due_on: date, expires_on: date | None) -> Iterator[datetime]:
        if self.promise == Promise.DRAFT:
            yield morning_of(due_on - timedelta(days=periods().draft_warning))
            yield end_of(due_on)
        elif self.promise == Promise.REPLY:
            last = expires_on or due_on
            warnings = due_on + timedelta(days=1), last - timedelta(days=LAST_WARNING_DAYS)
            reminder = morning_of(workdays_after(due_on, -BEFORE_REPLY))
            yield from sorted([reminder, *map(morning_of, warnings), end_of(last)])
        else:
            yield morning_of(workdays_after(due_on, -BEFORE))
            yield morning_of(workdays_after(due_on, 1))
            for week in count():
                yield morning_of(workdays_after(due_on, ESCALATED_AFTER + AGAIN_AFTER * week))

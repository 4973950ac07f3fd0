"""What is true of an application: its states, who may follow whom, who may sign, and what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.onboarding.commands import (
    Answers,
    AskQuestions,
    Contact,
    JudgeRule,
    OverrideRule,
    ProposeDecision,
    Reply,
)
from services.onboarding.domain import telling
from services.onboarding.domain.assessments import (
    Assessment,
    Findings,
    judgement,
    merged,
    on_checklist,
    override,
    revocation,
    to_override,
    unjudged,
    unsound,
    voucher,
)
from services.onboarding.domain.decisions import Decided, Decision, condition, own_application, too_late
from services.onboarding.domain.promises import Promise, Promised
from services.onboarding.domain.questions import Entry, asked, replied
from services.onboarding.domain.snapshots import (
    ADOPTED,
    CHANGED,
    RECONSIDERED,
    REPLIED,
    SUBMITTED,
    Snapshot,
    keep_version,
)
from services.onboarding.domain.statuses import BECOMES, CHANGEABLE, NEXT, WAITING, WHO, S, Status
from services.onboarding.domain.workdays import day_of
from shared.contracts import onboarding as told
from shared.kernel import Conflict, Text
from shared.periods import periods

if TYPE_CHECKING:
    from services.onboarding.domain.campaigns import Recheck


@dataclass(eq=False, kw_only=True)
class Application(Decided, Promised):
    """One application. `answers`, `checked`, `questions` and `timeline` are replaced, never changed in place.

    `checked` is what the model says of the answers: what they miss, and what people have to judge (`judged_by`).
    """

    id: UUID
    number: str
    owner: str
    filed_by: str | None
    model: str
    person: str
    email: str
    language: str
    answers: Answers
    checked: list[dict[str, Any]]
    kind: str
    themes: str
    created_at: datetime
    changed_at: datetime
    status: Status = Status.DRAFT
    proved: bool = False
    questions: list[Entry] = field(default_factory=list)
    timeline: list[Entry] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    rechecks: list[Recheck] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    due_on: date | None = None
    promise: str | None = None  # what `due_on` is about, see `promises.py`, as are the other dates
    expires_on: date | None = None
    next_at: datetime | None = None
    reminded_on: date | None = None
    paused: Entry | None = None
    submitted_on: date | None = None
    decided_on: date | None = None
    waited_days: int = 0
    decided_days: int | None = None
    reconsider_until: date | None = None
    use_case: str | None = None
    offered: str | None = None  # the newest model the owner was told of
    adopted: Entry | None = None  # how it came to its model, see `adoption.py`
    version: int = field(default=1)
    sequence: int = 0

    @classmethod
    def start(
        cls, *, number: str, owner: str, filed_by: str | None, model: str, contact: Contact, at: datetime
    ) -> Application:
        application = cls(
            id=uuid4(), number=number, owner=owner, filed_by=filed_by, model=model, person=contact.name,
            email=contact.email, language=contact.language, answers={}, checked=[], kind="", themes="",
            created_at=at, changed_at=at,
        )  # fmt: skip
        application._note(owner, "applicant", at)
        application._begin(Promise.DRAFT, at)
        application.record(telling.contact(application))
        return application

    def need_changeable(self) -> None:
        """Raise Conflict in a state in which the applicant may change nothing."""
        if self.status not in CHANGEABLE:
            raise self._wrong_state(None)

    def take_answers(self, answers: Answers, checked: Findings) -> None:
        """Replace all answers and what the model says of them."""
        self.answers, self.checked = answers, [dict(one) for one in checked]
        self.kind = str(answers.get("organisation", {}).get("kind") or "")
        self.themes = " ".join(answers.get("use_case", {}).get("theme") or ())

    def change_answers(self, answers: Answers, checked: Findings) -> None:
        self.need_changeable()
        self.take_answers(answers, checked)

    def change_contact(self, contact: Contact) -> None:
        """Take a new contact; a new address has to be proved anew. Nothing is told if nothing is new."""
        self.need_changeable()
        if (contact.name, contact.email, contact.language) == (self.person, self.email, self.language):
            return
        same = contact.email.lower() == self.email.lower()
        self.person, self.email, self.language = contact.name, contact.email, contact.language
        self.proved = self.proved and same
        self.record(telling.contact(self))

    def take_model(self, model: str, adopted: Entry, by: str, role: str, at: datetime) -> None:
        """Go over to another version of the model; answers and findings are taken beside it."""
        self._note(by, role, at, f"{self.model} → {model}")
        self.model, self.offered, self.adopted = model, model, adopted
        if self.status is not S.DRAFT:
            keep_version(self, ADOPTED, at)
        self.void_proposal(at, by, role)

    def void_proposal(self, at: datetime, by: str = "", role: str = "applicant") -> None:
        """After a change: a proposal about what was before does not count any more."""
        if self.status is S.PROPOSED:
            self._return("changed", "void", at, by or self.owner, role)
            keep_version(self, CHANGED, at)

    def prove_address(self) -> None:
        """The link sent to the address came back from there."""
        if not self.proved:
            self.proved = True
            self.record(telling.contact(self))

    def submit(self, at: datetime) -> None:
        """Hand the application to the city. Raises Invalid with the findings that block it."""
        if self.status is not S.DRAFT:
            raise self._wrong_state(S.SUBMITTED)
        if self.violations:
            raise unsound(self.findings)
        self._become(S.SUBMITTED, at, self.owner, "applicant")
        keep_version(self, SUBMITTED, at)
        self.record(
            told.ApplicationSubmitted(
                application_id=self.id, number=self.number, kind=self.kind, model=self.model,
                findings=len(self.findings), due_on=self.due_on, submitted_at=at,
            )
        )  # fmt: skip

    def delete(self, at: datetime) -> None:
        """Say that nothing is left of a draft. Raises Conflict for what the city has seen: that can be withdrawn."""
        if self.status is not S.DRAFT:
            text = Text(
                de="Nur ein Entwurf lässt sich löschen. Einen eingereichten Antrag können Sie zurückziehen.",
                en="Only a draft can be deleted. An application that was submitted can be withdrawn.",
            )
            raise Conflict(text, code="state")
        self.record(told.ApplicationDeleted(application_id=self.id, number=self.number, deleted_at=at))

    def withdraw(self, reason: str, at: datetime) -> None:
        self._close_open_decision("void", at)
        self._become(S.WITHDRAWN, at, self.owner, "applicant", note=reason)
        self.record(told.ApplicationWithdrawn(application_id=self.id, number=self.number, withdrawn_at=at))

    def ask(self, command: AskQuestions, by: str, at: datetime) -> None:
        self._take_up(at, by)
        self._become(S.CLARIFICATION, at, by, "reviewer")
        self._begin(Promise.REPLY, at, command.due)
        assert self.due_on is not None
        new = asked(command.items, at)
        self.questions = [*self.questions, *new]
        self.record(
            told.QuestionsAsked(
                application_id=self.id,
                number=self.number,
                questions=len(new),
                due_on=self.due_on,
                asked_at=at,
            )
        )

    def reply(self, replies: Sequence[Reply], at: datetime) -> None:
        """Keep replies; once all questions are answered the city goes on. Raises Invalid for an unknown question."""
        if self.status is not S.CLARIFICATION:
            raise self._wrong_state(S.IN_REVIEW)
        self.questions = replied(self.questions, replies, at)
        self.changed_at = at
        keep_version(self, REPLIED, at)
        if not self.open_questions:
            self._become(S.IN_REVIEW, at, self.owner, "applicant")
            self.record(
                told.ApplicationReplied(application_id=self.id, number=self.number, due_on=self.due_on, replied_at=at)
            )

    def judge(self, command: JudgeRule, by: str, at: datetime) -> None:
        """Keep what somebody found out about a rule of the checklist; the latest word about it counts."""
        self._need_assessable(by, at)
        self._assess(judgement(self.id, on_checklist(self.checked, command.rule), command, by, at))
        if not self.checklist:
            self._review_is_done(at)

    def override(self, command: OverrideRule, by: str, at: datetime) -> None:
        """Make an exception from one finding, until the answer it is about changes."""
        self._need_assessable(by, at)
        self._assess(override(self.id, to_override(merged(self.checked, self.assessments), command), command, by, at))

    def vouch(self, by: str, organisation: str, text: str, at: datetime) -> Assessment:
        """Keep that an intermediary speaks for the application; once each, and not for oneself."""
        if by == self.owner:
            raise own_application()
        if self.status not in WHO or any(one.by == by for one in self.vouchers):
            raise self._wrong_state(None)
        given = voucher(self.id, by, organisation, text, at)
        self._assess(given)
        return given

    def revoke(self, given: Assessment, at: datetime) -> None:
        """Take a voucher back. Raises Conflict if it was already, or if the decision is made."""
        if self.status not in WHO or given not in self.vouchers:
            raise self._wrong_state(None)
        self._assess(revocation(given, at))

    def propose(self, command: ProposeDecision, by: str, at: datetime) -> None:
        """Put a decision under a first signature. A violation blocks every approval."""
        self._may_sign(by)
        self._take_up(at, by)
        if S.PROPOSED not in NEXT[self.status]:
            raise self._wrong_state(S.PROPOSED)
        if command.outcome != "decline":
            self._need_approvable()
        decision = Decision(
            application_id=self.id, outcome=command.outcome, reason=command.reason,
            conditions=[condition(one) for one in command.conditions], proposed_by=by, proposed_at=at,
        )  # fmt: skip
        self.decisions.append(decision)
        self._become(S.PROPOSED, at, by, "approver")
        self.record(
            told.DecisionProposed(
                application_id=self.id,
                number=self.number,
                outcome=command.outcome,
                proposed_by=by,
                due_on=self.due_on,
                proposed_at=at,
            )
        )

    def confirm(self, *, agree: bool, comment: str, by: str, at: datetime) -> None:
        """Put the second signature under the open proposal, or return it."""
        decision = self.open_decision
        self._may_sign(by, decision)
        if self.status is not S.PROPOSED or decision is None:
            raise self._wrong_state(S.APPROVED)
        decision.signed_by, decision.signed_at, decision.comment = by, at, comment
        if not agree:
            self._return("disagreed", "returned", at, by, "approver")
            return
        if decision.outcome != "decline":
            self._need_approvable()
        decision.state = "confirmed"
        self._become(BECOMES[decision.outcome], at, by, "approver")
        if decision.outcome == "decline" and not self.earlier_decisions:
            self.reconsider_until = day_of(at) + timedelta(days=periods().reconsideration)
        self.record(telling.decided(self, decision, at))

    @property
    def may_be_reconsidered_until(self) -> date | None:
        """The last day on which a decline can be looked at again; None if it is none, or the second one."""
        if self.status is not S.DECLINED or self.decision is None or self.earlier_decisions:
            return None
        decided_on = day_of(self.decision.signed_at or self.changed_at)
        return self.reconsider_until or decided_on + timedelta(days=periods().reconsideration)

    def reconsider(self, reason: str, at: datetime) -> None:
        """Ask that others look at a decline again. Raises Conflict once its period is over, and a second time."""
        until = self.may_be_reconsidered_until
        if until is None or self.decision is None:
            raise self._wrong_state(S.RECONSIDERED)
        if day_of(at) > until:
            raise too_late(until)
        self.decision.state = "reconsidered"
        keep_version(self, RECONSIDERED, at)
        self._become(S.RECONSIDERED, at, self.owner, "applicant", note=reason)
        self.record(telling.reconsidered(self, at))

    def extend(self, at: datetime) -> None:
        """Keep a draft for another whole period; every change of one does, too."""
        if self.status is not S.DRAFT:
            raise self._wrong_state(None)
        self._begin(Promise.DRAFT, at)

    def expire(self, at: datetime) -> None:
        """End what nobody goes on with. A draft keeps its number and no answers."""
        was = self.status
        self._become(S.EXPIRED, at, "system", "system")
        if was is S.DRAFT:
            self.take_answers({}, [])
            self.adopted, self.assessments = None, []
        self.record(telling.expired(self, was, at))

    def listed(self, slug: str) -> None:
        """The catalog shows the use case now."""
        self.use_case = slug

    def retell(self, at: datetime) -> None:
        """Tell how it stands now in facts that are known, for a listener that missed how it came to this."""
        self.record(telling.contact(self))
        if (decision := self.decision) and decision.outcome != "decline":
            self.record(telling.approved(self, decision, decision.signed_at or at))

    def _need_approvable(self) -> None:
        """Raise Invalid while something blocks: a violation, or a rule that people still have to judge."""
        if self.violations:
            raise unsound(self.findings)
        if blocking := [one for one in self.checklist if one["severity"] == "violation"]:
            raise unjudged(blocking)

    def _need_assessable(self, by: str, at: datetime) -> None:
        self._need_outside(by)
        self._take_up(at, by)
        if self.status not in {S.IN_REVIEW, S.CLARIFICATION}:
            raise self._wrong_state(None)

    def _assess(self, said: Assessment) -> None:
        self.assessments.append(said)
        more = {"verdict": said.verdict} if said.verdict else {}
        self._note(said.by, said.role, said.at, said.reason, move=said.kind, rule=said.rule, **more)

    def _take_up(self, at: datetime, by: str) -> None:
        if self.status in WAITING:
            self._become(S.IN_REVIEW, at, by, "reviewer")

    def _return(self, why: str, state: str, at: datetime, by: str, role: str) -> None:
        proposed_by = self._close_open_decision(state, at)
        self._become(S.IN_REVIEW, at, by, role)
        self.record(
            told.ProposalReturned(
                application_id=self.id, number=self.number, why=why, proposed_by=proposed_by, returned_at=at
            )
        )

    def _become(self, status: Status, at: datetime, by: str, role: str, note: str = "") -> None:
        if status not in NEXT[self.status]:
            raise self._wrong_state(status)
        before, self.status, self.changed_at = self.status, status, at
        self._note(by, role, at, note)
        self._follow(before, at)

    def _note(self, by: str, role: str, at: datetime, note: str = "", **more: str) -> None:
        entry = {"at": at.isoformat(), "status": str(self.status), "actor": by, "role": role, "note": note}
        self.timeline = [*self.timeline, entry | more]

    def _wrong_state(self, wanted: Status | None) -> Conflict:
        wish = f" und kann nicht {wanted} werden" if wanted else " und kann jetzt nicht geändert werden"
        want = f" and cannot become {wanted}" if wanted else " and cannot be changed now"
        return Conflict(
            Text(de=f"Der Antrag ist {self.status}{wish}.", en=f"The application is {self.status}{want}."),
            code="state",
        )

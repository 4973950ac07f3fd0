"""What is true of an application: its states, who may follow whom, who may sign, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.onboarding.commands import Answers, AskQuestions, Condition, Contact, ProposeDecision, Reply
from shared.contracts import onboarding as told
from shared.kernel import Aggregate, Conflict, Forbidden, Invalid, Problem, Text

if TYPE_CHECKING:
    from services.onboarding.domain.campaigns import Recheck

Findings = Sequence[Mapping[str, Any]]
Entry = dict[str, Any]

REPLY_DAYS, REVIEW_DAYS, SIGNATURE_DAYS = 14, 14, 3


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CLARIFICATION = "clarification"
    PROPOSED = "proposed"
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved_with_conditions"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


S = Status
#: From each status, where an application may go next. An empty set is an end of this part of the life.
NEXT: dict[Status, set[Status]] = {
    S.DRAFT: {S.SUBMITTED, S.WITHDRAWN},
    S.SUBMITTED: {S.IN_REVIEW, S.WITHDRAWN},
    S.IN_REVIEW: {S.CLARIFICATION, S.PROPOSED, S.WITHDRAWN},
    S.CLARIFICATION: {S.IN_REVIEW, S.WITHDRAWN},
    S.PROPOSED: {S.IN_REVIEW, S.APPROVED, S.APPROVED_WITH_CONDITIONS, S.DECLINED, S.WITHDRAWN},
    S.APPROVED: set(),
    S.APPROVED_WITH_CONDITIONS: set(),
    S.DECLINED: set(),
    S.WITHDRAWN: set(),
}
APPROVED = {S.APPROVED, S.APPROVED_WITH_CONDITIONS}
CHANGEABLE = {S.DRAFT, S.CLARIFICATION, S.PROPOSED}
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
}


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
    state: str = "open"  # open, confirmed, returned, void
    signed_by: str | None = None
    signed_at: datetime | None = None
    comment: str = ""


@dataclass(eq=False, kw_only=True)
class Application(Aggregate):
    """One application. `answers`, `findings`, `questions` and `timeline` are replaced, never changed in place."""

    id: UUID
    number: str
    owner: str
    filed_by: str | None
    model: str
    person: str
    email: str
    language: str
    answers: Answers
    findings: list[dict[str, Any]]
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
    due_on: date | None = None
    use_case: str | None = None
    version: int = field(default=1)
    sequence: int = 0

    @classmethod
    def start(
        cls, *, number: str, owner: str, filed_by: str | None, model: str, contact: Contact, at: datetime
    ) -> Application:
        application = cls(
            id=uuid4(), number=number, owner=owner, filed_by=filed_by, model=model, person=contact.name,
            email=contact.email, language=contact.language, answers={}, findings=[], kind="", themes="",
            created_at=at, changed_at=at,
        )  # fmt: skip
        application._note(owner, "applicant", at)
        application._tell_contact()
        return application

    @property
    def open_decision(self) -> Decision | None:
        return next((one for one in self.decisions if one.state == "open"), None)

    @property
    def decision(self) -> Decision | None:
        """The decision both signed, once there is one."""
        return next((one for one in self.decisions if one.state == "confirmed"), None)

    @property
    def open_questions(self) -> list[Entry]:
        return [one for one in self.questions if one["reply"] is None]

    @property
    def violations(self) -> list[dict[str, Any]]:
        return [one for one in self.findings if one["severity"] == "violation"]

    def next(self) -> tuple[str, date | None] | None:
        """Who acts next and until when; None at an end."""
        if self.status in APPROVED and self.due_on:
            return "applicant", self.due_on  # a re-check found something
        if self.status not in WHO:
            return None
        days = {S.SUBMITTED: REVIEW_DAYS, S.IN_REVIEW: REVIEW_DAYS, S.PROPOSED: SIGNATURE_DAYS}.get(self.status)
        until = self.due_on if days is None else (self.changed_at + timedelta(days=days)).date()
        return WHO[self.status], until

    def need_changeable(self) -> None:
        """Raise Conflict in a state in which the applicant may change nothing."""
        if self.status not in CHANGEABLE:
            raise self._wrong_state(None)

    def take_answers(self, answers: Answers, findings: Findings) -> None:
        """Replace all answers and what the check says of them."""
        self.answers, self.findings = answers, [dict(one) for one in findings]
        self.kind = str(answers.get("organisation", {}).get("kind") or "")
        self.themes = " ".join(answers.get("use_case", {}).get("theme") or ())

    def change_answers(self, answers: Answers, findings: Findings) -> None:
        self.need_changeable()
        self.take_answers(answers, findings)

    def change_contact(self, contact: Contact) -> None:
        """Take a new contact; a new address has to be proved anew. Nothing is told if nothing is new."""
        self.need_changeable()
        if (contact.name, contact.email, contact.language) == (self.person, self.email, self.language):
            return
        same = contact.email.lower() == self.email.lower()
        self.person, self.email, self.language = contact.name, contact.email, contact.language
        self.proved = self.proved and same
        self._tell_contact()

    def void_proposal(self, at: datetime) -> None:
        """After a change: a proposal about what was before does not count any more."""
        if self.status is S.PROPOSED:
            self._return("changed", "void", at, self.owner, "applicant")

    def prove_address(self) -> None:
        """The link sent to the address came back from there."""
        if not self.proved:
            self.proved = True
            self._tell_contact()

    def submit(self, at: datetime) -> None:
        """Hand the application to the city. Raises Invalid with the findings that block it."""
        if self.status is not S.DRAFT:
            raise self._wrong_state(S.SUBMITTED)
        if self.violations:
            raise unsound(self.findings)
        self._become(S.SUBMITTED, at, self.owner, "applicant")
        self.record(
            told.ApplicationSubmitted(
                application_id=self.id, number=self.number, kind=self.kind, model=self.model,
                findings=len(self.findings), submitted_at=at,
            )
        )  # fmt: skip

    def withdraw(self, reason: str, at: datetime) -> None:
        self._close_open_decision("void", at)
        self._become(S.WITHDRAWN, at, self.owner, "applicant", note=reason)
        self.record(told.ApplicationWithdrawn(application_id=self.id, number=self.number, withdrawn_at=at))

    def ask(self, command: AskQuestions, by: str, at: datetime) -> None:
        self._take_up(at, by)
        self._become(S.CLARIFICATION, at, by, "reviewer")
        self.due_on = command.due or (at + timedelta(days=REPLY_DAYS)).date()
        asked = [
            {"id": str(uuid4()), "text": one.text, "pointer": one.pointer, "asked_at": at.isoformat(), "reply": None,
             "replied_at": None}
            for one in command.items
        ]  # fmt: skip
        self.questions = [*self.questions, *asked]
        self.record(
            told.QuestionsAsked(
                application_id=self.id,
                number=self.number,
                questions=len(asked),
                due_on=self.due_on,
                asked_at=at,
            )
        )

    def reply(self, replies: Sequence[Reply], at: datetime) -> None:
        """Keep replies; once all questions are answered the city goes on. Raises Invalid for an unknown question."""
        if self.status is not S.CLARIFICATION:
            raise self._wrong_state(S.IN_REVIEW)
        open_ = {one["id"]: one for one in self.open_questions}
        given = {one.question: one.text for one in replies}
        asked = [one.question for one in replies]
        wrong = [index for index, id_ in enumerate(asked) if id_ not in open_ or id_ in asked[:index]]
        if wrong:
            text = Text(
                de="Diese Frage ist nicht offen oder schon beantwortet.",
                en="This question is not open or already answered.",
            )
            places = [Problem(f"/items/{index}/question", "unknown_question", text) for index in wrong]
            raise Invalid(text, code="unknown_question", problems=places)
        self.questions = [
            {**one, "reply": given[one["id"]], "replied_at": at.isoformat()} if one["id"] in given else one
            for one in self.questions
        ]
        self.changed_at = at
        if not self.open_questions:
            self.due_on = None
            self._become(S.IN_REVIEW, at, self.owner, "applicant")
            self.record(told.ApplicationReplied(application_id=self.id, number=self.number, replied_at=at))

    def propose(self, command: ProposeDecision, by: str, at: datetime) -> None:
        """Put a decision under a first signature. A violation blocks every approval."""
        self._take_up(at, by)
        self._may_sign(by)
        if S.PROPOSED not in NEXT[self.status]:
            raise self._wrong_state(S.PROPOSED)
        if command.outcome != "decline" and self.violations:
            raise unsound(self.findings)
        decision = Decision(
            application_id=self.id, outcome=command.outcome, reason=command.reason,
            conditions=[_condition(one) for one in command.conditions], proposed_by=by, proposed_at=at,
        )  # fmt: skip
        self.decisions.append(decision)
        self._become(S.PROPOSED, at, by, "approver")
        self.record(
            told.DecisionProposed(
                application_id=self.id,
                number=self.number,
                outcome=command.outcome,
                proposed_by=by,
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
        decision.state = "confirmed"
        self._become(BECOMES[decision.outcome], at, by, "approver")
        self.record(self._declined(at) if decision.outcome == "decline" else self._approved(decision, at))

    def listed(self, slug: str) -> None:
        """The catalog shows the use case now."""
        self.use_case = slug

    def _may_sign(self, by: str, decision: Decision | None = None) -> None:
        """The one place that says who may put a signature under a decision."""
        if by in {self.owner, self.filed_by}:
            raise Forbidden(
                Text(
                    de="Über den eigenen Antrag entscheidet jemand anderes.",
                    en="Somebody else decides on your own application.",
                ),
                code="own_application",
            )
        if decision is not None and by == decision.proposed_by:
            raise Forbidden(
                Text(
                    de="Ihren eigenen Vorschlag bestätigt eine zweite Person.",
                    en="A second person confirms your own proposal.",
                ),
                code="four_eyes",
            )

    def _take_up(self, at: datetime, by: str) -> None:
        if self.status is S.SUBMITTED:
            self._become(S.IN_REVIEW, at, by, "reviewer")

    def _return(self, why: str, state: str, at: datetime, by: str, role: str) -> None:
        proposed_by = self._close_open_decision(state, at)
        self._become(S.IN_REVIEW, at, by, role)
        self.record(
            told.ProposalReturned(
                application_id=self.id, number=self.number, why=why, proposed_by=proposed_by, returned_at=at
            )
        )

    def _close_open_decision(self, state: str, at: datetime) -> str:
        decision = self.open_decision
        if decision is None:
            return ""
        decision.state, decision.signed_at = state, at
        return decision.proposed_by

    def _become(self, status: Status, at: datetime, by: str, role: str, note: str = "") -> None:
        if status not in NEXT[self.status]:
            raise self._wrong_state(status)
        self.status, self.changed_at = status, at
        self._note(by, role, at, note)

    def _note(self, by: str, role: str, at: datetime, note: str = "") -> None:
        entry = {"at": at.isoformat(), "status": str(self.status), "actor": by, "role": role, "note": note}
        self.timeline = [*self.timeline, entry]

    def _wrong_state(self, wanted: Status | None) -> Conflict:
        wish = f" und kann nicht {wanted} werden" if wanted else " und kann jetzt nicht geändert werden"
        want = f" and cannot become {wanted}" if wanted else " and cannot be changed now"
        return Conflict(
            Text(de=f"Der Antrag ist {self.status}{wish}.", en=f"The application is {self.status}{want}."),
            code="state",
        )

    def _tell_contact(self) -> None:
        self.record(
            told.ContactChanged(
                application_id=self.id, number=self.number, owner=self.owner, person=self.person, email=self.email,
                language=self.language, proved=self.proved,
            )
        )  # fmt: skip

    def _approved(self, decision: Decision, at: datetime) -> told.ApplicationApproved:
        organisation, use_case = self.answers["organisation"], self.answers["use_case"]
        return told.ApplicationApproved(
            application_id=self.id, number=self.number, kind=self.kind, provider=organisation["name"],
            title=use_case["title"], summary=use_case.get("summary", ""), themes=tuple(use_case["theme"]),
            stage=use_case.get("stage", "idea"), strategies=tuple(use_case.get("strategy", ())),
            public_service=bool(use_case.get("public_service")), conditions=len(decision.conditions), approved_at=at,
            alignment=_alignment(use_case),
        )  # fmt: skip

    def _declined(self, at: datetime) -> told.ApplicationDeclined:
        return told.ApplicationDeclined(application_id=self.id, number=self.number, declined_at=at)


def unsound(findings: Findings) -> Invalid:
    """What stops an application: its violations, told with all other findings, each pointing into `answers`."""
    count = sum(one["severity"] == "violation" for one in findings)
    text = Text(
        de=f"Bitte prüfen Sie {count} {'Angabe' if count == 1 else 'Angaben'}.",
        en=f"Please check {count} {'answer' if count == 1 else 'answers'}.",
    )
    problems = [
        Problem(
            f"/answers{one['pointer']}",
            f"rule.{one['rule']}",
            Text(**one["text"]),
            {key: value for key, value in one.items() if key != "pointer"},
        )
        for one in findings
    ]
    return Invalid(text, code="findings", problems=problems)


def _alignment(use_case: Entry) -> tuple[Entry, ...]:
    """Return which passage of which strategy it serves; None where the model does not ask for the passage."""
    passages = use_case.get("strategy_passages") or {}
    return tuple({"strategy": one, "passage": passages.get(one)} for one in use_case.get("strategy", ()))


def _condition(one: Condition) -> dict[str, Any]:
    return {"text": one.text, "due": one.due.isoformat() if one.due else None}

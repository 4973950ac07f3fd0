"""The life of an application: who may follow whom, who may sign, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from services.onboarding.commands import AskQuestions, Contact, NewQuestion, Reply
from services.onboarding.domain import NEXT, WHO, Application, Status
from shared import migrate
from shared.contracts import onboarding as events
from shared.kernel import Conflict, Forbidden, Invalid
from tests.support.applications import (
    ANSWERS,
    AT,
    CONTACT,
    HINT,
    JONAS,
    ONE_QUESTION,
    OWNER,
    VERA,
    VIOLATION,
    an_application,
    proposal,
    told,
)

S = Status
LATER = AT + timedelta(days=1)


def reply_to_all(application: Application) -> None:
    application.reply([Reply(question=one["id"], text="Darum.") for one in application.open_questions], LATER)


MOVES: dict[str, Callable[[Application], None]] = {
    "change answers": lambda application: (application.change_answers(ANSWERS, []), application.void_proposal(LATER)),
    "change contact": lambda application: application.change_contact(CONTACT),
    "submit": lambda application: application.submit(LATER),
    "withdraw": lambda application: application.withdraw("", LATER),
    "ask": lambda application: application.ask(ONE_QUESTION, VERA, LATER),
    "reply": reply_to_all,
    "propose": lambda application: application.propose(proposal(), VERA, LATER),
    "agree": lambda application: application.confirm(agree=True, comment="", by=JONAS, at=LATER),
    "reconsider": lambda application: application.reconsider("Noch einmal.", LATER),
    "extend": lambda application: application.extend(LATER),
    "expire": lambda application: application.expire(LATER),
    "disagree": lambda application: application.confirm(agree=False, comment="Nein.", by=JONAS, at=LATER),
}

#: The whole table: which move leads where. What is not here is a conflict.
ALLOWED: dict[tuple[Status, str], Status] = {
    (S.DRAFT, "change answers"): S.DRAFT,
    (S.DRAFT, "change contact"): S.DRAFT,
    (S.DRAFT, "submit"): S.SUBMITTED,
    (S.DRAFT, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "ask"): S.CLARIFICATION,
    (S.SUBMITTED, "propose"): S.PROPOSED,
    (S.IN_REVIEW, "withdraw"): S.WITHDRAWN,
    (S.IN_REVIEW, "ask"): S.CLARIFICATION,
    (S.IN_REVIEW, "propose"): S.PROPOSED,
    (S.CLARIFICATION, "change answers"): S.CLARIFICATION,
    (S.CLARIFICATION, "change contact"): S.CLARIFICATION,
    (S.CLARIFICATION, "withdraw"): S.WITHDRAWN,
    (S.CLARIFICATION, "reply"): S.IN_REVIEW,
    (S.PROPOSED, "change answers"): S.IN_REVIEW,
    (S.PROPOSED, "change contact"): S.PROPOSED,
    (S.PROPOSED, "withdraw"): S.WITHDRAWN,
    (S.PROPOSED, "agree"): S.APPROVED,
    (S.PROPOSED, "disagree"): S.IN_REVIEW,
    (S.DRAFT, "extend"): S.DRAFT,
    (S.DRAFT, "expire"): S.EXPIRED,
    (S.CLARIFICATION, "expire"): S.EXPIRED,
    (S.DECLINED, "reconsider"): S.RECONSIDERED,
    (S.RECONSIDERED, "withdraw"): S.WITHDRAWN,
    (S.RECONSIDERED, "ask"): S.CLARIFICATION,
    (S.RECONSIDERED, "propose"): S.PROPOSED,
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", Status)
def test_each_move_leads_where_the_table_says_or_is_a_conflict_that_tells_nothing(status: Status, move: str) -> None:
    application = an_application(status)
    before = (application.status, application.timeline, application.sequence, application.questions)

    if (status, move) in ALLOWED:
        MOVES[move](application)
        assert application.status is ALLOWED[status, move]
        return
    with pytest.raises(Conflict):
        MOVES[move](application)
    assert (application.status, application.timeline, application.sequence, application.questions) == before
    assert told(application) == []


def test_every_status_is_reached_and_every_end_is_an_end() -> None:
    reached = {S.DRAFT, *(status for following in NEXT.values() for status in following)}

    assert reached == set(Status) == set(NEXT)
    assert {status for status, following in NEXT.items() if not following} == set(Status) - set(WHO) - {S.DECLINED}


# What is told


def test_each_move_tells_one_event_and_the_sequence_has_no_gap() -> None:
    application = Application.start(
        number="BI-1", owner=OWNER, filed_by=None, model="1.0", contact=CONTACT, at=AT
    )  # fmt: skip
    application.take_answers(ANSWERS, [HINT])
    application.submit(AT)
    application.ask(ONE_QUESTION, VERA, AT)
    reply_to_all(application)
    application.propose(proposal(), VERA, AT)
    application.change_answers(ANSWERS, [])
    application.void_proposal(AT)
    application.propose(proposal("approve_with_conditions"), VERA, AT)
    application.confirm(agree=True, comment="", by=JONAS, at=LATER)

    recorded = application.collect_events()

    assert [sequence for sequence, _ in recorded] == list(range(1, 9))
    assert [type(event).__name__ for _, event in recorded] == [
        "ContactChanged", "ApplicationSubmitted", "QuestionsAsked", "ApplicationReplied", "DecisionProposed",
        "ProposalReturned", "DecisionProposed", "ApplicationApproved",
    ]  # fmt: skip
    assert application.collect_events() == []


def test_an_approval_carries_all_the_catalog_shows() -> None:
    application = an_application(S.PROPOSED)

    application.confirm(agree=True, comment="", by=JONAS, at=LATER)

    [event] = told(application)
    assert isinstance(event, events.ApplicationApproved)
    assert (event.title, event.provider, event.themes) == ("Parkraum-Lotse", "Parkpilot GmbH", ("mobility", "climate"))
    assert (event.stage, event.summary, event.conditions, event.approved_at) == ("test", "", 0, LATER)


def test_an_approval_says_which_strategies_it_serves_and_which_passage_where_that_was_asked() -> None:
    use_case = ANSWERS["use_case"] | {"strategy": ["insek", "wissenschaftsstadt"], "passage_insek": "Leitziel 3"}
    application = an_application(S.PROPOSED)
    application.take_answers(ANSWERS | {"use_case": use_case}, [])

    application.confirm(agree=True, comment="", by=JONAS, at=LATER)

    [event] = told(application)
    assert isinstance(event, events.ApplicationApproved)
    assert event.alignment == (
        {"strategy": "insek", "passage": "Leitziel 3"},
        {"strategy": "wissenschaftsstadt", "passage": None},
    )


def test_a_declined_application_tells_no_reason_on_the_wire() -> None:
    application = an_application(S.IN_REVIEW)
    application.propose(proposal("decline"), VERA, AT)
    told(application)

    application.confirm(agree=True, comment="", by=JONAS, at=LATER)

    [event] = told(application)
    until = date(2026, 12, 24)
    assert event == events.ApplicationDeclined(
        application_id=application.id, number="BI-7K4Q", declined_at=LATER, reconsider_until=until
    )


@pytest.mark.parametrize(("move", "why"), [("change answers", "changed"), ("disagree", "disagreed")])
def test_a_proposal_that_is_void_says_why_and_whose_it_was(move: str, why: str) -> None:
    application = an_application(S.PROPOSED)

    MOVES[move](application)

    [event] = told(application)
    assert isinstance(event, events.ProposalReturned)
    assert (event.why, event.proposed_by) == (why, VERA)
    assert (application.open_decision, application.decision) == (None, None)


# Four eyes


def test_the_proposer_does_not_confirm() -> None:
    application = an_application(S.PROPOSED)

    for agree in (True, False):
        with pytest.raises(Forbidden) as refused:
            application.confirm(agree=agree, comment="Ja.", by=VERA, at=LATER)
        assert refused.value.code == "four_eyes"
    assert (application.status, told(application)) == (S.PROPOSED, [])


@pytest.mark.parametrize("filed_by", [VERA, JONAS])
def test_whoever_filed_an_application_signs_neither_first_nor_second(filed_by: str) -> None:
    application = an_application(S.SUBMITTED, filed_by=filed_by)
    other = VERA if filed_by == JONAS else JONAS

    with pytest.raises(Forbidden) as first:
        application.propose(proposal(), filed_by, LATER)
    application = an_application(S.SUBMITTED, filed_by=filed_by)
    application.propose(proposal(), other, LATER)
    with pytest.raises(Forbidden) as second:
        application.confirm(agree=True, comment="", by=filed_by, at=LATER)

    assert first.value.code == second.value.code == "own_application"


def test_an_applicant_never_signs_whatever_role_they_have() -> None:
    application = an_application(S.PROPOSED)

    with pytest.raises(Forbidden):
        application.confirm(agree=True, comment="", by=OWNER, at=LATER)


def test_both_signatures_and_their_moments_are_kept() -> None:
    application = an_application(S.PROPOSED)

    application.confirm(agree=True, comment="Gern.", by=JONAS, at=LATER)

    decision = application.decision
    assert decision is not None
    assert (decision.proposed_by, decision.proposed_at) == (VERA, AT)
    assert (decision.signed_by, decision.signed_at, decision.comment) == (JONAS, LATER, "Gern.")


@pytest.mark.parametrize(
    ("state", "signed_by", "fits"),
    [
        ("confirmed", "admin:Jonas", True),
        ("open", None, True),
        ("confirmed", "admin:Vera", False),
        ("returned", "admin:Vera", False),
        ("confirmed", None, False),
    ],
)
def test_the_database_itself_refuses_a_second_signature_by_the_same_hand(
    tmp_path: Path, state: str, signed_by: str | None, *, fits: bool
) -> None:
    url = f"sqlite:///{tmp_path}/onboarding.db"
    migrate.upgrade(url, "onboarding")
    row = {"id": uuid4().hex, "state": state, "signed_by": signed_by}
    statement = text(
        "INSERT INTO decisions (id, application_id, outcome, reason, conditions, proposed_by, proposed_at, state,"
        " signed_by, comment) VALUES (:id, 'none', 'approve', '', '[]', 'admin:Vera', '2026-11-23', :state,"
        " :signed_by, '')"
    )
    engine = create_engine(url)

    with engine.begin() as connection:
        if fits:
            connection.execute(statement, row)
        else:
            with pytest.raises(IntegrityError, match=r"ck_decisions_(four_eyes|two_signatures)"):
                connection.execute(statement, row)
    engine.dispose()


# Findings


def test_a_violation_stops_handing_in_and_approving_but_not_declining() -> None:
    draft, reviewed = an_application(), an_application(S.IN_REVIEW)
    for application in (draft, reviewed):
        application.take_answers(ANSWERS, [HINT, VIOLATION])

    with pytest.raises(Invalid) as refused:
        draft.submit(LATER)
    for outcome in ("approve", "approve_with_conditions"):
        with pytest.raises(Invalid):
            reviewed.propose(proposal(outcome), VERA, LATER)
    reviewed.propose(proposal("decline"), VERA, LATER)

    assert draft.status is S.DRAFT
    assert reviewed.status is S.PROPOSED
    problem = refused.value.problems[1]
    assert (problem.pointer, problem.code, problem.text.de) == (
        "/answers/security/encrypted", "rule.BM-56", "Unverschlüsselt.",
    )  # fmt: skip
    assert problem.more is not None
    assert problem.more["severity"] == "violation"


@pytest.mark.parametrize("answers", [{}, {"organisation": {}, "use_case": {}}, {"use_case": {"theme": []}}])
def test_a_draft_without_answers_has_no_kind_and_no_theme(answers: dict[str, dict[str, object]]) -> None:
    application = an_application()

    application.take_answers(answers, [])

    assert (application.kind, application.themes) == ("", "")


# Questions


def test_part_of_the_replies_keeps_the_clarification_and_its_due_day() -> None:
    application = an_application(S.SUBMITTED)
    items = (NewQuestion(text="Eins?"), NewQuestion(text="Zwei?", pointer="/use_case/title"))
    application.ask(AskQuestions(items=items, due=date(2027, 1, 31)), VERA, AT)
    first, second = application.open_questions
    told(application)

    application.reply([Reply(question=first["id"], text="Ja.")], LATER)

    assert (application.status, application.open_questions) == (S.CLARIFICATION, [second])
    assert application.next() == ("applicant", date(2027, 1, 31))
    assert told(application) == []
    application.reply([Reply(question=second["id"], text="Nein.")], LATER)
    assert (application.status, application.next()) == (S.IN_REVIEW, ("reviewer", date(2026, 12, 8)))


@pytest.mark.parametrize("known", [0, 1])
def test_one_reply_to_an_unknown_question_refuses_all(known: int) -> None:
    application = an_application(S.CLARIFICATION)
    replies = [Reply(question=one["id"], text="Ja.") for one in application.open_questions[:known]]

    with pytest.raises(Invalid) as refused:
        application.reply([*replies, Reply(question="none of ours", text="Ja.")], LATER)

    assert [one.pointer for one in refused.value.problems] == [f"/items/{known}/question"]
    assert len(application.open_questions) == 1


# Who acts next


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (S.DRAFT, ("applicant", date(2026, 12, 23))),
        (S.SUBMITTED, ("reviewer", date(2026, 12, 7))),
        (S.IN_REVIEW, ("reviewer", date(2026, 12, 7))),
        (S.CLARIFICATION, ("applicant", date(2026, 12, 7))),
        (S.PROPOSED, ("approver", date(2026, 11, 26))),
        (S.APPROVED, None),
        (S.APPROVED_WITH_CONDITIONS, None),
        (S.DECLINED, None),
        (S.WITHDRAWN, None),
        (S.EXPIRED, None),
        (S.RECONSIDERED, ("reviewer", date(2026, 12, 7))),
    ],
)
def test_each_status_has_one_answer_to_who_acts_next(status: Status, expected: tuple[str, date | None] | None) -> None:
    assert an_application(status).next() == expected


# The address


def test_an_address_is_proved_once_and_stays_proved_while_it_is_the_same() -> None:
    application = an_application()
    application.prove_address()
    application.prove_address()
    assert [type(event) for event in told(application)] == [events.ContactChanged]

    application.change_contact(Contact(email="Mina@Parkpilot.example", name="M", language="en"))
    assert application.proved
    application.change_contact(Contact(email="other@parkpilot.example", name="M", language="en"))
    assert not application.proved


def test_lists_are_replaced_and_never_changed_in_place() -> None:
    application = an_application(S.SUBMITTED)
    timeline, questions = application.timeline, application.questions
    lengths = len(timeline), len(questions)

    application.ask(ONE_QUESTION, VERA, LATER)
    reply_to_all(application)

    assert (len(timeline), len(questions)) == lengths
    assert application.timeline is not timeline

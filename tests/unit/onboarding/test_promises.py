"""Until when somebody acts, what pauses, what comes by itself, and who looks at a decline again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from services.onboarding.commands import JudgeRule, Reply
from services.onboarding.domain import Application, Promise, Status
from services.onboarding.schemas import calendar_of, dates_view
from shared import periods
from shared.contracts import promises as events
from shared.kernel import Conflict, DomainError, Event, Forbidden
from shared.periods import Periods
from tests.support.applications import (
    AMIRA,
    ANSWERS,
    AT,
    HENRIK,
    JONAS,
    ONE_QUESTION,
    VERA,
    VIOLATION,
    an_application,
    proposal,
    told,
)

S = Status


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def tick_until(application: Application, end: datetime) -> list[Event]:
    """Let the clock act whenever something is due, as it would if it never slept, and return what was told."""
    said: list[Event] = []
    while application.next_at and application.next_at <= end:
        application.come_due(application.next_at)
        said += told(application)
    return said


def submitted(moment: datetime) -> Application:
    application = an_application(S.DRAFT, at=moment)
    application.submit(moment)
    told(application)
    return application


def reply(application: Application, moment: datetime) -> None:
    application.reply([Reply(question=one["id"], text="Darum.") for one in application.open_questions], moment)


# The city's promises


@pytest.mark.parametrize(
    ("moment", "due", "decided"),
    [
        (at(2026, 11, 23), date(2026, 12, 7), date(2026, 12, 17)),
        (at(2027, 3, 22), date(2027, 4, 7), date(2027, 4, 19)),  # Easter lies in between
        (at(2027, 5, 24), date(2027, 6, 8), date(2027, 6, 18)),  # Fronleichnam does
        (at(2026, 12, 21), date(2027, 1, 8), date(2027, 1, 20)),  # Christmas and New Year do
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), date(2026, 12, 7), date(2026, 12, 17)),  # Monday in Bielefeld
    ],
)
def test_a_review_is_promised_in_working_days(moment: datetime, due: date, decided: date) -> None:
    application = submitted(moment)

    assert application.next() == ("reviewer", due)
    assert application.decision_by == decided


def test_the_clock_stops_while_the_applicant_is_asked_and_goes_on_with_what_was_left() -> None:
    application = submitted(at(2026, 11, 23))
    application.ask(ONE_QUESTION, VERA, at(2026, 11, 26))  # three of ten days are used

    assert application.next() == ("applicant", date(2026, 12, 10))
    assert application.decision_by is None
    reply(application, at(2026, 12, 9))
    assert application.next() == ("reviewer", date(2026, 12, 18))

    application.propose(proposal(), VERA, at(2026, 12, 14))
    assert application.next() == ("approver", date(2026, 12, 17))
    application.confirm(agree=True, comment="", by=JONAS, at=at(2026, 12, 15))
    assert (application.next(), application.waited_days, application.decided_days) == (None, 9, 7)


def test_a_reply_to_an_overdue_question_leaves_a_day_to_read_it() -> None:
    application = submitted(at(2026, 11, 23))
    application.ask(ONE_QUESTION, VERA, at(2026, 12, 9))
    reply(application, at(2026, 12, 10))

    assert application.next() == ("reviewer", date(2026, 12, 11))


def test_a_reply_on_the_same_day_changes_no_promise() -> None:
    application = submitted(AT)
    before = application.next()
    application.ask(ONE_QUESTION, VERA, AT)
    reply(application, AT)

    assert application.next() == before


def test_once_everything_is_judged_it_is_for_approvers_to_decide() -> None:
    application = submitted(AT)
    application.take_answers(ANSWERS, [VIOLATION | {"judged_by": "data_protection_officer"}])
    application.judge(JudgeRule(rule="BM-56", verdict="kept", reason="Gut."), VERA, AT + timedelta(days=1))

    assert application.next() == ("approver", date(2026, 12, 1))


def test_a_promise_is_reminded_of_missed_and_escalated_each_once() -> None:
    application = submitted(AT)  # due on Monday 7 December

    said = tick_until(application, at(2026, 12, 11))

    assert [type(one) for one in said] == [events.PromiseDue, events.PromiseMissed, events.PromiseMissed]
    reminded, missed, escalated = said
    assert reminded.reminded_at == at(2026, 12, 3, 7)  # eight in the morning, two working days before
    assert (missed.first, missed.escalated, missed.days_over, missed.for_approver) == (True, False, 1, False)
    assert (escalated.first, escalated.escalated, escalated.days_over, escalated.for_approver) == (False, True, 3, True)


def test_dates_that_passed_while_the_clock_stood_still_are_one_letter() -> None:
    application = submitted(AT)

    application.come_due(at(2026, 12, 23))

    [missed] = told(application)
    assert (missed.first, missed.escalated, missed.days_over) == (True, True, 12)
    assert application.next_at > at(2026, 12, 23)


def test_lengths_are_settings() -> None:
    periods.use(Periods(review=1, reply=2))
    try:
        application = submitted(AT)
        assert application.next() == ("reviewer", date(2026, 11, 24))
        application.ask(ONE_QUESTION, VERA, AT)
        assert application.next() == ("applicant", date(2026, 11, 25))
    finally:
        periods.use(Periods())


# What applicants have time for


def test_without_a_reply_an_application_is_reminded_warned_and_expires_with_its_answers() -> None:
    application = an_application(S.CLARIFICATION)  # due on 7 December, ends on 21 December

    said = tick_until(application, at(2027, 2, 1))

    assert [type(one).__name__ for one in said] == [*["ReplyReminded"] * 3, "ApplicationExpired"]
    assert [one.overdue for one in said[:3]] == [False, True, True]
    assert {one.expires_on for one in said[:3]} == {date(2026, 12, 21)}
    assert application.status is S.EXPIRED
    assert application.answers == ANSWERS
    assert said[3].expired_at == datetime(2026, 12, 21, 23, tzinfo=UTC)  # midnight in Bielefeld


def test_nobody_expires_who_was_not_warned() -> None:
    application = an_application(S.CLARIFICATION)

    application.come_due(at(2027, 2, 1))

    [warned] = told(application)
    assert (warned.overdue, warned.expires_on, application.status) == (True, date(2027, 2, 4), S.CLARIFICATION)
    assert [type(one) for one in tick_until(application, at(2027, 2, 5))] == [events.ApplicationExpired]


def test_a_draft_is_warned_and_then_loses_its_answers_but_not_its_number() -> None:
    application = an_application()
    application.take_answers(ANSWERS, [VIOLATION])

    said = tick_until(application, at(2027, 1, 1))

    assert [type(one) for one in said] == [events.DraftExpiring, events.ApplicationExpired]
    assert (said[0].warned_at, said[0].expires_on) == (at(2026, 12, 16, 7), date(2026, 12, 23))
    assert (application.answers, application.checked, application.number) == ({}, [], "BI-7K4Q")
    assert (application.kind, application.themes) == ("", "")
    assert application.next() is None


def test_a_draft_that_is_kept_in_time_lives_another_period() -> None:
    application = an_application()
    tick_until(application, at(2026, 12, 20))
    application.extend(at(2026, 12, 20))

    assert application.next() == ("applicant", date(2027, 1, 19))
    assert tick_until(application, at(2027, 1, 1)) == []
    with pytest.raises(Conflict):
        an_application(S.SUBMITTED).extend(AT)


def test_a_draft_is_warned_a_week_before_even_if_the_clock_stood_still() -> None:
    application = an_application()

    application.come_due(at(2027, 2, 1))

    assert [one.expires_on for one in told(application)] == [date(2027, 2, 8)]
    assert application.answers == ANSWERS


def test_an_application_from_before_there_were_promises_begins_its_period_now() -> None:
    application = an_application(S.SUBMITTED)
    application.promise = application.due_on = None

    application.come_due(at(2027, 3, 1))

    assert application.next() == ("reviewer", date(2027, 3, 15))
    assert told(application) == []


# Reconsideration


def declined() -> Application:
    return an_application(S.DECLINED)


def test_a_decline_is_looked_at_again_until_the_day_that_was_told() -> None:
    application = declined()
    assert dates_view(application)["reconsider_until"] == "2026-12-23"

    application.reconsider("Bitte noch einmal.", at(2026, 12, 23))

    assert (application.status, application.next()) == (S.RECONSIDERED, ("reviewer", date(2027, 1, 12)))
    assert application.decision is None
    assert [one.reason for one in application.earlier_decisions] == ["Passt."]
    assert [type(one) for one in told(application)] == [events.ApplicationReconsidered]
    assert application.timeline[-1]["note"] == "Bitte noch einmal."


def test_a_late_request_is_refused_with_the_date() -> None:
    with pytest.raises(Conflict) as refused:
        declined().reconsider("Zu spät.", at(2026, 12, 24))

    assert refused.value.code == "late"
    assert "23.12.2026" in refused.value.text.de
    assert "23 December 2026" in refused.value.text.en


def test_a_second_decline_is_the_last_word() -> None:
    application = an_application(S.RECONSIDERED)
    application.propose(proposal("decline"), VERA, AT)
    application.confirm(agree=True, comment="", by=JONAS, at=AT)

    assert told(application)[-1].reconsider_until is None
    with pytest.raises(Conflict):
        application.reconsider("Noch einmal.", AT)


PEOPLE = (VERA, JONAS, AMIRA)
STEPS: dict[str, Callable[[Application, str], None]] = {
    "ask": lambda one, by: one.ask(ONE_QUESTION, by, AT),
    "reply": lambda one, _: reply(one, AT),
    "approve": lambda one, by: one.propose(proposal(), by, AT),
    "decline": lambda one, by: one.propose(proposal("decline"), by, AT),
    "agree": lambda one, by: one.confirm(agree=True, comment="", by=by, at=AT),
    "disagree": lambda one, by: one.confirm(agree=False, comment="Nein.", by=by, at=AT),
    "change": lambda one, _: (one.change_answers(ANSWERS, []), one.void_proposal(AT)),  # type: ignore[dict-item,return-value]
}


def after(path: tuple[tuple[str, str], ...]) -> Application | None:
    """Return an application under reconsideration after these moves; None if one of them is refused."""
    application = declined()
    application.reconsider("Bitte.", AT)
    for move, by in path:
        try:
            STEPS[move](application, by)
        except DomainError:
            return None
    return application


def test_no_order_of_calls_lets_somebody_sign_who_decided_first() -> None:
    """Walk every path of up to four moves by the two first deciders and one more, and look at every signature."""
    signed, ahead = 0, [()]
    while ahead:
        path = ahead.pop()
        application = after(path)
        if application is None:
            continue
        new = [one for one in application.decisions if one.state != "reconsidered"]
        hands = {hand for one in new for hand in (one.proposed_by, one.signed_by) if hand}
        assert not hands & {VERA, JONAS}, path
        signed += bool(hands)
        if len(path) < 4:
            ahead += [(*path, one) for one in product(STEPS, PEOPLE)]
    assert signed > 100


@pytest.mark.parametrize("first", [VERA, JONAS])
def test_whoever_decided_first_is_told_that_others_do(first: str) -> None:
    application = declined()
    application.reconsider("Bitte.", AT)
    with pytest.raises(Forbidden) as refused:
        application.propose(proposal(), first, AT)
    assert refused.value.code == "other_deciders"

    application.propose(proposal(), AMIRA, AT)
    with pytest.raises(Forbidden):
        application.confirm(agree=True, comment="", by=first, at=AT)
    application.confirm(agree=True, comment="", by=HENRIK, at=AT)
    assert application.status is S.APPROVED


# The calendar


def test_a_calendar_has_whole_days_with_names_that_stay_and_numbers_that_grow() -> None:
    application = submitted(AT)
    first = calendar_of(application, "de", "https://hub.example/x").decode()
    application.version = 5
    second = calendar_of(application, "en", "https://hub.example/x").decode()

    assert "DTSTART;VALUE=DATE:20261207" in first
    assert f"UID:step-{application.id}@innovationshub" in first
    assert f"UID:step-{application.id}@innovationshub" in second
    assert "SEQUENCE:1" in first
    assert "SEQUENCE:5" in second
    assert "Parkraum" not in first


@pytest.mark.parametrize(
    ("status", "name"),
    [(S.DRAFT, "expiry"), (S.CLARIFICATION, "reply"), (S.PROPOSED, "decision"), (S.DECLINED, "reconsideration")],
)
def test_each_status_has_its_days_in_the_calendar(status: Status, name: str) -> None:
    assert f"UID:{name}-" in calendar_of(an_application(status), "de", "https://hub.example/x").decode()


def test_every_promise_has_somebody_who_keeps_it() -> None:
    found = {an_application(status).promise for status in Status} - {None}

    assert found == set(Promise) - {Promise.DECISION}

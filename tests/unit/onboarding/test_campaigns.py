"""What a campaign does to an approved application: a period, reminders, a pause of what is affected, a cure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.onboarding.domain import Application, Campaign, Judged, Recheck, Stage, State, Status
from shared.contracts import campaigns as events
from shared.kernel import Conflict
from tests.support.applications import ANSWERS, AT, HINT, JONAS, VERA, VIOLATION, an_application, told

DUE = date(2027, 2, 21)
AFTER = datetime(2027, 2, 21, 23, tzinfo=UTC)  # midnight in Bielefeld
NEW = ANSWERS | {"security": {"encrypted": True}}


def a_campaign(**but: Any) -> Campaign:
    return Campaign.start(**{"model": "1.1", "grace_days": 90, "by": VERA, "at": AT} | but)


def broken(*rights: str, findings: int = 1) -> Judged:
    return Judged(findings=[VIOLATION] * findings, rights=rights)


def checked(judged: Judged, **but: Any) -> tuple[Application, Recheck]:
    """Return an approved application after its re-check; what it told is forgotten."""
    application = an_application(Status.APPROVED)
    recheck = Recheck.of(application, a_campaign(**but), judged, AT)
    told(application)
    return application, recheck


def lead_to_the_end(application: Application, recheck: Recheck) -> list[datetime]:
    """Let everything come due that comes by itself, and return when."""
    moments = []
    while recheck.next_at:
        moments.append(recheck.next_at)
        recheck.come_due(application, recheck.next_at)
    return moments


def test_who_keeps_the_new_rules_is_told_so_and_has_nothing_to_do() -> None:
    application = an_application(Status.APPROVED)

    recheck = Recheck.of(application, a_campaign(), Judged(findings=[HINT], rights=()), AT)

    assert (recheck.state, recheck.next_at, application.next()) == (State.CONFORMING, None, None)
    [event] = told(application)
    assert isinstance(event, events.ApplicationRechecked)
    assert (event.violations, event.due_on) == (0, None)


def test_who_breaks_a_new_rule_has_the_period_and_a_task() -> None:
    application = an_application(Status.APPROVED)

    recheck = Recheck.of(application, a_campaign(), broken("publication"), AT)

    assert (recheck.state, recheck.due_on) == (State.GRACE, DUE)
    assert application.next() == ("applicant", DUE)
    [event] = told(application)
    assert isinstance(event, events.ApplicationRechecked)
    assert (event.violations, event.rights, event.due_on) == (1, ("publication",), DUE)


def test_an_overridden_finding_breaks_nothing() -> None:
    overridden = VIOLATION | {"override": {"by": VERA, "at": AT.isoformat(), "reason": "Altbestand."}}

    _, recheck = checked(Judged(findings=[overridden], rights=()))

    assert recheck.state is State.CONFORMING


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (90, [date(2027, 1, 7), date(2027, 2, 14), date(2027, 2, 20)]),
        (14, [date(2026, 11, 30), date(2026, 12, 6)]),  # half time is a week before
        (8, [date(2026, 11, 24), date(2026, 11, 27), date(2026, 11, 30)]),
        (1, []),  # the morning of the day itself is past
    ],
)
def test_reminders_come_at_half_time_a_week_and_a_day_before(days: int, expected: list[date]) -> None:
    application, recheck = checked(broken("listing"), grace_days=days)

    moments = lead_to_the_end(application, recheck)

    assert [one.date() for one in moments[:-1]] == expected
    assert moments[-1].astimezone(UTC).date() == (AT + timedelta(days=days)).date()
    reminded = [one.reminded_at.date() for one in told(application) if isinstance(one, events.RecheckReminded)]
    assert reminded == expected


def test_dates_that_passed_unseen_are_one_reminder() -> None:
    application, recheck = checked(broken("listing"))

    recheck.come_due(application, datetime(2027, 2, 15, tzinfo=UTC))

    assert [type(one) for one in told(application)] == [events.RecheckReminded]
    assert recheck.next_at is not None
    assert recheck.next_at.date() == date(2027, 2, 20)


def test_after_the_period_only_the_affected_rights_pause() -> None:
    application, recheck = checked(broken("devices", "publication"))

    recheck.come_due(application, AFTER)

    assert (recheck.state, recheck.paused_rights) == (State.PAUSED, ["devices", "publication"])
    [event] = told(application)
    assert isinstance(event, events.RightsPaused)
    assert event.rights == ("devices", "publication")
    assert application.status is Status.APPROVED


def test_a_rule_without_a_right_pauses_nothing() -> None:
    application, recheck = checked(broken())

    lead_to_the_end(application, recheck)

    assert (recheck.state, recheck.paused_rights) == (State.GRACE, [])
    assert {type(one) for one in told(application)} == {events.RecheckReminded}


def test_a_cure_in_time_takes_the_answers_and_the_version_over() -> None:
    application, recheck = checked(broken("publication"))

    recheck.cure(application, NEW, Judged(findings=[], rights=()), AT)

    assert (recheck.state, recheck.next_at, application.next()) == (State.CONFORMING, None, None)
    assert (application.answers, application.model) == (NEW, "1.1")
    [event] = told(application)
    assert isinstance(event, events.RightsResumed)
    assert (event.violations, event.rights, event.due_on) == (0, (), None)


def test_a_partial_cure_brings_back_what_is_kept_and_leaves_the_application_as_it_is() -> None:
    application, recheck = checked(broken("devices", "publication", findings=2))
    recheck.come_due(application, AFTER)
    told(application)

    recheck.cure(application, NEW, broken("devices"), AFTER)

    assert (recheck.state, recheck.paused_rights, recheck.answers) == (State.PAUSED, ["devices"], NEW)
    assert (application.answers, application.model) == (ANSWERS, "1.0")
    [event] = told(application)
    assert isinstance(event, events.RightsResumed)
    assert (event.rights, event.paused, event.due_on) == (("publication",), ("devices",), DUE)


def test_a_partial_cure_in_time_tells_nothing_yet() -> None:
    application, recheck = checked(broken("devices", "publication", findings=2))

    recheck.cure(application, NEW, broken("devices"), AT)

    assert told(application) == []
    assert (recheck.state, recheck.rights) == (State.GRACE, ["devices"])


def test_a_cure_that_breaks_another_rule_after_the_period_pauses_that_right() -> None:
    application, recheck = checked(broken("devices"))
    recheck.come_due(application, AFTER)
    told(application)

    recheck.cure(application, NEW, broken("listing"), AFTER)

    resumed, paused = told(application)
    assert isinstance(resumed, events.RightsResumed)
    assert isinstance(paused, events.RightsPaused)
    assert (resumed.rights, paused.rights) == (("devices",), ("listing",))


def test_a_right_that_is_put_at_risk_after_the_period_pauses_although_nothing_was_paused_before() -> None:
    application, recheck = checked(broken())
    lead_to_the_end(application, recheck)
    told(application)

    recheck.cure(application, NEW, broken("listing"), AFTER)

    assert (recheck.state, recheck.paused_rights) == (State.PAUSED, ["listing"])
    assert [type(one) for one in told(application)] == [events.RightsPaused]


def test_a_partial_cure_pauses_nothing_whose_own_period_runs_still() -> None:
    application, earlier = checked(broken("devices"))
    earlier.come_due(application, AFTER)
    later = Recheck.of(application, a_campaign(model="1.2", at=AFTER), broken("devices", "listing"), AFTER)
    told(application)

    later.cure(application, NEW, broken("listing"), AFTER)

    assert (later.state, later.paused_rights) == (State.GRACE, [])
    assert [type(one) for one in told(application)] == [events.RightsResumed]


def test_a_void_re_check_gives_everything_back() -> None:
    application, recheck = checked(broken("publication"))
    recheck.come_due(application, AFTER)
    told(application)

    recheck.void(application, AFTER)

    assert (recheck.state, recheck.paused_rights, application.next()) == (State.VOID, [], None)
    [event] = told(application)
    assert isinstance(event, events.RecheckVoided)
    assert event.rights == ("publication",)


@pytest.mark.parametrize("state", [State.CONFORMING, State.VOID, State.REPLACED])
def test_there_is_nothing_to_cure_where_nothing_is_broken(state: State) -> None:
    application, recheck = checked(broken("publication"))
    recheck.state = state

    with pytest.raises(Conflict):
        recheck.cure(application, NEW, broken(), AT)

    assert told(application) == []


def test_a_later_campaign_takes_over_and_keeps_paused_what_is_still_broken() -> None:
    application, earlier = checked(broken("devices", "publication"))
    earlier.come_due(application, AFTER)
    told(application)

    later = Recheck.of(application, a_campaign(model="1.2", at=AFTER), broken("devices"), AFTER)

    assert (earlier.state, earlier.next_at) == (State.REPLACED, None)
    assert (later.state, later.paused_rights) == (State.PAUSED, ["devices"])
    rechecked, resumed = told(application)
    assert isinstance(rechecked, events.ApplicationRechecked)
    assert isinstance(resumed, events.RightsResumed)
    assert (resumed.rights, resumed.paused) == (("publication",), ("devices",))


def test_a_campaign_can_be_stopped_and_goes_on_and_is_voided_once() -> None:
    campaign = a_campaign()
    campaign.collect_events()

    campaign.stop("Die Regel ist unklar.", JONAS, AT)
    with pytest.raises(Conflict):
        campaign.stop("Noch einmal.", JONAS, AT)
    campaign.resume(VERA, AT)
    with pytest.raises(Conflict):
        campaign.resume(VERA, AT)
    campaign.void("Versehen.", JONAS, AT)
    campaign.void("Versehen.", JONAS, AT)

    assert campaign.stage is Stage.VOID
    kinds = [type(event) for _, event in campaign.collect_events()]
    assert kinds == [events.CampaignStopped, events.CampaignResumed, events.CampaignStopped]


def test_a_campaign_is_over_once_a_pass_has_ended_after_the_period() -> None:
    campaign = a_campaign()

    campaign.advance(None, AT)
    assert not campaign.is_over(AFTER)
    campaign.advance(None, AFTER)

    assert campaign.is_over(AFTER)

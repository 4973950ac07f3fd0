"""What people say about rules: the checklist, exceptions, and how long both count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.onboarding.commands import JudgeRule, OverrideRule
from services.onboarding.domain import Application, Status
from services.onboarding.model import verdict
from shared.kernel import Conflict, Forbidden, Invalid
from tests.support.applications import ANSWERS, AT, HINT, JONAS, OWNER, VERA, VIOLATION, an_application, proposal

S = Status
LATER, KIM = AT + timedelta(days=1), "admin:Kim"
ITEM = VIOLATION | {
    "rule": "BM-80", "pointer": "/data/dpia", "observed": "done", "expected": {},
    "judged_by": "data_protection_officer",
}  # fmt: skip
SECOND = VIOLATION | {"pointer": "/security/patch_days", "observed": 90}


def reviewed(*checked: dict[str, Any], status: Status = S.IN_REVIEW) -> Application:
    application = an_application(status)
    application.take_answers(ANSWERS, checked)
    return application


def judge(application: Application, verdict: str, by: str = VERA) -> None:
    application.judge(JudgeRule(rule="BM-80", verdict=verdict, reason="Gelesen."), by, LATER)


def override(application: Application, by: str = KIM, **more: str) -> None:
    application.override(OverrideRule(rule="BM-56", reason="Nur im Labor.", **more), by, LATER)


def code(refused: pytest.ExceptionInfo[Any]) -> str:
    return str(refused.value.code)


# The checklist


def test_what_is_for_people_to_judge_is_no_finding_but_stands_on_the_checklist() -> None:
    application = reviewed(ITEM, HINT)

    assert [one["rule"] for one in application.findings] == ["BM-14"]
    assert application.checklist == [ITEM]
    assert application.judgements == []


def test_an_unjudged_rule_stops_approving_and_is_named_but_does_not_stop_declining() -> None:
    application = reviewed(ITEM)

    with pytest.raises(Invalid, match="BM-80") as refused:
        application.propose(proposal(), VERA, LATER)
    assert code(refused) == "unjudged"
    assert [one.pointer for one in refused.value.problems] == ["/answers/data/dpia"]
    application.propose(proposal("decline"), VERA, LATER)


def test_an_unjudged_rule_that_does_not_block_stops_nothing() -> None:
    reviewed(ITEM | {"severity": "condition"}).propose(proposal(), VERA, LATER)


@pytest.mark.parametrize("found", ["kept", "not_applicable"])
def test_a_judged_rule_lets_the_approval_go_on_and_says_who_judged(found: str) -> None:
    application = reviewed(ITEM)

    judge(application, found)

    assert (application.findings, application.checklist) == ([], [])
    [kept] = application.judgements
    assert kept["judged"] == {
        "by": VERA, "role": "data_protection_officer", "at": LATER.isoformat(), "verdict": found, "reason": "Gelesen.",
    }  # fmt: skip
    application.propose(proposal(), VERA, LATER)


def test_a_broken_rule_is_a_finding_with_who_judged_and_why() -> None:
    application = reviewed(ITEM)

    judge(application, "broken")

    [finding] = application.findings
    assert (finding["rule"], finding["severity"], finding["judged"]["verdict"]) == ("BM-80", "violation", "broken")
    assert "judged_by" not in finding
    assert verdict(application.findings) == "unsound"
    with pytest.raises(Invalid):
        application.propose(proposal(), VERA, LATER)


def test_the_latest_judgement_counts() -> None:
    application = reviewed(ITEM)

    judge(application, "broken")
    application.judge(JudgeRule(rule="BM-80", verdict="kept", reason="Doch."), JONAS, LATER + timedelta(hours=1))

    assert application.findings == []
    assert application.timeline[-1] | {"at": ""} == {
        "at": "", "status": "in_review", "actor": JONAS, "role": "data_protection_officer", "note": "Doch.",
        "move": "judgement", "rule": "BM-80", "verdict": "kept",
    }  # fmt: skip


@pytest.mark.parametrize("but", [{"observed": "none"}, {"model": "1.1"}])
def test_another_answer_or_another_model_opens_the_rule_again(but: dict[str, Any]) -> None:
    application = reviewed(ITEM)
    judge(application, "kept")

    application.take_answers(ANSWERS, [ITEM | but])

    assert application.checklist == [ITEM | but]


def test_a_rule_the_check_decides_itself_is_not_judged_by_people() -> None:
    application = reviewed(VIOLATION)

    with pytest.raises(Invalid) as refused:
        judge(application, "kept")

    assert code(refused) == "not_on_checklist"


# Exceptions


def test_an_exception_stays_visible_and_blocks_no_more() -> None:
    application = reviewed(VIOLATION)

    override(application)

    [finding] = application.findings
    assert finding["override"] == {"by": KIM, "at": LATER.isoformat(), "reason": "Nur im Labor."}
    assert (application.violations, verdict(application.findings)) == ([], "sound")
    application.propose(proposal(), VERA, LATER)
    application.confirm(agree=True, comment="", by=JONAS, at=LATER)
    assert application.collect_events()[-1][1].exceptions == ("BM-56",)  # type: ignore[attr-defined]


@pytest.mark.parametrize("but", [{"observed": None}, {"model": "1.1"}])
def test_an_exception_lapses_when_the_answer_or_the_model_changes(but: dict[str, Any]) -> None:
    application = reviewed(VIOLATION)
    override(application)

    application.take_answers(ANSWERS, [VIOLATION | but])

    assert [one["rule"] for one in application.violations] == ["BM-56"]


def test_an_exception_from_what_people_judged_lapses_with_it() -> None:
    application = reviewed(ITEM)
    judge(application, "broken")
    application.override(OverrideRule(rule="BM-80", reason="Pilot."), KIM, LATER)
    assert application.violations == []

    application.take_answers(ANSWERS, [ITEM | {"observed": "none"}])

    assert (application.findings, len(application.checklist)) == ([], 1)


def test_whoever_made_an_exception_may_propose_but_not_sign_second() -> None:
    application = reviewed(VIOLATION)
    override(application, by=JONAS)
    application.propose(proposal(), VERA, LATER)

    with pytest.raises(Forbidden) as refused:
        application.confirm(agree=True, comment="", by=JONAS, at=LATER)
    assert code(refused) == "own_override"
    application.confirm(agree=True, comment="", by=KIM, at=LATER)

    other = reviewed(VIOLATION)
    override(other, by=VERA)
    other.propose(proposal(), VERA, LATER)
    other.confirm(agree=True, comment="", by=JONAS, at=LATER)
    assert other.status is S.APPROVED


def test_an_exception_that_lapsed_hinders_nobody_and_a_decline_needs_none() -> None:
    lapsed, declined = reviewed(VIOLATION), reviewed(VIOLATION)
    for application in (lapsed, declined):
        override(application, by=JONAS)
    lapsed.take_answers(ANSWERS, [])
    lapsed.propose(proposal(), VERA, LATER)
    declined.propose(proposal("decline"), VERA, LATER)

    for application in (lapsed, declined):
        application.confirm(agree=True, comment="", by=JONAS, at=LATER)

    assert (lapsed.status, declined.status) == (S.APPROVED, S.DECLINED)


def test_several_findings_of_a_rule_need_to_be_told_apart() -> None:
    application = reviewed(VIOLATION, SECOND)

    for more, wanted in (({}, "required"), ({"pointer": "/data/class"}, "no_finding")):
        with pytest.raises(Invalid) as refused:
            override(application, **more)
        assert code(refused) == wanted
    override(application, pointer=SECOND["pointer"])

    assert [one["pointer"] for one in application.violations] == [VIOLATION["pointer"]]


# Who, and when


@pytest.mark.parametrize("move", [lambda one, by: judge(one, "kept", by), override])
def test_nobody_judges_or_excepts_their_own_application(move: Any) -> None:
    filed = an_application(S.IN_REVIEW, filed_by=VERA)
    filed.take_answers(ANSWERS, [ITEM, VIOLATION])

    for by in (OWNER, VERA):
        with pytest.raises(Forbidden) as refused:
            move(filed, by)
        assert code(refused) == "own_application"


@pytest.mark.parametrize("status", set(S) - {S.SUBMITTED, S.RECONSIDERED, S.IN_REVIEW, S.CLARIFICATION})
def test_only_during_the_review(status: Status) -> None:
    application = an_application(status)
    application.take_answers(ANSWERS, [ITEM, VIOLATION])

    for move in (lambda: judge(application, "kept"), lambda: override(application)):
        with pytest.raises(Conflict):
            move()


def test_the_first_judgement_takes_the_application_up() -> None:
    application = reviewed(ITEM, status=S.SUBMITTED)

    judge(application, "kept")

    assert application.status is S.IN_REVIEW

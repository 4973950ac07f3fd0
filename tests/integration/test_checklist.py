"""A rule for people, from the model to the decision, kept in the database between the steps."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.onboarding import handlers, tables
from services.onboarding import model as room
from services.onboarding.commands import (
    ChangeApplication,
    CheckAnswers,
    Contact,
    JudgeRule,
    ProposeDecision,
    StartApplication,
    SubmitApplication,
)
from services.onboarding.domain import Application, ModelVersion, VersionStatus
from services.onboarding.repository import Applications, Models
from shared.auth import APPROVER, REVIEWER, Caller, applicant
from shared.database import Database
from shared.kernel import Invalid
from tests.integration.conftest import OpenDatabase

OWNER, VERA = "applicant:1", Caller("admin:Vera", "Vera", frozenset({REVIEWER, APPROVER}))
WRITTEN = json.dumps(room.parse(room.shipped()["1.1"].text, "1.1") | {"version": "7.3"})
MODEL = room.load(WRITTEN, "7.3")
RULE = next(one for one in MODEL.public["rules"] if one.get("judged_by") and one["severity"] == "violation")
JUDGED: dict[str, Any] = RULE["examples"]["failing"]


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    """A database in which version 7.3, with rules for people, is published."""
    database = open_database("onboarding", tables.metadata)
    with database.transaction() as session:
        version = ModelVersion.write_new("7.3", WRITTEN, "admin:Vera", datetime(2026, 11, 24, tzinfo=UTC))
        version.status, version.released = VersionStatus.PUBLISHED, True
        Models(session).add(version)
    return database


@pytest.fixture
def case(database: Database) -> UUID:
    """An application that a person has to look at, handed in."""
    with database.transaction() as session:
        contact = Contact(email="mina@parkpilot.example", name="Mina")
        command = StartApplication(contact=contact, answers=JUDGED, model="7.3")
        application = handlers.start_application(session, command, None, OWNER)
        handlers.submit_application(session, application, SubmitApplication(), applicant(OWNER))
        return application.id


def loaded(database: Database, case: UUID) -> Application:
    with database.reading() as session:
        application = Applications(session).get(case)
        assert application.assessments is not None
        return application


def propose(database: Database, case: UUID) -> None:
    with database.transaction() as session:
        command = ProposeDecision(outcome="approve", reason="Passt.")
        handlers.propose_decision(session, Applications(session).get(case), command, VERA)


def judge(database: Database, case: UUID, verdict: str) -> None:
    with database.transaction() as session:
        command = JudgeRule(rule=RULE["id"], verdict=verdict, reason="Gelesen.")
        handlers.judge_rule(session, Applications(session).get(case), command, VERA)


def test_the_check_before_an_application_says_what_people_will_judge(database: Database) -> None:
    with database.reading() as session:
        found = handlers.check_answers(session, CheckAnswers(answers=JUDGED, model="7.3"))

    assert RULE["id"] in [one["rule"] for one in found["checklist"]]
    assert found["verdict"] == "sound"


def test_an_unjudged_rule_stops_the_approval_and_a_judgement_that_was_kept_frees_it(
    database: Database, case: UUID
) -> None:
    with pytest.raises(Invalid, match=RULE["id"]):
        propose(database, case)
    version = loaded(database, case).version

    for item in loaded(database, case).checklist:
        with database.transaction() as session:
            command = JudgeRule(rule=item["rule"], verdict="kept", reason="Gelesen.")
            handlers.judge_rule(session, Applications(session).get(case), command, VERA)

    assert loaded(database, case).version > version
    assert [one["judged"]["role"] for one in loaded(database, case).judgements if one["rule"] == RULE["id"]] == [
        RULE["judged_by"]
    ]
    propose(database, case)
    assert loaded(database, case).status == "proposed"


def test_a_broken_rule_is_a_finding_until_the_answer_changes(database: Database, case: UUID) -> None:
    judge(database, case, "broken")
    assert [one["rule"] for one in loaded(database, case).violations] == [RULE["id"]]
    _, section, key = RULE["pointer"].split("/")

    with database.transaction() as session:
        application = Applications(session).get(case)
        application.status = application.status.CLARIFICATION
        change = ChangeApplication(answers={section: {key: None}})
        handlers.change_application(session, application, change, applicant(OWNER))

    assert RULE["id"] not in [one["rule"] for one in loaded(database, case).findings]

"""One version follows another, and so do their campaigns: answers arrive whole, and the newest version has the say."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.onboarding import handlers, model, tables
from services.onboarding.commands import OverrideRule
from services.onboarding.domain import Recheck, State, Status
from services.onboarding.handlers.campaigns import answers_to_cure
from services.onboarding.repository import Applications, Campaigns, Models
from shared.database import Database
from tests.integration.conftest import OpenDatabase
from tests.support import partners
from tests.support.models import document
from tests.support.partners import BROKEN, FINE


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", tables.metadata)


def run(database: Database, days: int = 0) -> None:
    if days:
        partners.pass_days(database, days)
    for _ in range(3):
        handlers.run_campaigns(database)


def checked(database: Database, application: UUID) -> list[Recheck]:
    with database.reading() as session:
        query = select(Recheck).where(tables.rechecks.c.application_id == application)
        return list(session.scalars(query.order_by(tables.rechecks.c.model)))


def successor() -> dict[str, Any]:
    """Return a version that says the same as 1.1, which moved two answers of 1.0."""
    made: dict[str, Any] = json.loads(model.shipped()["1.1"].text)
    return made | {"version": "1.2", "changes": {"from": "1.1", "moved": []}}


def test_answers_of_an_older_version_reach_the_newest_by_way_of_those_between(database: Database) -> None:
    [partner] = partners.approve(database, [FINE])
    partners.publish(database, json.loads(model.shipped()["1.1"].text))
    run(database)
    partners.publish(database, successor())

    run(database)

    first, second = checked(database, partner)
    assert (first.model, second.model) == ("1.1", "1.2")
    assert [one["rule"] for one in second.findings] == [one["rule"] for one in first.findings]
    with database.reading() as session:
        application = Applications(session).get(partner)
        given = answers_to_cure(session, application, application.rechecks[-1])
        assert given["security"]["incident_contact"] == application.answers["operation"]["incident_contact"]


def test_an_older_campaign_checks_nobody_once_a_newer_version_has_its_own(database: Database) -> None:
    older = partners.publish(database)
    run(database)
    partners.publish(database, document("2.0", partners.STRICTER))
    run(database)
    [late] = partners.approve(database, [BROKEN])

    run(database, days=1)

    assert [one.model for one in checked(database, late)] == ["2.0"]
    with database.reading() as session:
        campaigns = Campaigns(session)
        assert older is not None
        assert campaigns.counts(campaigns.get(older))["to_check"] == 0


def excepted(database: Database, application: UUID) -> None:
    """Let somebody make an exception from BM-90, as in the review before the approval."""
    with database.transaction() as session:
        found = Applications(session).get(application)
        stricter = model.load(json.dumps(partners.stricter()))
        found.model = stricter.version
        found.take_answers(found.answers, stricter.check(found.answers))
        status, found.status = found.status, Status.IN_REVIEW
        found.override(OverrideRule(rule="BM-90", reason="Altbestand."), partners.VERA, database.now(session))
        found.status = status


def test_an_exception_lives_on_while_rule_and_answer_are_the_same(database: Database) -> None:
    [partner] = partners.approve(database, [(98.5, 5)])
    partners.publish(database)
    excepted(database, partner)
    same = partners.stricter("2.0") | {"changes": {"from": partners.STRICTER, "moved": []}}
    partners.publish(database, same)

    run(database)

    [kept] = checked(database, partner)
    assert (kept.state, kept.rights) == (State.CONFORMING, [])
    assert [one["override"]["reason"] for one in kept.findings if one["rule"] == "BM-90"] == ["Altbestand."]


def test_an_exception_ends_where_the_rule_says_something_else(database: Database) -> None:
    [partner] = partners.approve(database, [(98.5, 5)])
    partners.publish(database)
    excepted(database, partner)
    other = partners.stricter("2.0") | {"changes": {"from": partners.STRICTER, "moved": []}}
    next(one for one in other["rules"] if one["id"] == "BM-90")["expected"] = {"minimum": 98.9}
    partners.publish(database, other)

    run(database)

    [found] = checked(database, partner)
    assert (found.state, found.rights) == (State.GRACE, ["devices"])


@pytest.mark.parametrize("days", [1, 200])
def test_a_period_that_a_mistaken_version_ended_begins_anew_when_it_is_withdrawn(database: Database, days: int) -> None:
    [partner] = partners.approve(database, [BROKEN])
    partners.publish(database)
    run(database)
    partners.publish(database, document("2.0", partners.STRICTER))
    run(database, days=days)  # at last the campaign of the first version is over, with nothing left to do
    withdraw(database, "2.0")

    run(database)
    run(database, days=1)  # by the next pass

    first, mistaken = checked(database, partner)
    assert (first.model, first.state, mistaken.state) == (partners.STRICTER, State.GRACE, State.VOID)
    assert first.next_at is not None
    with database.reading() as session:
        assert Applications(session).get(partner).rechecks[-1].model == partners.STRICTER


def withdraw(database: Database, version: str) -> None:
    with database.transaction() as session:
        found = Models(session).version(version)
        handlers.void_campaign(session, found, "Versehen.", partners.VERA, database.now(session))

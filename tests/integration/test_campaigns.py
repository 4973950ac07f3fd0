"""A version is published: who breaks it is told, reminded, paused and cured, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from datetime import time
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.catalog import handlers as catalog_handlers
from services.catalog import tables as catalog
from services.catalog.commands import FindUseCases
from services.catalog.domain import UseCase
from services.catalog.repository import UseCases
from services.notifications import handlers as notifications_handlers
from services.notifications import tables as notifications
from services.notifications.domain import Message
from services.onboarding import handlers
from services.onboarding import tables as onboarding
from services.onboarding.commands import CureApplication, ResumeCampaign, StopCampaign
from services.onboarding.domain import Recheck, Stage, State
from services.onboarding.handlers import campaigns
from services.onboarding.repository import Applications, Campaigns
from services.onboarding.schemas import conformity_view
from shared.auth import Caller, Keyring
from shared.inbox import Inbox
from shared.kernel import Conflict, NotFound
from tests.integration.conftest import OpenDatabase
from tests.support import partners
from tests.support.partners import BROKEN, FINE, PARTLY

VERA = Caller("admin:Vera", "Vera", frozenset({"editor", "approver"}))


class City:
    """The three services, and what becomes of one version in them."""

    def __init__(self, open_database: OpenDatabase) -> None:
        self.onboarding = open_database("onboarding", onboarding.metadata)
        reactions = notifications_handlers.reactions("https://hub.example", Keyring(b"0" * 32))
        self.catalog = Inbox("catalog", open_database("catalog", catalog.metadata), catalog_handlers.REACTIONS)
        self.letters = Inbox("notifications", open_database("notifications", notifications.metadata), reactions)

    def pass_days(self, days: int = 0) -> None:
        """Let days go by, the clock do its rounds, and everybody hear of it."""
        if days:
            partners.pass_days(self.onboarding, days)
        for _ in range(3):
            handlers.run_campaigns(self.onboarding)
        partners.deliver(self.onboarding, self.catalog, self.letters)

    def conformity(self, application: UUID) -> dict[str, Any]:
        with self.onboarding.reading() as session:
            found = conformity_view(Applications(session).get(application))
        assert found is not None
        return found

    def letters_to(self, application: UUID, role: str = "applicant:") -> list[str]:
        """Return the kinds of letters about re-checks to the applicant, oldest first."""
        query = select(Message).where(notifications.messages.c.application_id == application)
        with self.letters.database.reading() as session:
            found = session.scalars(query.order_by(notifications.messages.c.at)).all()
            kinds = [one.template.split(".")[2] for one in found if one.recipient.startswith(role)]
        return [kind for kind in kinds if kind.startswith(("recheck", "rights"))]

    def use_case(self, application: UUID) -> UseCase:
        with self.catalog.database.reading() as session:
            found = UseCases(session).of_application(application)
        assert found is not None
        return found

    def shown(self) -> int:
        with self.catalog.database.reading() as session:
            return UseCases(session).how_many(FindUseCases())

    def cure(self, application: UUID, kind: partners.Kind) -> None:
        with self.onboarding.transaction() as session:
            found = Applications(session).get(application)
            command = CureApplication(answers=partners.patch(kind))
            handlers.cure_application(session, found, command, VERA)

    def move(self, campaign: UUID, command: StopCampaign | ResumeCampaign) -> None:
        handler: Any = handlers.stop_campaign if isinstance(command, StopCampaign) else handlers.resume_campaign
        with self.onboarding.transaction() as session:
            handler(session, Campaigns(session).get(campaign), command, VERA)

    def counts(self, campaign: UUID) -> dict[str, int]:
        with self.onboarding.reading() as session:
            found = Campaigns(session)
            return {name: count for name, count in found.counts(found.get(campaign)).items() if count}


@pytest.fixture
def city(open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch) -> City:
    # The morning begins at midnight here, or what is told today would depend on the hour the tests run at.
    monkeypatch.setattr("services.onboarding.domain.workdays.MORNING", time(0))
    return City(open_database)


def test_one_of_three_breaks_the_new_rules_is_reminded_once_per_date_paused_and_cured(city: City) -> None:
    fine, broken, _ = partners.approve(city.onboarding, [FINE, BROKEN, FINE])
    campaign = partners.publish(city.onboarding)
    assert campaign

    city.pass_days()
    assert city.counts(campaign) == {"conforming": 2, "grace": 1, "checked": 3}
    assert city.conformity(fine)["state"] == "conforming"
    found = city.conformity(broken)
    assert (found["model"], found["state"], found["paused_rights"]) == (partners.STRICTER, "grace", [])
    assert found["due_on"] == found["conforming_until"] is not None
    assert [one["rule"] for one in found["findings"] if one["severity"] == "violation"] == ["BM-90", "BM-91"]
    assert city.use_case(broken).conforming_until is not None
    assert city.use_case(fine).conforming_until is None

    for days in (44, 1, 37, 1, 5, 1, 0):  # to half time, a week before, a day before
        city.pass_days(days)
    assert city.letters_to(broken) == ["rechecked", *["recheck_reminded"] * 3]
    assert city.conformity(broken)["state"] == "grace"

    shown = city.shown()
    city.pass_days(2)
    assert city.conformity(broken)["paused_rights"] == ["devices", "listing"]
    assert city.letters_to(broken)[-1] == "rights_paused"
    assert city.use_case(broken).paused_rights == "devices listing"
    assert city.shown() == shown - 1
    with city.catalog.database.reading() as session, pytest.raises(NotFound) as hidden:
        UseCases(session).get(city.use_case(broken).slug)
    assert hidden.value.code == "listing_paused"

    city.cure(broken, PARTLY)
    city.pass_days()
    assert city.conformity(broken)["paused_rights"] == ["listing"]
    city.cure(broken, FINE)
    city.pass_days()
    assert city.conformity(broken)["state"] == "conforming"
    assert city.letters_to(broken)[-3:] == ["rights_paused", "rights_resumed", "rights_resumed"]
    assert city.use_case(broken).paused_rights == ""
    assert city.shown() == shown
    assert city.letters_to(fine) == ["rechecked"]


def test_a_cured_application_has_the_new_answers_and_the_new_version(city: City) -> None:
    [broken] = partners.approve(city.onboarding, [BROKEN])
    partners.publish(city.onboarding)
    city.pass_days()

    city.cure(broken, FINE)

    with city.onboarding.reading() as session:
        found = Applications(session).get(broken)
        assert (found.model, found.answers["operation"]["availability"]) == (partners.STRICTER, FINE[0])
    with pytest.raises(Conflict):
        city.cure(broken, FINE)


def test_a_stopped_campaign_checks_reminds_and_pauses_nobody_until_it_is_resumed(city: City) -> None:
    [broken] = partners.approve(city.onboarding, [BROKEN])
    campaign = partners.publish(city.onboarding)
    assert campaign
    city.pass_days()
    city.move(campaign, StopCampaign(reason="Die Regel ist unklar."))
    partners.approve(city.onboarding, [])

    city.pass_days(100)
    assert city.letters_to(broken) == ["rechecked"]
    city.move(campaign, ResumeCampaign())
    city.pass_days()

    assert city.conformity(broken)["state"] == "paused"
    assert city.letters_to(broken) == ["rechecked", "rights_paused"]


def test_a_withdrawn_version_gives_every_right_back_and_says_so(city: City) -> None:
    fine, broken = partners.approve(city.onboarding, [FINE, BROKEN])
    campaign = partners.publish(city.onboarding)
    assert campaign
    city.pass_days()
    city.pass_days(100)
    assert city.use_case(broken).paused_rights

    with city.onboarding.transaction() as session:
        for one in Campaigns(session).of_model(partners.STRICTER):
            one.void("Versehen.", VERA.subject, city.onboarding.now(session))
    city.pass_days()

    assert {city.conformity(one)["state"] for one in (fine, broken)} == {"void"}
    assert city.use_case(broken).paused_rights == ""
    assert city.use_case(broken).conforming_until is None
    assert [city.letters_to(one)[-1] for one in (fine, broken)] == ["recheck_voided"] * 2
    assert city.counts(campaign) == {"void": 2, "checked": 2}


def test_who_is_approved_meanwhile_under_the_older_version_is_checked_by_a_later_pass(city: City) -> None:
    campaign = partners.publish(city.onboarding)
    assert campaign
    city.pass_days()
    [late] = partners.approve(city.onboarding, [BROKEN])

    city.pass_days(1)

    assert city.conformity(late)["state"] == "grace"


def test_a_campaign_finishes_once_every_period_is_over(city: City) -> None:
    partners.approve(city.onboarding, [FINE, BROKEN])
    campaign = partners.publish(city.onboarding)
    assert campaign
    city.pass_days()
    city.pass_days(91)

    city.pass_days()

    with city.onboarding.reading() as session:
        assert Campaigns(session).get(campaign).stage is Stage.FINISHED
        said = session.scalar(text("SELECT count(*) FROM outbox WHERE type = 'onboarding.campaign.finished.v1'"))
    assert said == 1


def test_no_days_of_grace_mean_no_campaign(city: City) -> None:
    assert partners.publish(city.onboarding, grace_days=0) is None


def test_the_database_keeps_a_second_re_check_out(city: City) -> None:
    [partner] = partners.approve(city.onboarding, [FINE])
    campaign = partners.publish(city.onboarding)
    assert campaign
    city.pass_days()

    with pytest.raises(IntegrityError), city.onboarding.transaction() as session:
        again = session.scalars(select(Recheck)).one()
        twin = Recheck(
            campaign_id=campaign, application_id=partner, model="1.9", state=State.GRACE, findings=[], rights=[],
            checked_at=again.checked_at,
        )  # fmt: skip
        session.add(twin)
        session.flush()


def test_events_that_are_told_again_write_no_letter_twice(city: City) -> None:
    ids = partners.approve(city.onboarding, [FINE, BROKEN] * 5)
    partners.publish(city.onboarding)

    for _ in range(3):
        city.pass_days()

    assert Counter(kind for one in ids for kind in city.letters_to(one)) == {"rechecked": 10}


def test_a_bunch_that_fails_leaves_nothing_behind_and_is_done_again(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    partners.approve(city.onboarding, [FINE] * 60)
    campaign = partners.publish(city.onboarding)
    assert campaign
    calls: list[int] = []
    advance = campaigns.Campaign.advance

    def breaks_twice(self: Any, *args: Any) -> None:
        calls.append(1)
        if len(calls) in {2, 3}:
            raise RuntimeError("power cut")
        advance(self, *args)

    monkeypatch.setattr(campaigns.Campaign, "advance", breaks_twice)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            handlers.run_campaigns(city.onboarding)
    city.pass_days()

    assert city.counts(campaign) == {"conforming": 60, "checked": 60}

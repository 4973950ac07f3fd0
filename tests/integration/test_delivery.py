"""From the outbox of one service to the effect in another, through relay, broker and listener."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from services.catalog import tables as catalog
from services.catalog.handlers import REACTIONS
from services.onboarding import tables as onboarding
from services.onboarding.commands import Contact
from services.onboarding.domain import Application
from services.onboarding.repository import Applications
from shared import migrate
from shared.broker import Broker
from shared.database import Database
from shared.inbox import Inbox
from shared.listener import Listener
from shared.outbox import Outbox
from shared.publisher import HELD
from shared.relay import Relay
from shared.roles import Role
from tests.integration.conftest import OpenDatabase
from tests.support import servers
from tests.support.builders import NOON
from tests.support.hub import wait_for


@contextmanager
def playing(*roles: Role) -> Iterator[None]:
    threads = [threading.Thread(target=role.run, daemon=True) for role in roles]
    for thread in threads:
        thread.start()
    yield
    for role in roles:
        role.stop()
    for thread in threads:
        thread.join(10)


@pytest.fixture
def teller(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", onboarding.metadata)


@pytest.fixture
def hearer(open_database: OpenDatabase) -> Inbox:
    return Inbox("catalog", open_database("catalog", catalog.metadata), REACTIONS)


def an_application_to_tell_of(database: Database, title: str = "Parkraum-Lotse") -> Application:
    contact = Contact(email="mina@parkpilot.example", name="Mina")
    application = Application.start(
        number=f"BI-{uuid4().hex[:6].upper()}",
        owner="applicant:1",
        filed_by=None,
        model="1.0",
        contact=contact,
        at=NOON,
    )
    answers = {"organisation": {"name": "P", "kind": "company"}, "use_case": {"title": title, "theme": ["energy"]}}
    application.take_answers(answers, [])
    with database.transaction() as session:
        application.submit(NOON)
        Applications(session).add(application)
        session.flush()
        from services.onboarding.commands import ProposeDecision

        application.propose(ProposeDecision(outcome="approve", reason="gut"), "admin:Vera", NOON)
        application.confirm(agree=True, comment="", by="admin:Jonas", at=NOON)
    return application


def listed(inbox: Inbox) -> int:
    with inbox.database.reading() as session:
        return session.scalar(select(func.count()).where(~catalog.use_cases.c.pinned)) or 0


def test_what_one_service_commits_takes_effect_once_in_another(teller: Database, hearer: Inbox, broker: Broker) -> None:
    for n in range(20):
        an_application_to_tell_of(teller, f"Fall {n}")
    outbox = Outbox("onboarding", teller)

    with playing(Relay(outbox, broker), Listener(hearer, broker)):
        assert wait_for(lambda: listed(hearer) == 20, within=15), listed(hearer)
        assert wait_for(lambda: outbox.status()["waiting"] == 0)

    outbox.republish()
    with playing(Relay(outbox, broker), Listener(hearer, broker)):
        assert wait_for(lambda: outbox.status()["waiting"] == 0)
        an_application_to_tell_of(teller, "Nachzügler")
        assert wait_for(lambda: listed(hearer) == 21, within=15), listed(hearer)


def test_a_relay_on_a_broker_that_forgets_tells_again_what_it_told_in_its_last_run(
    teller: Database, hearer: Inbox
) -> None:
    memory = Broker("memory://localhost")
    memory.apply_topology("onboarding", "catalog", "notifications")
    an_application_to_tell_of(teller)
    with playing(Relay(Outbox("onboarding", teller, forgetful=True), memory)):
        assert wait_for(lambda: Outbox("onboarding", teller).status()["waiting"] == 0)
    empty(memory, "catalog")  # the process died with them in its hands

    with playing(Relay(Outbox("onboarding", teller, forgetful=True), memory), Listener(hearer, memory)):
        assert wait_for(lambda: listed(hearer) == 1, within=10)


def test_what_has_taken_effect_everywhere_is_not_told_again_by_the_next_start(teller: Database, hearer: Inbox) -> None:
    memory = Broker("memory://localhost")
    memory.apply_topology("onboarding", "catalog", "notifications")
    for listener in ("catalog", "notifications"):
        empty(memory, listener)
    HELD.clear()  # what earlier tests dropped
    an_application_to_tell_of(teller)

    relay = Relay(Outbox("onboarding", teller, forgetful=True), memory)
    with playing(relay, Listener(hearer, memory)):
        assert wait_for(lambda: listed(hearer) == 1)
        assert relay.outbox.run == 1, "notifications has not heard of it yet"
        empty(memory, "notifications")
        assert wait_for(lambda: relay.outbox.run == 2)

    assert Outbox("onboarding", teller, forgetful=True).begin_run() == 0


def empty(broker: Broker, listener: str) -> None:
    with broker.receiver(listener) as receiver:
        while batch := receiver.batch(50, timeout=0.2):
            receiver.ack(batch)


@pytest.fixture
def on_postgresql(postgres_url: str) -> Iterator[Database]:
    """Onboarding on PostgreSQL; a SQLite file belongs to one process, so nobody takes over from it."""
    with servers.own_databases(postgres_url) as url:
        mine = url.replace("{service}", "onboarding")
        migrate.upgrade(mine, "onboarding")
        database = Database(mine, onboarding.metadata)
        yield database
        database.dispose()


def test_of_two_relays_one_leads_and_the_other_takes_over(on_postgresql: Database, rabbit: Broker) -> None:
    first, second = (Relay(Outbox("onboarding", on_postgresql), rabbit) for _ in range(2))

    def told() -> bool:
        return Outbox("onboarding", on_postgresql).status()["waiting"] == 0

    with playing(first):
        an_application_to_tell_of(on_postgresql)
        assert wait_for(told)
        with playing(second):
            an_application_to_tell_of(on_postgresql)
            assert wait_for(told)
            assert second.outbox.run == 0, "only one leads"
            first.stop()
            assert wait_for(lambda: second.outbox.run != 0, within=15)
            an_application_to_tell_of(on_postgresql)
            assert wait_for(told)


def test_a_change_and_its_events_are_both_there_or_neither(teller: Database) -> None:
    contact = Contact(email="mina@parkpilot.example", name="Mina")
    application = Application.start(
        number="BI-1", owner="applicant:1", filed_by=None, model="1.0", contact=contact, at=NOON
    )
    with pytest.raises(RuntimeError, match="power cut"), teller.transaction() as session:
        Applications(session).add(application)
        session.flush()
        raise RuntimeError("power cut")

    with teller.reading() as session:
        assert session.scalar(select(func.count()).select_from(onboarding.applications)) == 0
    assert Outbox("onboarding", teller).status()["waiting"] == 0

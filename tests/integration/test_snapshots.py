"""A listener that came late, or lost what it had, is told again how things stand, and goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, func, select

from services.catalog import handlers as catalog_handlers
from services.catalog import tables as catalog
from services.notifications import handlers as notifications_handlers
from services.notifications import tables as notifications
from services.onboarding import tables as onboarding
from services.onboarding.domain import Application
from services.onboarding.domain.telling import contact
from services.onboarding.handlers import aggregates, retell
from services.onboarding.repository import Applications
from shared.auth import Keyring
from shared.broker import Broker
from shared.database import Database, tell_again
from shared.inbox import Inbox
from shared.listener import Listener
from shared.outbox import Outbox
from shared.relay import Relay
from tests.integration.conftest import OpenDatabase
from tests.integration.test_delivery import an_application_to_tell_of, playing
from tests.support.builders import approved, delivery, withdrawn
from tests.support.hub import wait_for


@pytest.fixture
def teller(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", onboarding.metadata)


@pytest.fixture
def catalogued(open_database: OpenDatabase) -> Inbox:
    database = open_database("catalog", catalog.metadata)
    return Inbox("catalog", database, catalog_handlers.REACTIONS, catalog_handlers.AGAIN)


@pytest.fixture
def notified(open_database: OpenDatabase) -> Inbox:
    database = open_database("notifications", notifications.metadata)
    reactions = notifications_handlers.reactions("https://hub.example", Keyring(b"0" * 32))
    return Inbox("notifications", database, reactions, notifications_handlers.AGAIN)


def count(inbox: Inbox, table: str) -> int:
    with inbox.database.reading() as session:
        return session.scalar(select(func.count()).select_from(inbox.database.metadata.tables[table])) or 0


def statuses(inbox: Inbox) -> list[str]:
    with inbox.database.reading() as session:
        return list(session.scalars(select(inbox.table.c.status).order_by(inbox.table.c.sequence)))


def tell_all_again(teller: Database, listener: str) -> None:
    with teller.reading() as session:
        ids = aggregates(session)
    for one in ids:
        with teller.transaction() as session:
            tell_again(session, listener)
            retell(session, one)


@contextmanager
def delivering(teller: Database, broker: Broker, *inboxes: Inbox) -> Iterator[None]:
    outbox = Outbox("onboarding", teller)
    with playing(Relay(outbox, broker), *(Listener(inbox, broker) for inbox in inboxes)):
        yield
        assert wait_for(lambda: outbox.status()["waiting"] == 0)


def test_what_is_told_again_to_a_listener_lets_it_go_on_in_spite_of_a_gap(catalogued: Inbox) -> None:
    event = approved()
    catalogued.take([delivery(withdrawn(event.application_id), 5)])
    assert statuses(catalogued) == ["waiting"]

    catalogued.take([delivery(event, 7, toldagainto="catalog")])
    catalogued.take([delivery(withdrawn(event.application_id), 8)])

    assert statuses(catalogued) == ["skipped", "processed", "skipped"], "8 is in line, and of no meaning here"
    assert count(catalogued, "use_cases") == 2


def test_an_older_state_that_arrives_late_sets_no_cursor_back(catalogued: Inbox) -> None:
    event = approved()
    catalogued.take([delivery(event, 7, toldagainto="catalog")])

    catalogued.take([delivery(event, 5, toldagainto="catalog"), delivery(withdrawn(event.application_id), 8)])

    assert statuses(catalogued) == ["skipped", "processed", "skipped"]


def test_what_is_told_again_to_somebody_else_is_passed_by_in_its_turn(catalogued: Inbox) -> None:
    event = approved()

    catalogued.take([delivery(event, sequence, toldagainto="notifications") for sequence in (1, 3)])

    assert statuses(catalogued) == ["skipped", "waiting"], "and it opens no gap for others"
    assert count(catalogued, "use_cases") == 1, "only the platform itself"


def test_a_use_case_that_is_listed_is_not_listed_again(catalogued: Inbox) -> None:
    event = approved()
    catalogued.take([delivery(event, 1)])

    catalogued.take([delivery(event, 9, toldagainto="catalog")])

    assert statuses(catalogued) == ["processed", "processed"]
    assert (count(catalogued, "use_cases"), count(catalogued, "outbox")) == (2, 1)


def test_a_listener_that_came_late_gets_all_there_is(teller: Database, catalogued: Inbox, rabbit: Broker) -> None:
    for n in range(3):
        an_application_to_tell_of(teller, f"Fall {n}")
    with delivering(teller, rabbit):
        assert wait_for(lambda: Outbox("onboarding", teller).status()["waiting"] == 0)
    with rabbit.connection() as connection:  # nobody had made a queue for it yet
        connection.channel().queue_purge("q.catalog.onboarding")

    tell_all_again(teller, "catalog")
    with delivering(teller, rabbit, catalogued):
        assert wait_for(lambda: count(catalogued, "use_cases") == 4, within=15)
        an_application_to_tell_of(teller, "Danach")
        assert wait_for(lambda: count(catalogued, "use_cases") == 5, within=15)
    assert set(statuses(catalogued)) == {"processed", "skipped"}


def test_a_listener_that_lost_its_inbox_goes_on_and_writes_no_letter_twice(
    teller: Database, notified: Inbox, catalogued: Inbox, rabbit: Broker
) -> None:
    application = an_application_to_tell_of(teller)
    with delivering(teller, rabbit, notified, catalogued):
        assert wait_for(lambda: statuses(notified).count("processed") == 4, within=15)
        letters = count(notified, "messages")
    for table in ("inbox", "cursors", "contacts"):
        with notified.database.transaction() as session:
            session.execute(delete(notified.database.metadata.tables[table]))

    with delivering(teller, rabbit, notified, catalogued):
        change_contact(teller, application, "neu@parkpilot.example")
        assert wait_for(lambda: statuses(notified) == ["waiting"], within=15)
        tell_all_again(teller, "notifications")
        assert wait_for(lambda: set(statuses(notified)) == {"skipped", "processed"}, within=15)

    with notified.database.reading() as session:
        assert session.scalars(select(notifications.contacts.c.email)).all() == ["neu@parkpilot.example"]
    assert count(notified, "messages") == letters
    assert "waiting" not in statuses(catalogued)
    assert count(catalogued, "use_cases") == 2


def change_contact(teller: Database, application: Application, email: str) -> None:
    with teller.transaction() as session:
        found = Applications(session).get(application.id)
        found.email = email
        found.record(contact(found))

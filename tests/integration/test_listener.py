"""What the listener does when it is told to stop, when the broker goes, says nothing, or when nothing works."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.catalog import tables
from services.catalog.handlers import REACTIONS
from shared import receiver as receiving
from shared.broker import Broker
from shared.contracts.onboarding import ApplicationApproved
from shared.database import Database
from shared.inbox import FAILING, Inbox
from shared.listener import Listener
from shared.outbox import Waiting
from shared.receiver import Receiver, Silent
from shared.topology import work_queue
from tests.integration.conftest import OpenDatabase
from tests.integration.test_delivery import playing
from tests.support import servers
from tests.support.builders import approved, delivery, waiting
from tests.support.hub import wait_for


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("catalog", tables.metadata)


def listed(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(~tables.use_cases.c.pinned)) or 0


def statuses(database: Database) -> dict[str, int]:
    inbox = database.metadata.tables["inbox"]
    with database.reading() as session:
        return dict(session.execute(select(inbox.c.status, func.count()).group_by(inbox.c.status)).all())


def events(count: int) -> list[Waiting]:
    return [waiting(approved(title=f"Fall {n}"), position=n) for n in range(count)]


def left_over(broker: Broker) -> list[bool]:
    """Take everything out of the catalog's queue; of each message whether it was delivered before."""
    with broker.connection() as connection:
        channel, queue = connection.channel(), work_queue("catalog", "onboarding").name
        found = []
        while message := channel.basic_get(queue, no_ack=True):
            found.append(bool(message.delivery_info["redelivered"]))
        return found


def test_a_stop_under_load_acks_what_is_done_and_lets_nothing_come_again(database: Database, rabbit: Broker) -> None:
    with rabbit.publisher() as publish:
        for _ in range(10):
            assert len(publish("onboarding", events(200)).confirmed) == 200

    with playing(Listener(Inbox("catalog", database, REACTIONS), rabbit)):
        assert wait_for(lambda: listed(database) > 100)
    done = listed(database)

    rest = left_over(rabbit)
    assert 100 < done < 2000, "stopped in the middle"
    assert len(rest) == 2000 - done
    assert sum(rest) == 0


@pytest.fixture
def node() -> Iterator[servers.Rabbit]:
    with servers.private_rabbit() as running:
        yield running


def test_a_broker_that_dies_between_commit_and_ack_costs_nothing_but_copies(
    database: Database, node: servers.Rabbit
) -> None:
    broker = Broker(node.url)
    broker.apply_topology("onboarding", "catalog", "notifications")
    with broker.publisher() as publish:
        publish("onboarding", events(20))
    acting = threading.Event()

    def slowly(event: ApplicationApproved, session: Session) -> None:
        REACTIONS[ApplicationApproved](event, session)
        if not acting.is_set():
            acting.set()
            time.sleep(2)  # meanwhile the broker dies

    listener = Listener(Inbox("catalog", database, {ApplicationApproved: slowly}), broker)
    with playing(listener):
        assert acting.wait(10)
        node.kill()
        assert wait_for(lambda: listed(database) == 20, within=10), "what was received is committed all the same"
        node.start()
        with broker.publisher() as publish:
            publish("onboarding", events(1))
        assert wait_for(lambda: listed(database) == 21, within=40)

    assert statuses(database) == {"processed": 21}
    assert left_over(broker) == []


def test_a_consumer_the_broker_forgot_is_noticed_and_made_anew(
    database: Database, rabbit: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SILENT_S", 1.0)
    with rabbit.receiver("catalog") as receiver:
        for consumer in receiver.consumers:
            consumer.cancel()  # behind its back
        assert receiver.batch(10, timeout=1.5) == [], "an empty queue is no cause for alarm"
        with rabbit.publisher() as publish:
            publish("onboarding", events(3))
        with pytest.raises(Silent, match=r"q\.catalog\.onboarding holds 3"):
            receiver.batch(10, timeout=1.5)

    with playing(Listener(Inbox("catalog", database, REACTIONS), rabbit)):
        assert wait_for(lambda: listed(database) == 3)


class Broken:
    """A reaction that works only while it is whole."""

    whole = False

    def __call__(self, event: ApplicationApproved, session: Session) -> None:
        if not self.whole:
            raise RuntimeError("nothing works")
        REACTIONS[ApplicationApproved](event, session)


def test_after_ten_failures_in_a_row_one_message_at_a_time_is_tried_until_one_works(database: Database) -> None:
    reaction, tried = Broken(), []
    inbox = Inbox("catalog", database, {ApplicationApproved: reaction})

    def before_probe() -> None:
        tried.append(statuses(database))
        reaction.whole = len(tried) == 3

    inbox.before_probe = before_probe
    inbox.take([delivery(approved(title=f"Fall {n}")) for n in range(20)])

    assert [one["retry"] for one in tried] == [FAILING, FAILING + 1, FAILING + 2]
    assert statuses(database) == {"retry": FAILING + 2, "processed": 20 - FAILING - 2}


def test_a_listener_of_which_nothing_works_slows_down_and_still_stops(
    database: Database, rabbit: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rabbit.publisher() as publish:
        publish("onboarding", events(40))
    listener = Listener(Inbox("catalog", database, {ApplicationApproved: Broken()}), rabbit)
    pauses, keep_alive = [], Receiver.keep_alive
    monkeypatch.setattr(
        Receiver, "keep_alive", lambda self: pauses.append(listener.stopping.is_set()) or keep_alive(self)
    )

    with playing(listener):
        assert wait_for(lambda: statuses(database).get("retry", 0) > FAILING, within=30)
        paused, tried = len(pauses), statuses(database)["retry"] - FAILING
    assert paused >= 4 * tried, "each second of a pause of five"
    assert True not in pauses, "once told to stop it pauses no more"
    assert statuses(database) == {"retry": 40}, "what was received is kept"

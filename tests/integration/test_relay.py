"""When the broker refuses, is full, or does not answer: nothing is lost, and nobody waits for somebody else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from kombu import Exchange, Queue
from sqlalchemy import insert, select, text

from services.onboarding import tables
from shared import metrics
from shared.broker import Broker
from shared.database import Database
from shared.outbox import Outbox
from shared.publisher import Proof, Publisher
from shared.relay import Relay
from tests.integration.conftest import OpenDatabase
from tests.integration.test_delivery import playing
from tests.support import servers
from tests.support.builders import NOON
from tests.support.hub import wait_for

TELLER = "half"


@pytest.fixture
def outbox(open_database: OpenDatabase) -> Outbox:
    return Outbox(TELLER, open_database("onboarding", tables.metadata))


@pytest.fixture
def half(rabbit: Broker) -> Iterator[Broker]:
    """Give a broker with an exchange that takes `half.known`, returns `half.unknown` and nacks `half.full`."""
    yield from prepared(rabbit)


def prepared(rabbit: Broker) -> Iterator[Broker]:
    with rabbit.connection() as connection:
        channel = connection.channel()
        exchange = Exchange("half.events", type="topic", durable=True)
        full = {"x-max-length": 1, "x-overflow": "reject-publish", "x-queue-type": "quorum"}
        for queue in (
            Queue("half.known", exchange, "known", queue_arguments={"x-queue-type": "quorum"}),
            Queue("half.full", exchange, "full", queue_arguments=full),
        ):
            queue(channel).delete()
            queue(channel).declare()
    with rabbit.publisher() as publish:
        for _ in range(2):  # a quorum queue is full once it holds more than its limit
            publish(TELLER, [waiting_event("full")])
    yield rabbit
    with rabbit.connection() as connection:
        for name in ("half.known", "half.full"):
            connection.channel().queue_delete(name)


def waiting_event(key: str):
    from shared.outbox import Waiting

    return Waiting(1, uuid4(), uuid4(), f"{TELLER}.{key}", "{}")


def tell(outbox: Outbox, key: str, aggregate: UUID | None = None, sequence: int = 1) -> None:
    row = {
        "event_id": uuid4(),
        "aggregate_id": aggregate or uuid4(),
        "sequence": sequence,
        "type": f"{TELLER}.{key}",
        "envelope": json.dumps({"aggregate": str(aggregate), "sequence": sequence}),
        "created_at": NOON,
    }
    with outbox.database.transaction() as session:
        session.execute(insert(outbox.table), [row])


def unpublished(outbox: Outbox) -> list[str]:
    query = select(outbox.table.c.type).where(outbox.table.c.published_at.is_(None)).order_by(outbox.table.c.position)
    with outbox.database.reading() as session:
        return [name.partition(".")[2] for name in session.scalars(query)]


def heard(broker: Broker, queue: str = "half.known") -> list[str]:
    """Take everything out of a queue."""
    with broker.connection() as connection:
        channel = connection.channel()
        found = []
        while message := channel.basic_get(queue, no_ack=True):
            found.append(message.body if isinstance(message.body, str) else bytes(message.body).decode())
        return found


@pytest.mark.parametrize("refused", ["unknown", "full"])
def test_an_event_that_is_refused_holds_up_no_other(outbox: Outbox, half: Broker, refused: str) -> None:
    tell(outbox, refused)
    for _ in range(3):
        tell(outbox, "known")

    with playing(Relay(outbox, half)):
        assert wait_for(lambda: unpublished(outbox) == [refused], within=10)
        time.sleep(4)  # it is offered again and again
        tell(outbox, "known")
        assert wait_for(lambda: unpublished(outbox) == [refused], within=4)

    assert len(heard(half)) == 4
    assert outbox.status()["refused"] == 1


def test_a_refused_event_is_offered_again_later_and_later(outbox: Outbox, half: Broker) -> None:
    tell(outbox, "unknown")
    [event] = outbox.waiting(10)
    waits = []
    for _ in range(9):
        outbox.hold_back([event.position], "no queue is bound")
        with outbox.database.reading() as session:
            due = session.scalar(select(outbox.table.c.due_at))
            waits.append(round((due - outbox.database.now(session)).total_seconds()))
        assert outbox.waiting(10) == []

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_later_events_of_the_aggregate_wait_for_the_refused_one_and_keep_their_order(
    outbox: Outbox, half: Broker
) -> None:
    aggregate = uuid4()
    for sequence, key in enumerate(("known", "unknown", "known", "known"), 1):
        tell(outbox, key, aggregate, sequence)

    with playing(Relay(outbox, half)):
        assert wait_for(lambda: unpublished(outbox) == ["unknown", "known", "known"], within=5)
        time.sleep(2)
        assert unpublished(outbox) == ["unknown", "known", "known"]
        with half.connection() as connection:
            connection.channel().queue_bind("half.known", "half.events", "unknown")
        assert wait_for(lambda: unpublished(outbox) == [], within=10)

    told = [json.loads(one)["sequence"] for one in heard(half)]
    assert [one for place, one in enumerate(told) if one not in told[place + 1 :]] == [1, 2, 3, 4]


def test_a_mark_that_fails_after_the_confirm_only_tells_twice(on_postgresql: Database, half: Broker) -> None:
    outbox = Outbox(TELLER, on_postgresql)
    for _ in range(5):
        tell(outbox, "known")

    with on_postgresql.engine.connect() as other:
        other.execute(text("LOCK TABLE outbox IN SHARE MODE"))
        with playing(Relay(outbox, half)):
            time.sleep(4)
            assert len(unpublished(outbox)) == 5
            other.rollback()
            assert wait_for(lambda: unpublished(outbox) == [], within=10)

    assert len(heard(half)) >= 10


@pytest.fixture
def on_postgresql(postgres_url: str) -> Iterator[Database]:
    from shared import migrate

    with servers.own_databases(postgres_url) as url:
        mine = url.replace("{service}", "onboarding")
        migrate.upgrade(mine, "onboarding")
        database = Database(mine, tables.metadata)
        yield database
        database.dispose()


@pytest.fixture(scope="module")
def node() -> Iterator[servers.Rabbit]:
    """A RabbitMQ whose memory may be taken away."""
    with servers.private_rabbit() as rabbit:
        yield rabbit


def alarm(node: servers.Rabbit, *, on: bool) -> None:
    node.ctl("set_vm_memory_high_watermark", "0.0000001" if on else "0.4")
    time.sleep(1)


def blocked() -> float:
    return metrics.blocked.labels(TELLER)._value.get()


def test_a_broker_short_of_memory_is_waited_for_and_nothing_is_told_twice(
    node: servers.Rabbit, on_postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.broker.HEARTBEAT_S", 2)
    monkeypatch.setattr("shared.publisher.CONFIRM_WITHIN_S", 2.0)
    outbox = Outbox(TELLER, on_postgresql)
    for half in prepared(Broker(node.url)):
        with playing(Relay(outbox, half)):
            tell(outbox, "known")
            assert wait_for(lambda: unpublished(outbox) == [], within=10)
            alarm(node, on=True)
            for _ in range(20):
                tell(outbox, "known")
            assert wait_for(lambda: blocked() == 1, within=10)
            time.sleep(6)  # longer than two heartbeats, and than a confirm may take
            assert len(unpublished(outbox)) == 20, "no confirm, no mark"
            alarm(node, on=False)
            assert wait_for(lambda: unpublished(outbox) == [], within=10)
        assert len(heard(half)) == 21
    assert blocked() == 0


def test_a_relay_that_waits_for_a_broker_short_of_memory_stops_at_once(
    node: servers.Rabbit, on_postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox, looks, pump = Outbox(TELLER, on_postgresql), [], Publisher._pump
    for half in prepared(Broker(node.url)):
        relay = Relay(outbox, half)
        monkeypatch.setattr(
            Publisher, "_pump", lambda self, timeout: looks.append(relay.stopping.is_set()) or pump(self, timeout)
        )
        with playing(relay):
            alarm(node, on=True)
            tell(outbox, "known")
            assert wait_for(lambda: blocked() == 1, within=10)
        alarm(node, on=False)
    assert looks.count(True) <= 1, "the one that was under way"
    assert unpublished(outbox) == ["known"]


def test_after_an_alarm_no_late_confirm_is_taken_for_another_event(node: servers.Rabbit) -> None:
    for half in prepared(Broker(node.url)):
        with half.publisher() as publish:
            assert publish(TELLER, [waiting_event("known")]) == Proof(confirmed={1})
            alarm(node, on=True)
            import threading

            threading.Timer(3, lambda: alarm(node, on=False)).start()
            assert publish(TELLER, [waiting_event("known")]) == Proof(confirmed={1})
            assert publish(TELLER, [waiting_event("full")]) == Proof(nacked={1})

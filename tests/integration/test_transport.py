"""What the house relies on a broker for, the same on every broker."""

from __future__ import annotations

import time
from itertools import count
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from kombu import Exchange

from shared.broker import Broker
from shared.outbox import Waiting
from shared.publisher import Proof
from shared.receiver import Receiver
from shared.topology import work_queue
from tests.support.builders import approved, waiting, withdrawn


def everything(receiver: Receiver, wanted: int) -> list[tuple[str, bytes]]:
    """Take and ack messages until there are `wanted`, or five seconds are over."""
    found: list[tuple[str, bytes]] = []
    end = time.monotonic() + 5
    while len(found) < wanted and time.monotonic() < end:
        batch = receiver.batch(50, timeout=0.5)
        for teller, message in batch:
            body = message.body
            found.append((teller, body.encode() if isinstance(body, str) else bytes(body)))
        receiver.ack(batch)
    return found


def test_a_published_event_reaches_every_listener_of_its_teller_and_is_confirmed(broker: Broker) -> None:
    event = waiting(approved(), position=7)

    with broker.publisher() as publish:
        confirmed = publish("onboarding", [event])

    assert confirmed == Proof(confirmed={7})
    for listener in ("catalog", "notifications"):
        with broker.receiver(listener) as receiver:
            assert everything(receiver, 1) == [("onboarding", event.envelope.encode())]


def test_events_arrive_in_the_order_they_were_published(broker: Broker) -> None:
    application = uuid4()
    events = [waiting(withdrawn(application), position=n, sequence=n) for n in range(1, 301)]

    with broker.publisher() as publish:
        assert publish("onboarding", events).confirmed == set(range(1, 301))

    with broker.receiver("catalog") as receiver:
        bodies = [body for _, body in everything(receiver, 300)]
    assert bodies == [event.envelope.encode() for event in events]


def test_a_stop_does_not_wait_for_minutes_where_something_arrives_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = count()
    monkeypatch.setattr("shared.receiver.time", SimpleNamespace(monotonic=lambda: next(passed)))  # a second each time
    receiver = Receiver.__new__(Receiver)
    receiver.arrived, receiver.consumers = [], [SimpleNamespace(cancel=lambda: None)]
    monkeypatch.setattr(receiver, "_gather", lambda _: receiver.arrived.append(("onboarding", None)))

    receiver.finish()

    assert 2 < len(receiver.arrived) < 20


def test_what_was_not_acked_comes_again_after_the_connection_is_gone(rabbit: Broker) -> None:
    with rabbit.publisher() as publish:
        publish("onboarding", [waiting(approved(), position=1)])

    with rabbit.receiver("catalog") as receiver:
        assert len(receiver.batch(10, timeout=5)) == 1

    with rabbit.receiver("catalog") as receiver:
        assert len(everything(receiver, 1)) == 1


def test_bytes_that_are_no_envelope_arrive_as_they_are(broker: Broker) -> None:
    with broker.connection() as connection:
        connection.Producer(auto_declare=False).publish(
            b"\xff\x00 nonsense",
            exchange="onboarding.events",
            routing_key="x",
            content_type="application/x-unknown",
            content_encoding="binary",
        )

    with broker.receiver("catalog") as receiver:
        assert everything(receiver, 1) == [("onboarding", b"\xff\x00 nonsense")]


def test_an_event_nobody_is_bound_for_is_not_confirmed(rabbit: Broker) -> None:
    with rabbit.connection() as connection:
        Exchange("nobody.events", type="topic", durable=True)(connection.channel()).declare()
    event = Waiting(3, UUID(int=3), uuid4(), "nobody.thing.happened.v1", "{}")

    with rabbit.publisher() as publish:
        assert publish("nobody", [event]) == Proof(returned={3})


def test_a_confirm_for_one_event_is_never_taken_for_another(rabbit: Broker) -> None:
    with rabbit.connection() as connection:
        channel = connection.channel()
        Exchange("half.events", type="topic", durable=True)(channel).declare()
        queue = work_queue("catalog", "onboarding")(channel)
        channel.queue_bind(queue.name, "half.events", "known")
    names = {n: "half.known" if n % 2 else "half.unknown" for n in range(1, 41)}
    events = [Waiting(n, UUID(int=n), uuid4(), name, f'{{"n": {n}}}') for n, name in names.items()]

    with rabbit.publisher() as publish:
        confirmed = publish("half", events)

    assert confirmed == Proof({n for n in names if n % 2}, returned={n for n in names if not n % 2})


def test_applying_the_topology_twice_changes_nothing(broker: Broker) -> None:
    with broker.publisher() as publish:
        publish("catalog", [waiting(approved(), position=1)])

    broker.apply_topology("onboarding", "catalog", "notifications")

    with broker.receiver("onboarding") as receiver:
        assert len(everything(receiver, 1)) == 1

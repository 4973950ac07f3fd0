"""Publishing with proof: what the broker took, matched by delivery tag, and what it refused.

kombu's own `confirm_publish` takes any confirm for ours. In memory an event is there once `publish` returned.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import amqp
from kombu import Connection

from shared import metrics
from shared.contracts import LISTENERS
from shared.failpoints import reach
from shared.outbox import Waiting

log = logging.getLogger(__name__)

CONFIRM_WITHIN_S = 10.0
CONTENT_TYPE = "application/cloudevents+json"

#: Per teller, what a broker in this memory still holds: published, not yet acked by every listener.
HELD: Counter[str] = Counter()


class Doubt(Exception):
    """The broker did not answer for everything: what is missing stays in the outbox, the connection is closed."""


@dataclass
class Proof:
    """What the broker said about a batch, by position. What is in none of the three was not answered at all."""

    confirmed: set[int] = field(default_factory=set)
    returned: set[int] = field(default_factory=set)  # no queue is bound
    nacked: set[int] = field(default_factory=set)  # a queue is full, or could not keep it


Publish = Callable[[str, Sequence[Waiting]], Proof]


class Publisher:
    """RabbitMQ: mandatory, persistent, confirms matched by delivery tag. `give_up` says that we are to stop."""

    def __init__(self, connection: Connection, give_up: Callable[[], bool]) -> None:
        self.connection, self.give_up = connection, give_up
        self.channel = connection.connection.channel()
        self.channel.confirm_select()
        self.tag, self.teller, self.proof = 0, "", Proof()
        self.blocked = False
        self.pending: dict[int, int] = {}  # delivery tag -> position
        self.returned: set[str] = set()
        self.ids: dict[int, str] = {}
        self.channel.events["basic_ack"].add(lambda tag, multiple: self._settle(tag, multiple, ok=True))
        self.channel.events["basic_nack"].add(lambda tag, multiple: self._settle(tag, multiple, ok=False))
        self.channel.events["basic_return"].add(self._on_return)
        connection.connection.on_blocked = self._on_blocked
        connection.connection.on_unblocked = self._on_unblocked

    def publish(self, teller: str, batch: Sequence[Waiting]) -> Proof:
        self.teller, self.proof, self.returned = teller, Proof(), set()
        self._pump(0.001)  # heartbeats, and whether the broker has closed or blocked us
        for event in batch:
            message = amqp.Message(
                event.envelope.encode(),
                delivery_mode=2,
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                message_id=str(event.event_id),
                type=event.type,
                app_id=teller,
            )
            self.tag += 1
            self.pending[self.tag], self.ids[event.position] = event.position, str(event.event_id)
            key = event.type.split(".", 1)[1]
            self.channel._basic_publish(message, f"{teller}.events", key, mandatory=True)  # noqa: SLF001
            reach("relay.publishing")
        if batch:
            reach("relay.published")
        self._await_proof(time.monotonic() + CONFIRM_WITHIN_S)
        self.ids.clear()
        return self.proof

    def _await_proof(self, deadline: float) -> None:
        """Wait for all answers. A broker that is short of memory or disk says so, and may take its time."""
        while self.pending and (self.blocked or time.monotonic() < deadline):
            if self.blocked and self.give_up():
                raise Doubt("told to stop while the broker takes nothing")
            before = self.blocked
            self._pump(1.0)
            if before and not self.blocked:
                deadline = time.monotonic() + CONFIRM_WITHIN_S

    def _pump(self, timeout: float) -> None:
        try:
            self.connection.heartbeat_check()
            self.connection.drain_events(timeout=timeout)
        except TimeoutError:
            pass

    def _settle(self, tag: int, multiple: bool, *, ok: bool) -> None:
        for one in [t for t in self.pending if t <= tag] if multiple else [tag]:
            position = self.pending.pop(one, None)
            if position is None:
                continue
            if not ok:
                self.proof.nacked.add(position)
            elif self.ids[position] in self.returned:  # a return arrives before its ack
                self.proof.returned.add(position)
            else:
                self.proof.confirmed.add(position)
        if self.pending:
            reach("relay.half_confirmed")

    def _on_return(self, error: Any, exchange: str, key: str, message: Any) -> None:
        log.error("no queue is bound for %s on %s: the event stays in the outbox", key, exchange)
        self.returned.add(message.properties["message_id"])

    def _on_blocked(self, why: str) -> None:
        log.warning("the broker takes nothing from %s: it is short of memory or disk (%s)", self.teller, why)
        self.blocked = True
        metrics.blocked.labels(self.teller).set(1)

    def _on_unblocked(self) -> None:
        log.warning("the broker takes events from %s again", self.teller)
        self.blocked = False
        metrics.blocked.labels(self.teller).set(0)


class MemoryPublisher:
    """kombu's memory transport: it is there once `publish` returned."""

    def __init__(self, connection: Connection) -> None:
        self.producer = connection.Producer(auto_declare=False)

    def publish(self, teller: str, batch: Sequence[Waiting]) -> Proof:
        for event in batch:
            HELD[teller] += len(LISTENERS.get(teller, ()))
            self.producer.publish(
                event.envelope.encode(),
                exchange=f"{teller}.events",
                routing_key=event.type.split(".", 1)[1],
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                message_id=str(event.event_id),
            )
        return Proof(confirmed={event.position for event in batch})

"""The one place that speaks to the broker: topology, publishing with proof, receiving raw bytes.

RabbitMQ and kombu's memory transport stand behind the same two classes each; what differs is decided here.
kombu's own `confirm_publish` takes any confirm for ours, so tags are matched here instead.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import amqp
from amqp.method_framing import frame_handler
from kombu import Connection, Consumer, Exchange, Queue
from kombu import binding as bind

from shared.contracts import LISTENERS
from shared.failpoints import reach
from shared.outbox import Waiting

log = logging.getLogger(__name__)

HEARTBEAT_S = 10
CONFIRM_WITHIN_S = 10.0
PREFETCH = 100
CONTENT_TYPE = "application/cloudevents+json"
MAX_QUEUE_LENGTH = 100_000
#: Only a net for a process that dies before it can write down a failure; the inbox counts the real attempts.
DELIVERY_LIMIT = 50
#: AMQP 0-9-1: the frame that opens a body, and its part before the properties.
HEADER_FRAME, HEADER_LENGTH = 2, 12
#: How often the memory transport looks into its queues.
POLLING_S = 0.05


#: Per teller, what a broker in this memory still holds: published, not yet acked by every listener.
_HELD: Counter[str] = Counter()


class Doubt(Exception):
    """The broker did not confirm everything: what is missing stays in the outbox, the connection is closed."""


class Message(Protocol):
    body: Any

    def ack(self) -> None: ...


def exchange(teller: str) -> Exchange:
    return Exchange(f"{teller}.events", type="topic", durable=True)


def work_queue(listener: str, teller: str) -> Queue:
    """The one queue for all that `teller` tells `listener`; later arguments could not be changed, so they are few."""
    return Queue(
        f"q.{listener}.{teller}",
        exchange(teller),
        routing_key="#",
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "dlx",
            "x-dead-letter-routing-key": listener,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-max-length": MAX_QUEUE_LENGTH,
        },
    )


def dead_letters(listener: str) -> Queue:
    """Where the broker puts what killed its reader again and again."""
    return Queue(
        f"dlq.{listener}",
        bindings=[bind(Exchange("dlx", type="topic", durable=True), routing_key=listener)],
        durable=True,
        queue_arguments={"x-queue-type": "quorum"},
    )


class Broker:
    """The broker at `uri`; `memory://` lives in this process and forgets when it ends.

    With `declare_for` every connection first declares what that service tells and hears, so that a service can start
    while the broker is away; without it the topology has to be there.
    """

    def __init__(self, uri: str, *, declare_for: str | None = None) -> None:
        self.uri, self.in_memory, self.declare_for = uri, uri.startswith("memory:"), declare_for

    @contextmanager
    def connection(self, **more: Any) -> Iterator[Connection]:
        """An open connection of its own; closed after any doubt, never handed back to a pool."""
        options = {"polling_interval": POLLING_S} if self.in_memory else more
        connection = Connection(
            self.uri,
            heartbeat=0 if self.in_memory else HEARTBEAT_S,
            transport_options=options,
            connect_timeout=5,
        )
        try:
            connection.connect()
            yield connection
        finally:
            try:
                connection.release()
            except OSError as error:
                log.debug("closing: %s", error)

    def apply_topology(self, *services: str) -> None:
        """Declare all that `services` tell or hear. An event told before its queue exists would be gone."""
        with self.connection() as connection:
            self._declare(connection, services)

    def _declare(self, connection: Connection, services: tuple[str, ...]) -> None:
        with connection.channel() as channel:
            for teller, listeners in LISTENERS.items():
                for listener in listeners:
                    if teller in services or listener in services:
                        if not self.in_memory:
                            dead_letters(listener)(channel).declare()
                        work_queue(listener, teller)(channel).declare()

    def dead_letter_count(self) -> int:
        """Return how many messages lie in the dead-letter queues there are."""
        names = {dead_letters(listener).name for listeners in LISTENERS.values() for listener in listeners}
        count = 0
        with self.connection() as connection:
            for name in names:
                try:
                    with connection.channel() as channel:
                        count += channel.queue_declare(name, passive=True).message_count
                except amqp.NotFound:  # not set up yet: another line of `hub check` says so
                    continue
        return count

    @contextmanager
    def _ready_connection(self, **more: Any) -> Iterator[Connection]:
        with self.connection(**more) as connection:
            if self.declare_for:
                self._declare(connection, (self.declare_for,))
            yield connection

    def holds_nothing_of(self, teller: str) -> bool:
        """Whether all that `teller` told is acked; only a broker in this memory can tell."""
        return self.in_memory and not _HELD[teller]

    @contextmanager
    def publisher(self) -> Iterator[Callable[[str, Sequence[Waiting]], set[int]]]:
        """Give a function that publishes a batch for a teller and returns the confirmed positions."""
        with self._ready_connection() as connection:
            yield (_MemoryPublisher(connection) if self.in_memory else _Publisher(connection)).publish

    @contextmanager
    def receiver(self, listener: str) -> Iterator[Receiver]:
        """Consume all queues of `listener`, those that exist now."""
        with self._ready_connection(frame_handler=_bodies_only) as connection:
            receiver = Receiver(connection, listener)
            try:
                yield receiver
            finally:
                receiver.cancel()


class _Publisher:
    """RabbitMQ: mandatory, persistent, confirms matched by delivery tag."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.channel = connection, connection.connection.channel()
        self.channel.confirm_select()
        self.tag = 0
        self.pending: dict[int, int] = {}  # delivery tag -> position
        self.confirmed: set[int] = set()
        self.returned: set[str] = set()
        self.nacked = 0
        self.ids: dict[int, str] = {}
        self.channel.events["basic_ack"].add(lambda tag, multiple: self._settle(tag, multiple, ok=True))
        self.channel.events["basic_nack"].add(lambda tag, multiple: self._settle(tag, multiple, ok=False))
        self.channel.events["basic_return"].add(self._on_return)

    def publish(self, teller: str, batch: Sequence[Waiting]) -> set[int]:
        self.confirmed, self.returned, self.nacked = set(), set(), 0
        self._pump(0.001)  # heartbeats, and whether the broker has blocked us
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
        deadline = time.monotonic() + CONFIRM_WITHIN_S
        while self.pending and time.monotonic() < deadline:
            self._pump(1.0)
        self.ids.clear()
        return self.confirmed

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
            if ok and self.ids[position] not in self.returned:  # a return arrives before its ack
                self.confirmed.add(position)
            elif not ok:
                self.nacked += 1
        if self.pending:
            reach("relay.half_confirmed")

    def _on_return(self, error: Any, exchange_: str, key: str, message: Any) -> None:
        log.error("no queue is bound for %s on %s: the event stays in the outbox", key, exchange_)
        self.returned.add(message.properties["message_id"])


class _MemoryPublisher:
    """kombu's memory transport: it is there once `publish` returned."""

    def __init__(self, connection: Connection) -> None:
        self.producer = connection.Producer(auto_declare=False)

    def publish(self, teller: str, batch: Sequence[Waiting]) -> set[int]:
        for event in batch:
            _HELD[teller] += len(LISTENERS.get(teller, ()))
            self.producer.publish(
                event.envelope.encode(),
                exchange=f"{teller}.events",
                routing_key=event.type.split(".", 1)[1],
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                message_id=str(event.event_id),
            )
        return {event.position for event in batch}


def _bodies_only(connection: Any, callback: Callable[..., Any]) -> Callable[..., bool]:
    """Read frames, but nothing a sender wrote beside the body: reading that can fail for ever, or unpack a bomb."""
    on_frame = frame_handler(connection, callback)

    def on_stripped(frame: tuple[int, int, bytes]) -> bool:
        kind, channel, payload = frame
        if kind == HEADER_FRAME:
            frame = (kind, channel, bytes(payload[:HEADER_LENGTH]) + b"\0\0")
        return bool(on_frame(frame))

    return on_stripped


class Receiver:
    """Raw messages of all queues of one listener, in batches."""

    def __init__(self, connection: Connection, listener: str) -> None:
        self.connection, self.channel = connection, connection.channel()
        self.channel.basic_qos(0, PREFETCH, False)
        self.arrived: list[tuple[str, Any]] = []
        self.consumers = []
        for teller, listeners in LISTENERS.items():
            if listener in listeners:
                consumer = Consumer(
                    self.channel,
                    [work_queue(listener, teller)],
                    auto_declare=False,
                    on_message=lambda message, teller=teller: self.arrived.append((teller, message)),
                )
                consumer.consume()
                self.consumers.append(consumer)

    def batch(self, limit: int, timeout: float) -> list[tuple[str, Message]]:
        """Wait up to `timeout` seconds for messages and return at most `limit` pairs of teller and message."""
        self.connection.heartbeat_check()
        wait = timeout
        while len(self.arrived) < limit:
            try:
                self.connection.drain_events(timeout=wait)
            except TimeoutError:
                break
            wait = 0.001  # take along what is already there
        batch, self.arrived = self.arrived[:limit], self.arrived[limit:]
        return batch

    def keep_alive(self) -> None:
        """Answer the broker's heartbeats while a batch is held; what arrives meanwhile waits its turn."""
        try:
            self.connection.heartbeat_check()
            self.connection.drain_events(timeout=0.01)
        except TimeoutError:
            pass

    def ack(self, batch: Sequence[tuple[str, Message]]) -> None:
        """Tell the broker that all of `batch` is committed."""
        for teller, message in batch:
            message.ack()
            _HELD[teller] -= 1

    def cancel(self) -> None:
        for consumer in self.consumers:
            try:
                consumer.cancel()
            except (OSError, amqp.AMQPError) as error:
                log.debug("cancelling: %s", error)

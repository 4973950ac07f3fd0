"""The one place that opens connections to the broker.

RabbitMQ and kombu's memory transport stand behind the same few methods; what differs is decided here and in
`shared.publisher`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
from kombu import Connection

from shared.publisher import HELD, MemoryPublisher, Publish, Publisher
from shared.receiver import Receiver, bodies_only
from shared.topology import Part, dead_letters, pairs, parts, work_queue

log = logging.getLogger(__name__)

HEARTBEAT_S = 10
#: Reading an answer and writing a frame take no longer; waiting for messages has a time limit of its own.
ANSWER_WITHIN_S = 10
#: How often the memory transport looks into its queues.
POLLING_S = 0.05


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
        trusted = False
        try:
            connection.connect()
            if not self.in_memory:
                connection.connection.transport.sock.settimeout(ANSWER_WITHIN_S)
            yield connection
            trusted = True
        finally:
            if trusted or self.in_memory:
                _say_goodbye(connection)
            else:
                connection.collect()  # without a word: a broker that does not listen would never answer

    def apply_topology(self, *services: str) -> None:
        """Declare all that `services` tell or hear. An event told before its queue exists would be gone."""
        with self.connection() as connection:
            self._declare(connection, services)

    def _declare(self, connection: Connection, services: tuple[str, ...]) -> None:
        """Declare what is missing. The last net hangs before its queue does; a queue with other limits is kept."""
        for listener, teller in pairs(*services):
            for queue in (dead_letters(listener), work_queue(listener, teller)):
                if self.in_memory and queue.name.startswith("dlq."):
                    continue
                there = not self.in_memory and _size(connection, queue.name) is not None
                with connection.channel() as channel:
                    bound = queue(channel)
                    bound.exchange.declare()
                    if not there:
                        bound.queue_declare()
                    bound.queue_bind()

    def parts(self, *services: str) -> list[tuple[Part, bool]]:
        """Return what `services` need, and of each part whether it is there."""
        with self.connection() as connection:
            return [(part, _is_there(connection, part)) for part in parts(*services)]

    def dead_letter_count(self, *services: str) -> int:
        """Return how many messages lie in the dead-letter queues of `services`."""
        names = {dead_letters(listener).name for listener, _ in pairs() if listener in services}
        with self.connection() as connection:
            return sum(_size(connection, name) or 0 for name in names)

    @contextmanager
    def _ready_connection(self, **more: Any) -> Iterator[Connection]:
        with self.connection(**more) as connection:
            if self.declare_for:
                self._declare(connection, (self.declare_for,))
            yield connection

    def holds_nothing_of(self, teller: str) -> bool:
        """Whether all that `teller` told is acked; only a broker in this memory can tell."""
        return self.in_memory and not HELD[teller]

    @contextmanager
    def publisher(self, give_up: Callable[[], bool] = lambda: False) -> Iterator[Publish]:
        """Give a function that publishes a batch for a teller and returns what the broker said of it.

        A broker short of memory or disk keeps it waiting until there is room, or `give_up` says so.
        """
        with self._ready_connection() as connection:
            yield MemoryPublisher(connection).publish if self.in_memory else Publisher(connection, give_up).publish

    @contextmanager
    def receiver(self, listener: str) -> Iterator[Receiver]:
        """Consume all queues of `listener`, those that exist now."""
        with self._ready_connection(frame_handler=bodies_only) as connection:
            yield Receiver(connection, listener)


def _size(connection: Connection, queue: str) -> int | None:
    """Return how many messages a queue holds; None if there is no such queue."""
    try:
        with connection.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).message_count)
    except amqp.NotFound:
        return None


def _is_there(connection: Connection, part: Part) -> bool:
    if part.kind == "queue":
        return _size(connection, part.name) is not None
    try:
        with connection.channel() as channel:
            channel.exchange_declare(part.name, part.says, passive=True)
    except amqp.NotFound:
        return False
    return True


def _say_goodbye(connection: Connection) -> None:
    try:
        connection.release()
    except OSError as error:
        log.debug("closing: %s", error)

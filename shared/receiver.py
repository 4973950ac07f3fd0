"""Receiving raw messages: nothing of them is looked at here but their bytes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import amqp
from amqp.method_framing import frame_handler
from kombu import Connection, Consumer

from shared.publisher import HELD
from shared.topology import tellers_of, work_queue

log = logging.getLogger(__name__)

PREFETCH = 100
#: A queue that holds messages while nothing arrives for so long has a consumer that the broker forgot.
SILENT_S = 60.0
#: With nothing acked nothing more is on its way after this.
QUIET_S = 1.0
#: Where something arrives now and then the window may take minutes to fill: a stop waits no longer than this.
GATHER_AT_MOST_S = 8.0
#: AMQP 0-9-1: the frame that opens a body, and its part before the properties.
HEADER_FRAME, HEADER_LENGTH = 2, 12


class Message(Protocol):
    body: Any

    def ack(self, multiple: bool = False) -> None: ...


class Silent(Exception):
    """Messages wait in a queue of ours, and none arrives: the consumer has to be made anew."""


def bodies_only(connection: Any, callback: Callable[..., Any]) -> Callable[..., bool]:
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
        self.connection, self.channel, self.listener = connection, connection.channel(), listener
        self.channel.basic_qos(0, PREFETCH, False)
        self.arrived: list[tuple[str, Any]] = []
        self.heard_at = time.monotonic()
        self.consumers = []
        for teller in tellers_of(listener):
            consumer = Consumer(
                self.channel,
                [work_queue(listener, teller)],
                auto_declare=False,
                on_message=lambda message, teller=teller: self.arrived.append((teller, message)),
            )
            consumer.consume()
            self.consumers.append(consumer)

    def batch(self, limit: int, timeout: float) -> list[tuple[str, Message]]:
        """Wait up to `timeout` seconds for messages and return at most `limit` pairs of teller and message.

        Raises Silent where the broker has messages and sends none.
        """
        self.connection.heartbeat_check()
        wait = timeout
        while len(self.arrived) < limit:
            try:
                self.connection.drain_events(timeout=wait)
            except TimeoutError:
                break
            wait = 0.001  # take along what is already there
        batch, self.arrived = self.arrived[:limit], self.arrived[limit:]
        if batch:
            self.heard_at = time.monotonic()
        elif time.monotonic() - self.heard_at > SILENT_S:
            self._check_silence()
        return batch

    def finish(self) -> None:
        """Let nothing new come; what is already here can still be taken and acked, so that none comes again.

        What is on its way to a consumer that goes would come again. So first, without an ack, let the window fill.
        """
        before, end = -1, time.monotonic() + GATHER_AT_MOST_S
        while before < len(self.arrived) < PREFETCH * len(self.consumers) and time.monotonic() < end:
            before = len(self.arrived)
            self._gather(QUIET_S)
        for consumer in self.consumers:
            consumer.cancel()
        self.consumers = []

    def _gather(self, timeout: float) -> None:
        with suppress(TimeoutError):
            self.connection.drain_events(timeout=timeout)

    def keep_alive(self) -> None:
        """Answer the broker's heartbeats while a batch is held; what arrives meanwhile waits its turn."""
        self.connection.heartbeat_check()
        self._gather(0.01)

    def ack(self, batch: Sequence[tuple[str, Message]]) -> None:
        """Tell the broker that all of `batch`, which are the oldest it has sent, is committed."""
        if isinstance(self.channel, amqp.Channel):
            batch[-1][1].ack(multiple=True)  # one by one a quorum queue lags behind, and forgets the rest at a stop
            return
        for teller, message in batch:
            message.ack()
            HELD[teller] -= 1

    def _check_silence(self) -> None:
        self.heard_at = time.monotonic()
        for teller in tellers_of(self.listener):
            queue = work_queue(self.listener, teller).name
            with self.connection.channel() as channel:
                waiting = channel.queue_declare(queue, passive=True).message_count
            if waiting:
                raise Silent(f"{queue} holds {waiting} messages, and none has arrived for {SILENT_S:.0f} s")

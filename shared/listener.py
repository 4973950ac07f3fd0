"""The listener brings messages from the broker into the inbox, and acks only what is committed."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial

from shared.broker import Broker
from shared.database import ping, unavailable
from shared.delivery import Delivery
from shared.failpoints import reach
from shared.inbox import Inbox
from shared.logs import new_correlation
from shared.receiver import Message, Receiver

log = logging.getLogger(__name__)

BATCH = 50
BACK_OFF_S = (1, 2, 5, 10, 30)
#: How long a listener that is told to stop goes on with what it has already received.
FINISH_WITHIN_S = 15.0
#: How often a listener that only fails tries the next message.
PROBE_EVERY_S = 5.0


class Listener:
    """Takes what others tell until `stop` is called."""

    def __init__(self, inbox: Inbox, broker: Broker) -> None:
        self.inbox, self.broker = inbox, broker
        self.stopping = threading.Event()

    def run(self) -> None:
        failures = 0
        while not self.stopping.is_set():
            try:
                ping(self.inbox.database)  # a message that cannot be kept counts against its delivery limit
                with self.broker.receiver(self.inbox.service) as receiver:
                    self.inbox.before_probe = partial(self._hold, receiver, PROBE_EVERY_S)
                    while not self.stopping.is_set():
                        self._take_batch(receiver, timeout=0.5)
                        failures = 0
                    self._finish(receiver)
            except Exception as error:  # the top of this role's loop: unacked messages come again
                pause = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                failures += 1
                log.warning("%s listener: %r; again in %d s", self.inbox.service, error, pause)
                self.stopping.wait(pause)

    def stop(self) -> None:
        self.stopping.set()

    def _finish(self, receiver: Receiver) -> None:
        """Take and ack what has already arrived: none of it has to come again."""
        receiver.finish()
        end = time.monotonic() + FINISH_WITHIN_S
        while time.monotonic() < end and self._take_batch(receiver, timeout=0.001):
            pass

    def _take_batch(self, receiver: Receiver, timeout: float) -> bool:
        batch = receiver.batch(BATCH, timeout)
        if not batch:
            return False
        reach("listener.received")
        new_correlation()
        deliveries = [Delivery(teller, _bytes(message)) for teller, message in batch]
        self._take(deliveries, receiver)
        reach("listener.committed")
        receiver.ack(batch)
        reach("listener.acked")
        return True

    def _take(self, deliveries: list[Delivery], receiver: Receiver) -> None:
        """Hold the batch while the database is away: a closed channel counts every message, or drops it in memory."""
        while True:
            try:
                self.inbox.take(deliveries)
            except Exception as error:
                if not (self.broker.in_memory or unavailable(error)) or self.stopping.is_set():
                    raise
                log.warning("%s listener: %r; holding %d messages", self.inbox.service, error, len(deliveries))
                self._hold(receiver, 1)
            else:
                return

    def _hold(self, receiver: Receiver, seconds: float) -> None:
        """Wait, but not beyond the stop, and let the broker know that we are alive."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stopping.wait(min(1.0, seconds)):
            receiver.keep_alive()


def _bytes(message: Message) -> bytes:
    body = message.body
    if isinstance(body, str):
        return body.encode()
    return bytes(body)

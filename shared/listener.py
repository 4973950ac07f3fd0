"""The listener brings messages from the broker into the inbox, and acks only what is committed."""

from __future__ import annotations

import logging
import threading

from shared.broker import Broker, Message, Receiver
from shared.database import ping, unavailable
from shared.failpoints import reach
from shared.inbox import Delivery, Inbox
from shared.logs import new_correlation

log = logging.getLogger(__name__)

BATCH = 50
BACK_OFF_S = (1, 2, 5, 10, 30)


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
                    while not self.stopping.is_set():
                        self._take_batch(receiver)
                        failures = 0
            except Exception as error:  # the top of this role's loop: unacked messages come again
                pause = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                failures += 1
                log.warning("%s listener: %r; again in %d s", self.inbox.service, error, pause)
                self.stopping.wait(pause)

    def stop(self) -> None:
        self.stopping.set()

    def _take_batch(self, receiver: Receiver) -> None:
        batch = receiver.batch(BATCH, timeout=0.5)
        if not batch:
            return
        reach("listener.received")
        new_correlation()
        deliveries = [Delivery(teller, _bytes(message)) for teller, message in batch]
        self._take(deliveries, receiver)
        reach("listener.committed")
        receiver.ack(batch)
        reach("listener.acked")

    def _take(self, deliveries: list[Delivery], receiver: Receiver) -> None:
        """Hold the batch while the database is away: a closed channel counts every message, or drops it in memory."""
        while True:
            try:
                self.inbox.take(deliveries)
            except Exception as error:
                if not (self.broker.in_memory or unavailable(error)) or self.stopping.wait(1):
                    raise
                log.warning("%s listener: %r; holding %d messages", self.inbox.service, error, len(deliveries))
                receiver.keep_alive()
            else:
                return


def _bytes(message: Message) -> bytes:
    body = message.body
    if isinstance(body, str):
        return body.encode()
    return bytes(body)

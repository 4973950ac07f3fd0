"""The relay carries the outbox to the broker. One leader per service publishes; a second one waits."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from shared import metrics
from shared.broker import Broker
from shared.database import Database
from shared.failpoints import reach
from shared.logs import new_correlation
from shared.outbox import Outbox, Waiting
from shared.publisher import Doubt, Proof, Publish

log = logging.getLogger(__name__)

BATCH = 500
#: How long the relay sleeps when nothing waits; where something was told just now, the next is not far.
IDLE_S, AWAKE_S = 0.25, 0.05
AWAKE_FOR_S = 2.0
STANDBY_S = 2.0
BACK_OFF_S = (1, 2, 5, 10, 30, 60)
#: A pause after a batch of which the broker took nothing: a queue is full.
FULL_S = 2.0


class Relay:
    """Publishes what waits in `outbox` until `stopping` is set. `wake` cuts the idle wait short."""

    def __init__(self, outbox: Outbox, broker: Broker) -> None:
        self.outbox, self.broker = outbox, broker
        self.stopping, self.wake = threading.Event(), threading.Event()
        self.failures = 0
        self.told_at = -AWAKE_FOR_S
        self.unsettled = False  # whether something was told that may not have taken effect yet

    def run(self) -> None:
        while not self.stopping.is_set():
            new_correlation()
            try:
                with leadership(self.outbox.database, self.outbox.service) as still_leading:
                    if still_leading is None:
                        self.stopping.wait(STANDBY_S)
                        continue
                    self._begin()
                    while not self.stopping.is_set():
                        with self.broker.publisher(self.stopping.is_set) as publish:
                            self._send_while_trusted(publish, still_leading)
            except Exception as error:  # the top of this role's loop
                pause = BACK_OFF_S[min(self.failures, len(BACK_OFF_S) - 1)]
                self.failures += 1
                log.warning("%s relay: %r; again in %d s", self.outbox.service, error, pause)
                self.stopping.wait(pause)

    def stop(self) -> None:
        self.stopping.set()
        self.wake.set()

    def _begin(self) -> None:
        if not self.outbox.run and (again := self.outbox.begin_run()):
            log.info("%s: telling %d events again after a restart", self.outbox.service, again)

    def _send_while_trusted(self, publish: Publish, still_leading: Callable[[], None]) -> None:
        """Publish batch after batch; return when told to stop, or to go on with a new connection."""
        while not self.stopping.is_set():
            still_leading()
            if not self._send(publish):
                return

    def _send(self, publish: Publish) -> bool:
        """Publish one batch, or wait for work. False says that some of it was refused.

        Raises Doubt when the broker left anything unanswered.
        """
        self.wake.clear()
        batch = self.outbox.waiting(BATCH)
        if batch:
            reach("relay.claimed")
            self.told_at = time.monotonic()
        began = time.monotonic()
        proof = publish(self.outbox.service, batch)  # an empty batch keeps the connection alive
        if batch and not self._note(batch, proof, time.monotonic() - began):
            return False
        self.failures = 0
        if not batch and self.unsettled and self.broker.holds_nothing_of(self.outbox.service):
            self.outbox.settle()
            self.unsettled = False
        if len(batch) < BATCH:
            awake = time.monotonic() - self.told_at < AWAKE_FOR_S
            self.wake.wait(AWAKE_S if awake else IDLE_S)
        return True

    def _note(self, batch: Sequence[Waiting], proof: Proof, took_s: float) -> bool:
        """Write down what became of a batch. Returns whether the broker took all of it."""
        service, done = self.outbox.service, in_order(batch, proof.confirmed)
        if done:
            reach("relay.confirmed")
            self.outbox.mark(done)
            self.unsettled = True
            reach("relay.marked")
        metrics.outbox.labels(service).inc(len(done))
        metrics.confirms.labels(service).observe(took_s)
        if len(proof.confirmed) < len(batch):
            self._hold_back(proof, len(batch))
        return len(proof.confirmed) == len(batch)

    def _hold_back(self, proof: Proof, size: int) -> None:
        """Let what was refused wait, and nothing else; where a whole batch was nacked a queue is full: all wait."""
        service = self.outbox.service
        for positions, why in ((proof.returned, "no queue is bound"), (proof.nacked, "the broker nacked it")):
            if positions:
                log.warning("%s relay: %d of %d events held back: %s", service, len(positions), size, why)
                self.outbox.hold_back(positions, why)
        metrics.unroutable.labels(service).inc(len(proof.returned))
        metrics.refused.labels(service).inc(len(proof.nacked))
        if unanswered := size - len(proof.confirmed) - len(proof.returned) - len(proof.nacked):
            raise Doubt(f"{unanswered} of {size} events were not answered")
        if len(proof.nacked) == size:
            self.stopping.wait(FULL_S)


def in_order(batch: Sequence[Waiting], confirmed: set[int]) -> list[int]:
    """Return what may be marked: of each aggregate only what comes before its first failure.

    What comes after it is published again behind it, so that on the wire, too, nothing overtakes for good.
    """
    failed: set[UUID] = set()
    done = []
    for event in batch:
        if event.position in confirmed and event.aggregate_id not in failed:
            done.append(event.position)
        else:
            failed.add(event.aggregate_id)
    return done


@contextmanager
def leadership(database: Database, service: str) -> Iterator[Callable[[], None] | None]:
    """Give a check that raises once we lead no more; None where somebody else leads.

    PostgreSQL: a session advisory lock on a connection of its own, gone with it. SQLite has one process.
    """
    if database.sqlite:
        metrics.leading.labels(service).set(1)
        yield lambda: None
        return
    key = int.from_bytes(hashlib.sha256(f"relay.{service}".encode()).digest()[:8], "big", signed=True)
    engine = create_engine(
        database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5}
    )
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
            yield None
            return
        metrics.leading.labels(service).set(1)
        try:
            yield lambda: _ping(connection)
        finally:
            metrics.leading.labels(service).set(0)


def _ping(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))

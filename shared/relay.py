"""The relay carries the outbox to the broker. One leader per service publishes; a second one waits."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from shared import metrics
from shared.broker import Broker, Doubt
from shared.database import Database
from shared.failpoints import reach
from shared.logs import new_correlation
from shared.outbox import Outbox, Waiting

log = logging.getLogger(__name__)

BATCH = 200
IDLE_S = 0.25
STANDBY_S = 2.0
BACK_OFF_S = (1, 2, 5, 10, 30)

Publish = Callable[[str, Sequence[Waiting]], set[int]]


class Relay:
    """Publishes what waits in `outbox` until `stopping` is set. `wake` cuts the idle wait short."""

    def __init__(self, outbox: Outbox, broker: Broker) -> None:
        self.outbox, self.broker = outbox, broker
        self.stopping, self.wake = threading.Event(), threading.Event()
        self.unsettled = False  # whether something was told that may not have taken effect yet

    def run(self) -> None:
        failures = 0
        while not self.stopping.is_set():
            new_correlation()
            try:
                with leadership(self.outbox.database, self.outbox.service) as still_leading:
                    if still_leading is None:
                        self.stopping.wait(STANDBY_S)
                        continue
                    self._begin()
                    with self.broker.publisher() as publish:
                        while not self.stopping.is_set():
                            still_leading()
                            self._send(publish)
                            failures = 0
            except Exception as error:  # the top of this role's loop
                pause = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                failures += 1
                log.warning("%s relay: %r; again in %d s", self.outbox.service, error, pause)
                self.stopping.wait(pause)

    def stop(self) -> None:
        self.stopping.set()
        self.wake.set()

    def _begin(self) -> None:
        if not self.outbox.run and (again := self.outbox.begin_run()):
            log.info("%s: telling %d events again after a restart", self.outbox.service, again)

    def _send(self, publish: Publish) -> None:
        """Publish one batch, or wait for work. Raises Doubt when the broker left anything open."""
        self.wake.clear()
        batch = self.outbox.waiting(BATCH)
        if batch:
            reach("relay.claimed")
        confirmed = publish(self.outbox.service, batch)
        if confirmed:
            reach("relay.confirmed")
        self.outbox.mark(sorted(confirmed))
        if confirmed:
            reach("relay.marked")
        metrics.outbox.labels(self.outbox.service).inc(len(confirmed))
        if len(confirmed) < len(batch):
            metrics.unroutable.labels(self.outbox.service).inc(len(batch) - len(confirmed))
            raise Doubt(f"{len(batch) - len(confirmed)} of {len(batch)} events were not confirmed")
        self.unsettled |= bool(batch)
        if not batch and self.unsettled and self.broker.holds_nothing_of(self.outbox.service):
            self.outbox.settle()
            self.unsettled = False
        if len(batch) < BATCH:
            self.wake.wait(IDLE_S)


@contextmanager
def leadership(database: Database, service: str) -> Iterator[Callable[[], None] | None]:
    """Give a check that raises once we lead no more; None where somebody else leads.

    PostgreSQL: a session advisory lock on a connection of its own, gone with it. SQLite has one process.
    """
    if database.sqlite:
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
        yield lambda: _ping(connection)


def _ping(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))

"""The clock runs what is due. Intervals by the monotonic clock; what is due, the database's clock decides."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from shared.logs import new_correlation

log = logging.getLogger(__name__)

TICK_S = 1.0


class Clock:
    """Calls each of `jobs` at its interval in seconds until `stop` is called."""

    def __init__(self, jobs: dict[Callable[[], object], float]) -> None:
        self.jobs, self.stopping = jobs, threading.Event()

    def run(self) -> None:
        due = dict.fromkeys(self.jobs, time.monotonic())
        while not self.stopping.wait(TICK_S):
            for job, interval in self.jobs.items():
                if time.monotonic() >= due[job]:
                    due[job] = time.monotonic() + interval
                    new_correlation()
                    try:
                        job()
                    except Exception as error:  # the top of this role's loop: the next tick tries again
                        log.warning("clock: %s: %r", getattr(job, "__qualname__", job), error)

    def stop(self) -> None:
        self.stopping.set()

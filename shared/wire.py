"""Where nameko touches the house: a service's store, its way in for doors, and the roles it plays."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import eventlet
from nameko.extensions import DependencyProvider
from sqlalchemy import MetaData
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from shared import metrics
from shared.auth import Keyring
from shared.broker import Broker
from shared.clock import Clock
from shared.database import Database, ping
from shared.desk import forget_originals
from shared.inbox import Inbox, LookUp, Reactions
from shared.listener import Listener
from shared.logs import cause, correlation
from shared.outbox import Outbox
from shared.register import Register
from shared.relay import Relay
from shared.retention import Heard
from shared.roles import Role
from shared.settings import Settings
from shared.web.answers import Answer
from shared.web.asking import Ask
from shared.web.once import forget_old, once

log = logging.getLogger(__name__)

STOP_WITHIN_S = 20
HOUR_S = 3600.0
T = TypeVar("T")
#: What the clock does, and every how many seconds.
Jobs = dict[Callable[[], object], float]


class House(DependencyProvider):
    """Gives a service's doors `self.house`, and runs its relay, listener and clock beside them."""

    def __init__(
        self,
        metadata: MetaData,
        reactions: Reactions | Callable[[House], Reactions],
        more_roles: Callable[[House], dict[str, Role]] = lambda _: {},
        more_jobs: Callable[[House], Jobs] = lambda _: {},
        *,
        again: Reactions | None = None,
        look_up: LookUp = lambda *_: None,
        keep_form: Callable[[House, Ask], Response] | None = None,
    ) -> None:
        self.keep_form = keep_form  # what becomes of a form that comes without a session

        self.metadata, self.reactions, self.again, self.look_up = metadata, reactions, again, look_up
        self.more_roles, self.more_jobs = more_roles, more_jobs
        self.roles: dict[str, Role] = {}
        self.threads: list[Any] = []

    def setup(self) -> None:
        config = self.container.config
        self.settings: Settings = config["SETTINGS"]
        self.keyring: Keyring = config["KEYRING"]
        self.name: str = self.container.service_name
        self.database = Database(self.settings.database(self.name), self.metadata)
        self.register = Register(self.database, eventlet.spawn_n) if "standings" in self.metadata.tables else None
        config.setdefault("REGISTERS", {})[self.name] = self.register
        self.outbox = Outbox(self.name, self.database, forgetful=self.settings.embedded)
        reactions = self.reactions(self) if callable(self.reactions) else self.reactions
        self.inbox = Inbox(self.name, self.database, reactions, self.again, self.look_up)
        declares = self.settings.setup and not self.settings.embedded  # embedded has declared all of it before
        broker = Broker(self.settings.broker(self.name), declare_for=self.name if declares else None)
        relay = Relay(self.outbox, broker)
        self.database.on_told = relay.wake.set
        jobs: Jobs = {
            self.inbox.run_due: 1.0,
            self._measure: 5.0,
            self.outbox.forget_old: HOUR_S,
            Heard(self.inbox).forget_old: 60.0,
            self._forget_keys: HOUR_S,
            partial(forget_originals, self.database): HOUR_S,
        }
        jobs |= self.more_jobs(self)
        roles: dict[str, Role] = {"relay": relay, "listener": Listener(self.inbox, broker), "clock": Clock(jobs)}
        roles |= self.more_roles(self)
        self.roles = {name: role for name, role in roles.items() if name in self.settings.roles}
        config["READY"][self.name] = self._ready

    def start(self) -> None:
        self.threads = [
            self.container.spawn_managed_thread(role.run, identifier=f"{self.name}.{name}")
            for name, role in self.roles.items()
        ]

    def stop(self) -> None:
        for role in self.roles.values():
            role.stop()
        with eventlet.Timeout(STOP_WITHIN_S, exception=False):
            for thread in self.threads:
                thread.wait()
        self.database.dispose()

    def get_dependency(self, worker_ctx: Any) -> House:
        return self

    def worker_setup(self, worker_ctx: Any) -> None:
        # A worker is a greenlet of its own, and knows nothing yet of the request it works for.
        correlation.set(worker_ctx.args[0].correlation)
        ask: Ask = worker_ctx.args[0]
        ask.keep_form = partial(self.keep_form, self, ask) if self.keep_form else None
        door = worker_ctx.entrypoint
        cause.set(f"{door.method} {door.url} {door.method_name}")

    def once(
        self,
        ask: Ask,
        authorize: Callable[[Session], T],
        act: Callable[[Session, T], Answer],
        *,
        key: str | None = None,
    ) -> Answer:
        """See `shared.web.once`."""
        return once(self.database, ask, authorize, act, key=key)

    def _measure(self) -> None:
        outbox = self.outbox.status()
        metrics.waiting.labels(self.name).set(outbox["oldest_age_s"])
        metrics.pending.labels(self.name).set(outbox["waiting"])
        for status, (count, age_s) in self.inbox.open_ones().items():
            metrics.open_messages.labels(self.name, status).set(count)
            metrics.oldest_open.labels(self.name, status).set(age_s)

    def _forget_keys(self) -> None:
        forget_old(self.database)

    def _ready(self) -> None:
        ping(self.database)

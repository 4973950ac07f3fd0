"""A whole house for one part of a drill: databases and queues of its own, proxies in front, a mail server behind."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import amqp
from kombu import Connection
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from drill.check import Checker, Verdict
from drill.house import ROOT, House
from drill.mailbox import Mailbox
from drill.people import Crowd, Ledger
from drill.proxy import Proxy
from drill.servers import Postgres, Rabbit
from services.house import NAMES
from shared.auth import new_admin
from shared.contracts import LISTENERS

QUEUES = [(teller, listener) for teller, listeners in LISTENERS.items() for listener in listeners]
HELD = "UPDATE deliveries SET due_at = now() WHERE status = 'sending' AND due_at > now()"
#: How to break a promise below the code: which trigger on which table of which service. It is named what comes of it.
SABOTAGE = {
    "lost": (
        "onboarding",
        "BEFORE INSERT ON outbox",
        "IF NEW.position % 23 = 0 THEN NEW.published_at := now(); END IF; RETURN NEW;",
    ),
    "doubled": (
        "notifications",
        "AFTER INSERT ON messages",
        """IF pg_trigger_depth() = 1 AND random() < 0.05
           THEN NEW.id := gen_random_uuid(); INSERT INTO messages SELECT (NEW).*; END IF; RETURN NULL;""",
    ),
}
LATER = (
    "UPDATE inbox SET due_at = now() WHERE status = 'retry' AND due_at > now()",
    "UPDATE outbox SET due_at = now() WHERE published_at IS NULL AND due_at > now()",
)


class Servers:
    """RabbitMQ and PostgreSQL: private ones, which may be killed, or those somebody named."""

    def __init__(self, amqp_url: str | None = None, database_url: str | None = None) -> None:
        self.rabbit = None if amqp_url else Rabbit()
        self.postgres = None if database_url else Postgres()
        self.amqp_url = amqp_url or (self.rabbit.url if self.rabbit else "")
        self.database_url = database_url or (self.postgres.url if self.postgres else "")

    def start(self) -> Servers:
        for server in (self.rabbit, self.postgres):
            if server:
                server.start()
        return self

    def close(self) -> None:
        for server in (self.rabbit, self.postgres):
            if server:
                server.close()

    @contextmanager
    def own_queues(self) -> Iterator[str]:
        """Give a virtual host of its own; on a named broker that is the one that was named."""
        if self.rabbit is None:
            yield self.amqp_url
            return
        name = f"drill{uuid4().hex[:8]}"
        self.rabbit.ctl("add_vhost", name)
        self.rabbit.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        yield f"{self.rabbit.url}{name}"
        with contextlib.suppress(subprocess.CalledProcessError):
            self.rabbit.ctl("delete_vhost", name)

    @contextmanager
    def own_databases(self) -> Iterator[str]:
        """Give a URL whose databases nobody else uses, and drop them afterwards."""
        prefix = f"drill{uuid4().hex[:8]}_"
        yield self.database_url.replace("{service}", f"{prefix}{{service}}")
        admin = create_engine(
            self.database_url.replace("{service}", "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with admin.connect() as connection:
            for name in NAMES:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{prefix}{name}" WITH (FORCE)'))


@dataclass
class Stage:
    """Everything a part may use and break."""

    servers: Servers
    amqp_url: str
    engines: dict[str, Engine]
    to_broker: Proxy
    to_database: Proxy
    mailbox: Mailbox
    house: House
    tokens: tuple[str, str]
    ledger: Ledger
    settings: dict[str, str]
    seed: int
    crowds: list[Crowd] = field(default_factory=list)
    poison: int = 0  #: deliveries that were sent on purpose and must end parked

    def crowd(self) -> Crowd:
        """Return people who have not set off yet; no two crowds file the same titles."""
        name = f"Fall {self.seed}.{len(self.crowds) + 1}"
        self.crowds.append(Crowd(self.house.bases["onboarding"], self.tokens, self.ledger, name))
        return self.crowds[-1]

    def count(self, service: str, query: str) -> int:
        with self.engines[service].connect() as connection:
            return int(connection.scalar(text(query)) or 0)

    def events(self) -> int:
        return sum(self.count(name, "SELECT count(*) FROM outbox") for name in NAMES)

    def effects(self) -> int:
        return sum(self.count(name, "SELECT count(*) FROM inbox") for name in NAMES)

    def quiesce(self, patience: float) -> bool:
        """Wait until nothing moves any more. False if something is left that has not moved for `patience` seconds.

        What waits for a lease or a retry is made due once nothing else moves: that is hours, and no drill has them.
        """
        before, since, hastened = self._open(), time.monotonic(), 0.0
        while any(before) and time.monotonic() - since < patience:
            time.sleep(0.3)
            now = self._open()
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - max(since, hastened) > 4:  # noqa: PLR2004
                self._hasten()
                hastened = time.monotonic()
        return not any(before)

    def check(self) -> Verdict:
        """Compare ledger, databases and sinks."""
        checker = Checker(self.engines, self.ledger)
        verdict = checker.check(poison=self.poison)
        ends = [death.at for death in self.house.deaths if death.service == "notifications"]
        verdict.faults.extend(checker.mail(self.mailbox.mails, ends))
        for death in self.house.unexpected_deaths():
            verdict.faults.append(("died", f"{death.service} ended by itself with {death.code}"))
        copies = self.mailbox.mails.values()
        verdict.counts["mails"] = len(copies)
        verdict.counts["mails sent twice in the send window"] = sum(len(times) - 1 for times in copies)
        return verdict

    def depth(self, queue: str) -> int:
        with Connection(self.amqp_url, connect_timeout=5) as connection, connection.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).message_count)

    def _open(self) -> list[int]:
        told = {name: self.count(name, "SELECT count(*) FROM outbox") for name in LISTENERS}
        left = [self.count(name, "SELECT count(*) FROM outbox WHERE published_at IS NULL") for name in NAMES]
        left += [self.count(name, "SELECT count(*) FROM inbox WHERE status IN ('waiting', 'retry')") for name in NAMES]
        for teller, listener in QUEUES:
            heard = self.count(listener, f"SELECT count(*) FROM inbox WHERE teller = '{teller}' AND type <> ''")
            left.append(max(0, told[teller] - heard))
            left.append(self._waiting(f"q.{listener}.{teller}"))
        return [*left, self.count("notifications", "SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL")]

    def _waiting(self, queue: str) -> int:
        try:
            return self.depth(queue)
        except (OSError, amqp.AMQPError):
            return 1

    def _hasten(self) -> None:
        for name in NAMES:
            with self.engines[name].begin() as connection:
                for later in LATER:
                    connection.execute(text(later))
        with self.engines["notifications"].begin() as connection:
            connection.execute(text(HELD))


@contextmanager
def stage(servers: Servers, folder: Path, seed: int, *, sabotage: str = "") -> Iterator[Stage]:
    """Give a running house on queues and databases of its own, and take all of it away afterwards."""
    with servers.own_queues() as broker, servers.own_databases() as databases, contextlib.ExitStack() as after:
        to_broker, to_database = (_before(make_url(url), after) for url in (broker, databases))
        mailbox = Mailbox().start()
        after.callback(mailbox.close)
        settings, tokens = _settings(folder, mailbox)
        direct = settings | {"AMQP_URI": broker, "DATABASE_URL": databases}
        hub(direct, "setup")
        engines = {
            name: create_engine(databases.replace("{service}", name), pool_size=2, pool_pre_ping=True) for name in NAMES
        }
        for engine in engines.values():
            after.callback(engine.dispose)
        if sabotage:
            _break(engines, sabotage)
        through = {"AMQP_URI": _through(broker, to_broker), "DATABASE_URL": _through(databases, to_database)}
        house = House(folder, settings | through | {"SETUP": "off"})
        after.callback(house.stop)
        running = Stage(
            servers, broker, engines, to_broker, to_database, mailbox, house, tokens, Ledger(), direct, seed
        )
        house.start()
        yield running


def hub(settings: dict[str, str], *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `hub` with `settings`. Raises CalledProcessError, unless a failpoint killed it."""
    done = subprocess.run(
        [sys.executable, "-c", "from services.cli import app; app()", *words],
        cwd=ROOT,
        env={**os.environ, **settings, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "HUB_FAILPOINTS" not in more:
        raise subprocess.CalledProcessError(done.returncode, words, done.stdout, done.stderr)
    return done


def _settings(folder: Path, mailbox: Mailbox) -> tuple[dict[str, str], tuple[str, str]]:
    folder.mkdir(parents=True, exist_ok=True)
    secret, known = folder / "secret", folder / "admin_tokens.json"
    secret.write_text(uuid4().hex * 2, "utf-8")
    made: list[tuple[str, Any]] = [new_admin(name, ("reviewer", "approver", "operator")) for name in ("Vera", "Jonas")]
    known.write_text(json.dumps([line for _, line in made]), "utf-8")
    settings = {"HOUSE_SECRET_FILE": str(secret), "ADMIN_TOKENS_FILE": str(known), "MAIL_URL": mailbox.url}
    return settings, (made[0][0], made[1][0])


def _before(url: URL, after: contextlib.ExitStack) -> Proxy:
    ports = {"amqp": 5672, "pyamqp": 5672}
    proxy = Proxy((url.host or "127.0.0.1", url.port or ports.get(url.drivername, 5432))).start()
    after.callback(proxy.close)
    return proxy


def _through(url: str, proxy: Proxy) -> str:
    """Return `url` with the proxy as its host; by hand, because a rendered URL quotes the braces."""
    parts = make_url(url)
    place = f"{parts.host}:{parts.port}" if parts.port else str(parts.host)
    head, _, tail = url.rpartition(place)
    return f"{head}127.0.0.1:{proxy.port}{tail}"


def _break(engines: dict[str, Engine], how: str) -> None:
    """Break a promise on purpose, below the code, so that the drill can show that it would tell."""
    service, when, body = SABOTAGE[how]
    with engines[service].begin() as connection:
        connection.execute(text(f"CREATE FUNCTION sabotage() RETURNS trigger AS $$BEGIN {body} END$$ LANGUAGE plpgsql"))
        connection.execute(text(f"CREATE TRIGGER sabotage {when} FOR EACH ROW EXECUTE FUNCTION sabotage()"))

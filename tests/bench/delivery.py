"""How fast events travel: relay, listeners, duplicates, an empty poll one by one, then from commit to effect at a rate.

Real servers, real classes; no doors. Each event is an approval, with an application of its own.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from services.catalog import handlers as catalog
from services.notifications import handlers as notifications
from shared import migrate
from shared.auth import Keyring
from shared.broker import Broker
from shared.contracts.onboarding import ApplicationSubmitted, ContactChanged
from shared.database import Database
from shared.inbox import Inbox
from shared.kernel import Event
from shared.listener import Listener
from shared.outbox import Outbox
from shared.relay import BATCH, Relay
from tests.support import servers
from tests.support.builders import NOON, approved, envelope
from tests.support.hub import wait_for

SERVICES = ("onboarding", "catalog", "notifications")
WITHIN_S = 120
PARTS = ("relay", "listeners", "duplicates", "poll", "rates")


def database_of(url: str, service: str) -> Database:
    return Database(url.replace("{service}", service), import_module(f"services.{service}.tables").metadata)


def inbox_of(url: str, service: str) -> Inbox:
    if service == "catalog":
        return Inbox(service, database_of(url, service), catalog.REACTIONS, look_up=catalog.look_up)
    letters = notifications.reactions("http://localhost", Keyring(b"x" * 32, ()))
    return Inbox(service, database_of(url, service), letters, look_up=notifications.look_up)


@contextmanager
def fresh(amqp: str, database: str) -> Iterator[tuple[Broker, str]]:
    """Give a broker with empty queues and a URL of empty databases."""
    with servers.own_queues(amqp) as queues, servers.own_databases(database) as url:
        for service in SERVICES:
            migrate.upgrade(url.replace("{service}", service), service)
        broker = Broker(queues)
        broker.apply_topology(*SERVICES)
        yield broker, url


def story(kind: str) -> list[Event]:
    """One application: what the catalog lists, or what notifications writes letters about."""
    application = uuid4()
    number = f"BI-{application.hex[:8].upper()}"
    if kind == "catalog":
        return [approved(application, number=number, title=f"Fall {number}")]
    contact = ContactChanged(
        application_id=application, number=number, owner=f"applicant:{application}", person="Mina Yıldız",
        email="mina@parkpilot.example", language="de", proved=False,
    )  # fmt: skip
    submitted = ApplicationSubmitted(
        application_id=application, number=number, kind="start_up", model="1.0", findings=0, submitted_at=NOON
    )
    return [contact, submitted]


def tell(database: Database, kind: str, count: int) -> None:
    """Put `count` events into the outbox, as if they had just been committed."""
    rows: list[dict[str, Any]] = []
    while len(rows) < count:
        for sequence, fact in enumerate(story(kind), 1):
            sealed = envelope(fact, sequence)
            row = {"event_id": UUID(sealed["id"]), "aggregate_id": UUID(sealed["subject"]), "sequence": sequence}
            rows.append(row | {"type": fact.name, "envelope": json.dumps(sealed), "created_at": datetime.now(UTC)})
    with database.transaction() as session:
        session.execute(insert(database.metadata.tables["outbox"]), rows)


def waiting(outbox: Outbox) -> int:
    return int(outbox.status()["waiting"])


def handled(inbox: Inbox) -> int:
    with inbox.database.reading() as session:
        return session.scalar(select(func.count()).select_from(inbox.table)) or 0


def empty_outbox(outbox: Outbox, broker: Broker) -> float:
    """Publish all that waits and return the seconds it took."""
    relay, left = Relay(outbox, broker), waiting(outbox)
    relay._begin()
    with broker.publisher() as publish:
        began = time.monotonic()
        while left > 0:
            relay.wake.set()
            relay._send(publish)
            left -= BATCH
    took = time.monotonic() - began
    assert waiting(outbox) == 0
    return took


def take_all(inbox: Inbox, broker: Broker, count: int) -> float:
    """Let a listener take `count` messages and return the seconds it took."""
    listener, taken = Listener(inbox, broker), 0
    with broker.receiver(inbox.service) as receiver:
        ack = receiver.ack

        def counting(batch: Any) -> None:
            nonlocal taken
            taken += len(batch)
            ack(batch)

        receiver.ack = counting
        began = time.monotonic()
        while taken < count and time.monotonic() - began < WITHIN_S:
            listener._take_batch(receiver, 1.0)
    assert taken == count, taken
    return time.monotonic() - began


def one_by_one(amqp: str, database: str, parts: set[str], count: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in ("catalog", "notifications"):
        with fresh(amqp, database) as (broker, url):
            teller, inbox = Outbox("onboarding", database_of(url, "onboarding")), inbox_of(url, kind)
            tell(teller.database, kind, count)
            took = empty_outbox(teller, broker)
            if kind == "catalog":
                found["relay_rows_per_s"] = round(count / took)
            if parts & {"listeners", "duplicates"}:
                found[f"{kind}_effects_per_s"] = round(count / take_all(inbox, broker, count))
                assert handled(inbox) == count
            if "duplicates" in parts:
                teller.republish()
                empty_outbox(teller, broker)
                found[f"{kind}_duplicates_per_s"] = round(count / take_all(inbox, broker, count))
                assert handled(inbox) == count, "a duplicate took effect"
            if kind == "catalog" and "poll" in parts:
                times = [_timed(lambda: teller.waiting(200)) for _ in range(200)]
                found["empty_poll_ms"] = round(statistics.median(times) * 1000, 2)
            for one in (teller.database, inbox.database):
                one.dispose()
    return found


def _timed(call: Callable[[], Any]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def _play(role: str, amqp: str, url: str, stop: Any, memory: Any) -> None:
    broker = Broker(amqp)
    one = Relay(Outbox("onboarding", database_of(url, "onboarding")), broker)
    part = one if role == "relay" else Listener(inbox_of(url, "catalog"), broker)
    thread = threading.Thread(target=part.run)
    thread.start()
    stop.wait()
    part.stop()
    thread.join()
    memory.value = max(memory.value, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def at_a_rate(amqp: str, database: str, rate: int, count: int) -> dict[str, float]:
    """Commit `count` events, `rate` a second (0: at once); return milliseconds from commit to effect in the catalog."""
    spawn = multiprocessing.get_context("spawn")
    with fresh(amqp, database) as (broker, url):
        stop, memory = spawn.Event(), spawn.Value("l", 0)
        roles = [
            spawn.Process(target=_play, args=(role, broker.uri, url, stop, memory)) for role in ("relay", "listener")
        ]
        for role in roles:
            role.start()
        teller, inbox = database_of(url, "onboarding"), inbox_of(url, "catalog")
        tell(teller, "catalog", 1)
        assert wait_for(lambda: handled(inbox) == 1, within=30)
        began = time.monotonic()
        if rate:
            for n in range(count):
                time.sleep(max(0.0, began + n / rate - time.monotonic()))
                tell(teller, "catalog", 1)
        else:
            tell(teller, "catalog", count)
        committed = time.monotonic() - began
        assert wait_for(lambda: handled(inbox) == count + 1, within=WITHIN_S), handled(inbox)
        took = time.monotonic() - began
        stop.set()
        for role in roles:
            role.join(30)
        times = _latencies(teller, inbox)
        for one in (teller, inbox.database):
            one.dispose()
    return {
        "events": count,
        "committed_per_s": round(count / committed),
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "all_after_s": round(took, 2),
        "memory_mb": round(memory.value / 1024),
    }


def _latencies(teller: Database, inbox: Inbox) -> list[float]:
    outbox = teller.metadata.tables["outbox"]
    with teller.reading() as session:
        told = dict(session.execute(select(outbox.c.event_id, outbox.c.created_at)).tuples().all())
    with inbox.database.reading() as session:
        heard = session.execute(select(inbox.table.c.event_id, inbox.table.c.received_at)).tuples().all()
    return sorted((at - told[id_]).total_seconds() * 1000 for id_, at in heard)


def measure(amqp: str, database: str, parts: set[str], count: int) -> dict[str, Any]:
    """Return the figures of `parts`, a subset of PARTS, over `count` events each."""
    found = one_by_one(amqp, database, parts, count) if parts - {"rates"} else {}
    if "rates" in parts:
        found["commit_to_effect"] = {
            "40/s": at_a_rate(amqp, database, 40, min(count, 400)),
            "500/s": at_a_rate(amqp, database, 500, count),
            f"burst {count}": at_a_rate(amqp, database, 0, count),
        }
    return found


def table(found: dict[str, Any]) -> str:
    lines = [f"{name:28} {value}" for name, value in found.items() if not isinstance(value, dict)]
    for name, values in found.get("commit_to_effect", {}).items():
        lines.append(f"commit to effect, {name:10} " + "  ".join(f"{key} {value}" for key, value in values.items()))
    return "\n".join(lines)


def main(parts: set[str], count: int) -> dict[str, Any]:
    with servers.rabbit_url() as amqp, servers.database_url() as database:
        found = measure(amqp, database, parts, count)
    print(table(found), flush=True)
    return found

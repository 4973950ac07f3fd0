"""What a broker may do with messages: bring them twice, in any order, and bring what nobody should have sent."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import amqp
from kombu import Connection
from sqlalchemy import text

from drill.house import ROOT
from drill.parts import Run
from drill.stage import QUEUES, Stage
from services.house import NAMES

BATCH = 500
#: As much as a queue may hold before we wait: it refuses what is more than its own limit.
FULL = 20_000
NEIGHBOUR_S = 2.0
MOVING_S = 120.0


@dataclass(frozen=True)
class Parcel:
    """Bytes for one queue, past the exchange and the outbox."""

    queue: str
    body: bytes
    properties: dict[str, Any] = field(default_factory=dict)


def doubled(run: Run) -> None:
    """Deliver copies of everything that was told, to everybody who heard it."""
    stage = run.stage
    _flood(run)
    stage.quiesce(run.size.patience_s)
    parcels = _told(stage)
    sent = 0
    began = time.monotonic()
    while sent < run.size.copies:
        run.chance.shuffle(parcels)
        some = parcels[: run.size.copies - sent]
        deliver(stage, some)
        sent += len(some)
    _drained(stage)
    seconds = time.monotonic() - began
    run.note(copies=sent, of_events=len(parcels), copies_per_s=round(sent / seconds))


def reordered(run: Run) -> None:
    """Let nobody hear for a while; then deliver everything at once, several times over, in an order of chance."""
    stage = run.stage
    hearers = [name for name in NAMES if name != "onboarding"]
    for name in hearers:
        stage.house.services[name].stop()
    _flood(run)
    _published(stage)
    _purge(stage)
    parcels = [one for one in _told(stage) if not one.queue.startswith("q.onboarding")]
    many = parcels * max(1, -(-run.size.copies // max(1, len(parcels))))
    run.chance.shuffle(many)
    for name in hearers:
        stage.house.services[name].start()
        stage.house.wait_ready(name)
    began = time.monotonic()
    deliver(stage, many)
    _drained(stage)
    seconds = time.monotonic() - began
    run.note(deliveries=len(many), of_events=len(parcels), deliveries_per_s=round(len(many) / seconds))


def poisonous(run: Run) -> None:
    """Send what nobody should send; each is parked, no process dies, and its neighbours hardly notice."""
    stage = run.stage
    kinds, since = _poison(), datetime.now(UTC)
    crowd = stage.crowd().go(run.size.people, rate=4.0)
    time.sleep(2)
    began = time.monotonic()
    for kind in kinds:
        properties = {"content_type": "application/cloudevents+json", "headers": kind.headers} | kind.properties
        deliver(stage, [Parcel("q.catalog.onboarding", kind.body, properties)])
    stage.poison += len(kinds)
    run.note(kinds=len(kinds), sent_within_s=round(time.monotonic() - began, 1))
    while stage.count("catalog", "SELECT count(*) FROM inbox WHERE status = 'parked'") < stage.poison:
        time.sleep(0.2)
        if time.monotonic() - began > MOVING_S:
            break
    crowd.stop()
    stage.quiesce(run.size.patience_s)
    run.limit("slowest good neighbour in s", _slowest(stage, since), NEIGHBOUR_S)


def _flood(run: Run) -> None:
    """Make enough events, by people at the doors, for every copy to be one of few."""
    journeys = max(40, run.size.copies // 100)
    run.stage.crowd().go(run.size.people, journeys=journeys).finish()


def _poison() -> Sequence[Any]:
    """Return the kinds that must be parked, whatever came before them; the list is that of the tests."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    poison = import_module("tests.support.poison")
    return [
        kind
        for kind in poison.all_kinds()
        if kind.becomes == poison.PARKED and not kind.raw_headers and not kind.name.startswith("the same")
    ]


def _told(stage: Stage) -> list[Parcel]:
    parcels = []
    for teller in ("onboarding", "catalog"):
        with stage.engines[teller].connect() as connection:
            bodies = [row.envelope.encode() for row in connection.execute(text("SELECT envelope FROM outbox"))]
        for from_, listener in QUEUES:
            if from_ == teller:
                parcels += [Parcel(f"q.{listener}.{teller}", body) for body in bodies]
    return parcels


def deliver(stage: Stage, parcels: Iterable[Parcel]) -> None:
    """Put parcels straight into their queues, and wait for the broker's proof of each."""
    with Connection(stage.amqp_url, connect_timeout=5) as connection:
        channel = connection.connection.channel()
        channel.confirm_select()
        open_: set[int] = set()

        def settled(tag: int, several: bool) -> None:
            open_.difference_update([one for one in open_ if one <= tag] if several else [tag])

        channel.events["basic_ack"].add(settled)
        for tag, parcel in enumerate(parcels, 1):
            properties = {"content_type": "application/cloudevents+json", "delivery_mode": 2} | parcel.properties
            headers = properties.pop("headers", None)
            message = amqp.Message(parcel.body, application_headers=headers, **properties)
            channel._basic_publish(message, "", parcel.queue)  # noqa: SLF001
            open_.add(tag)
            if len(open_) >= BATCH:
                _proofs(connection, open_)
            if tag % (FULL // 4) == 0:
                _wait(lambda: all(stage.depth(f"q.{hearer}.{teller}") < FULL for teller, hearer in QUEUES))
        _proofs(connection, open_)


def _proofs(connection: Connection, open_: set[int]) -> None:
    until = time.monotonic() + MOVING_S
    while open_:
        connection.drain_events(timeout=max(0.1, until - time.monotonic()))


def _wait(enough: Callable[[], bool]) -> None:
    until = time.monotonic() + MOVING_S
    while not enough() and time.monotonic() < until:
        time.sleep(0.2)


def _published(stage: Stage) -> None:
    _wait(lambda: stage.count("onboarding", "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0)


def _purge(stage: Stage) -> None:
    """Take everything out of the queues: it comes again, in another order."""
    with Connection(stage.amqp_url, connect_timeout=5) as connection, connection.channel() as channel:
        for teller, hearer in QUEUES:
            channel.queue_purge(f"q.{hearer}.{teller}")


def _drained(stage: Stage) -> None:
    """Wait until the queues are empty, as long as they get emptier."""
    before, since = 10**9, time.monotonic()
    while time.monotonic() - since < MOVING_S:
        now = sum(stage.depth(f"q.{hearer}.{teller}") for teller, hearer in QUEUES)
        if now == 0:
            return
        if now < before:
            before, since = now, time.monotonic()
        time.sleep(0.2)


def _slowest(stage: Stage, since: datetime) -> float:
    """Return how long an approval made `since` then took to the catalog's inbox at most, in seconds."""
    query = "SELECT event_id, {0} AS at FROM {1} WHERE type = 'onboarding.application.approved.v1' AND {0} > :since"
    with stage.engines["onboarding"].connect() as connection:
        rows = connection.execute(text(query.format("created_at", "outbox")), {"since": since})
        told = {row.event_id: row.at for row in rows}
    with stage.engines["catalog"].connect() as connection:
        heard = list(connection.execute(text(query.format("received_at", "inbox")), {"since": since}))
    waits = [(row.at - told[row.event_id]).total_seconds() for row in heard if row.event_id in told]
    return max(waits, default=0.0)

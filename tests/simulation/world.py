"""A small house on a simulated broker: two tellers, two listeners, and processes that can end at any step.

Outbox, relay, inbox, listener and desk are the real ones, on SQLite files in memory. Only the broker is made up.
"""

from __future__ import annotations

import atexit
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import time_machine
from sqlalchemy import Column, Integer, String, Table, Uuid, event, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared import desk, relay
from shared.contracts.catalog import UseCaseListed
from shared.contracts.onboarding import ApplicationReplied, ApplicationWithdrawn
from shared.database import Database, hold, house_metadata
from shared.inbox import WAITS_S, Inbox
from shared.kernel import Aggregate
from shared.listener import Listener
from shared.outbox import Outbox, Waiting
from shared.publisher import Proof
from shared.relay import Relay

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TELLERS = ("onboarding", "catalog")
HEARS = {"catalog": ("onboarding",), "notifications": ("onboarding", "catalog")}
ENOUGH = 400

#: What may become of one message on its way to the broker. After `cut` the rest of the batch never leaves us.
FATES = ("taken", "taken, confirm lost", "lost", "nacked", "half nacked", "returned", "doubled", "cut")


class Crash(BaseException):
    """A process ends here, with all it held in memory."""


class Fuse:
    """Counts the steps of a process down to its end, or to an outage of its database."""

    def __init__(self) -> None:
        self.left, self.outage = 0, False

    def step(self, *, statement: bool = False) -> None:
        if not self.left:
            return
        self.left -= 1
        if self.left:
            return
        if self.outage and statement:
            raise OperationalError("simulated", {}, sqlite3.OperationalError("disk I/O error"))
        raise Crash


FUSE = Fuse()
LOOKS: dict[str, sqlite3.Connection] = {}


#: The first has effects, the second is skipped by listeners that do not know it.
Kind = type[ApplicationWithdrawn] | type[ApplicationReplied]


@dataclass(eq=False)
class Case(Aggregate):
    """Something that is told of."""

    id: UUID
    sequence: int = 0
    version: int = 1


def _databases() -> dict[str, Database]:
    memory = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="hub-simulation-", dir=memory if memory.is_dir() else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    found = {}
    for name in ("onboarding", "catalog", "notifications"):
        metadata = house_metadata()
        Table(
            "effects",
            metadata,
            Column("position", Integer, primary_key=True),
            Column("teller", String(20)),
            Column("aggregate_id", Uuid),
            Column("nth", Integer),
        )
        database = found[name] = Database(f"sqlite:///{folder}/{name}.db", metadata)
        metadata.create_all(database.engine)
        LOOKS[name] = sqlite3.connect(f"{folder}/{name}.db", isolation_level=None)
        event.listen(database.engine, "before_cursor_execute", lambda *_: FUSE.step(statement=True))
        event.listen(database.engine, "commit", lambda _: FUSE.step())
    return found


class Link:
    """What one relay or listener sees of the broker; gone with its connection."""

    def __init__(self, broker: SimulatedBroker, listener: str = "") -> None:
        self.broker, self.listener = broker, listener
        self.held: list[tuple[str, bytes]] = []
        self.fates: list[str] = []
        self.order: random.Random | None = None
        self.ack_is_lost = False

    def publish(self, teller: str, batch: Sequence[Waiting]) -> Proof:
        proof = Proof()
        for told in batch:
            FUSE.step()
            fate = self.fates.pop() if self.fates else "taken"
            if fate == "cut":
                raise ConnectionResetError("simulated")
            self.broker.take(teller, told, fate, proof)
        FUSE.step()
        return proof

    def batch(self, limit: int, timeout: float) -> list[tuple[str, Any]]:
        waiting = [
            (teller, body) for teller in HEARS[self.listener] for body in self.broker.queues[self.listener, teller]
        ]
        if self.order:
            self.order.shuffle(waiting)
            waiting = waiting[: self.order.randint(1, max(1, len(waiting)))]
        self.held = waiting[:limit]
        for teller, body in self.held:
            self.broker.queues[self.listener, teller].remove(body)
        return [(teller, _Message(body)) for teller, body in self.held]

    def ack(self, batch: Sequence[tuple[str, Any]]) -> None:
        for _ in batch:
            FUSE.step()
            if self.ack_is_lost:
                raise ConnectionResetError("simulated")
            self.held.pop(0)

    def close(self) -> None:
        """What was not acked comes again, before the rest."""
        for teller, body in reversed(self.held):
            self.broker.queues[self.listener, teller].insert(0, body)
        self.held = []


@dataclass
class _Message:
    body: bytes


class SimulatedBroker:
    """Queues in this memory. `forgetful` ones are gone with the process, as on kombu's memory transport."""

    in_memory = False

    def __init__(self, *, forgetful: bool) -> None:
        self.forgetful = forgetful
        self.queues: dict[tuple[str, str], list[bytes]] = {
            (listener, teller): [] for listener, tellers in HEARS.items() for teller in tellers
        }
        self.confirmed: set[UUID] = set()
        self.history: list[tuple[tuple[str, str], bytes]] = []

    def take(self, teller: str, told: Waiting, fate: str, proof: Proof) -> None:
        body = told.envelope.encode()
        queues = [key for key in self.queues if key[1] == teller]
        if self.forgetful or fate in {"taken", "taken, confirm lost", "doubled"}:
            for key in queues * (2 if fate == "doubled" else 1):
                self.put(key, body)
            if self.forgetful or fate != "taken, confirm lost":
                proof.confirmed.add(told.position)
                self.confirmed.add(told.event_id)
        elif fate == "returned":
            proof.returned.add(told.position)
        elif fate != "lost":
            if fate == "half nacked":  # one queue is full, the other one took it
                self.put(queues[0], body)
            proof.nacked.add(told.position)

    def put(self, key: tuple[str, str], body: bytes) -> None:
        self.queues[key].append(body)
        self.history.append((key, body))

    def waiting(self, listener: str) -> list[bytes]:
        return [body for teller in HEARS[listener] for body in self.queues[listener, teller]]

    def holds_nothing_of(self, teller: str) -> bool:
        return self.forgetful and not any(queue for key, queue in self.queues.items() if key[1] == teller)

    def forget(self) -> None:
        for queue in self.queues.values():
            queue.clear()


class World:
    """One house, from its first event until it is quiet."""

    DATABASES: dict[str, Database] = {}  # noqa: RUF012

    def __init__(self, *, forgetful: bool) -> None:
        FUSE.left = 0
        if not self.DATABASES:
            relay.IDLE_S = relay.AWAKE_S = relay.FULL_S = 0  # nobody waits here: the next step is drawn
            self.DATABASES.update(_databases())
        for name, database in self.DATABASES.items():
            for table in database.metadata.sorted_tables:
                self.look(name, f"DELETE FROM {table.name}")
        self.machine = time_machine.travel(NOON, tick=False)
        self.time = self.machine.start()
        self.broker, self.forgetful = SimulatedBroker(forgetful=forgetful), forgetful
        self.committed: dict[UUID, list[Kind]] = {}
        self.slow: dict[UUID, int] = {}  # cases whose next change took its position long before its commit
        self.failing = dict.fromkeys(HEARS, 0)  # how many of the next reactions fail
        self.poison: set[tuple[str, bytes]] = set()
        self.relays: dict[str, Relay] = {}
        self.listeners: dict[str, Listener] = {}
        self.links: dict[str, Link] = {}
        for name in TELLERS:
            self.start_relay(name)
        for name in HEARS:
            self.start_listener(name)

    def close(self) -> None:
        self.machine.stop()

    def look(self, name: str, query: str) -> list[Any]:
        """Ask a database past all that is ours: cheap, and no step of anybody."""
        return LOOKS[name].execute(query).fetchall()

    def start_relay(self, teller: str) -> None:
        outbox = Outbox(teller, self.DATABASES[teller], forgetful=self.forgetful)
        self.relays[teller] = Relay(outbox, self.broker)  # type: ignore[arg-type]

    def start_listener(self, listener: str) -> None:
        if listener in self.links:
            self.links[listener].close()
        self.links[listener] = Link(self.broker, listener)
        inbox = Inbox(
            listener, self.DATABASES[listener], {ApplicationWithdrawn: self.effect(listener), **self.more(listener)}
        )
        self.listeners[listener] = Listener(inbox, self.broker)  # type: ignore[arg-type]
        self.listeners[listener].stopping.set()  # so that a step that fails is over

    def effect(self, listener: str) -> Callable[[Any, Session], None]:
        """What happens in `listener`: a row, in the catalog also an event of its own; it may fail a few times."""

        def react(fact: ApplicationWithdrawn, session: Session) -> None:
            nth = int(fact.number[3:])
            self._note(listener, "onboarding", fact.application_id, nth, session)
            if listener == "catalog":
                one = Case(id=uuid5(fact.application_id, str(nth)))
                hold(session, one)
                one.record(
                    UseCaseListed(use_case_id=one.id, application_id=fact.application_id, slug="x", listed_at=NOON)
                )
            if self.failing[listener]:
                self.failing[listener] -= 1
                raise RuntimeError("not in the mood")

        return react

    def more(self, listener: str) -> dict[type, Callable[[Any, Session], None]]:
        if listener == "catalog":
            return {}
        return {UseCaseListed: lambda fact, session: self._note(listener, "catalog", fact.use_case_id, 1, session)}

    def _note(self, listener: str, teller: str, aggregate: UUID, nth: int, session: Session) -> None:
        table = self.DATABASES[listener].metadata.tables["effects"]
        session.execute(insert(table), [{"teller": teller, "aggregate_id": aggregate, "nth": nth}])

    # steps

    @contextmanager
    def step_of(self, name: str, *, fuse: int, outage: bool, faulty: bool = False) -> Iterator[None]:
        """Let a process make a step; after `fuse` smaller steps it ends, or loses its database for a moment."""
        FUSE.left, FUSE.outage = fuse, outage
        try:
            yield
        except Crash:
            FUSE.left = 0
            self.crash(name)
        except Exception:
            FUSE.left = 0
            if name in self.links:
                self.links[name].close()
            if not (fuse or faulty):
                raise
        finally:
            FUSE.left = 0

    def crash(self, name: str) -> None:
        """End a process; of a house in one process with its broker, all of it."""
        if self.forgetful:
            for link in self.links.values():
                link.held = []
            self.broker.forget()
        for one in TELLERS if self.forgetful else {name} & set(TELLERS):
            self.start_relay(one)
        for one in HEARS if self.forgetful else {name} & set(HEARS):
            self.start_listener(one)

    def tell(self, case: UUID, kinds: Sequence[Kind], *, fuse: int = 0, outage: bool = False) -> None:
        """Commit a change of `case` and its events, or crash before."""
        database, before = self.DATABASES["onboarding"], self.committed.get(case, [])
        place = self.slow.pop(case, None)
        done = False
        with self.step_of("onboarding", fuse=fuse, outage=outage):
            with database.transaction() as session:
                one = Case(id=case, sequence=len(before))
                hold(session, one)
                for nth, kind in enumerate(kinds, len(before) + 1):
                    one.record(_fact(kind, case, nth))
            done = True
        if done:
            self.committed[case] = [*before, *kinds]
            if place is not None:
                self._move_to(place, case, len(before), len(kinds))

    def begin_slowly(self, case: UUID) -> None:
        """Take a position in the outbox now, and commit with the next `tell`, behind all that is told meanwhile."""
        self.slow.setdefault(case, self.look("onboarding", "SELECT coalesce(max(position), 0) FROM outbox")[0][0])

    def _move_to(self, place: int, case: UUID, after: int, count: int) -> None:
        """SQLite has one writer; on PostgreSQL a lower position may be committed later. This makes it so."""
        mine = f"aggregate_id = '{case.hex}' AND sequence > {after}"
        self.look("onboarding", f"UPDATE outbox SET position = -position - {count} WHERE position > {place}")
        self.look("onboarding", f"UPDATE outbox SET position = {place - after} + sequence WHERE {mine}")
        self.look("onboarding", "UPDATE outbox SET position = -position WHERE position < 0")

    def publish(self, teller: str, fates: Sequence[str] = (), *, fuse: int = 0, outage: bool = False) -> None:
        link, one = Link(self.broker), self.relays[teller]
        link.fates = list(fates)
        with self.step_of(teller, fuse=fuse, outage=outage, faulty=bool(set(fates) - {"taken", "doubled"})):
            one._begin()
            one._send(link.publish)
        assert self.marked(teller) <= self.broker.confirmed, "marked before it was confirmed"

    def listen(
        self, listener: str, *, order: int = 0, ack_is_lost: bool = False, fuse: int = 0, outage: bool = False
    ) -> None:
        link = self.links[listener]
        link.order, link.ack_is_lost = random.Random(order) if order else None, ack_is_lost and not self.forgetful
        with self.step_of(listener, fuse=fuse, outage=outage, faulty=link.ack_is_lost):
            self.listeners[listener]._take_batch(link, 0)  # type: ignore[arg-type]

    def run_due(self, listener: str, *, fuse: int = 0, outage: bool = False) -> None:
        with self.step_of(listener, fuse=fuse, outage=outage):
            self.listeners[listener].inbox.run_due()

    def spoil(self, listener: str, teller: str, body: bytes) -> None:
        if self.forgetful:  # nobody else can reach a broker in this memory
            return
        self.poison.add((listener, teller.encode() + body))
        self.broker.queues[listener, teller].append(body)

    def repeat(self, nth: int) -> None:
        """Deliver something once more that was published long ago, as a leader does that was deposed."""
        if self.broker.history and not self.forgetful:
            key, body = self.broker.history[nth % len(self.broker.history)]
            self.broker.queues[key].append(body)

    # quiet

    def settle(self) -> None:
        """Let everything work that can, until nothing is left to do."""
        for case in list(self.slow):
            self.tell(case, [ApplicationWithdrawn])
        for name in TELLERS:
            self.publish(name)  # one that has just started may have to tell again what it told before
        for _ in range(ENOUGH):
            self.failing = dict.fromkeys(HEARS, 0)
            self.time.shift(max(WAITS_S) * 1.3)
            left = self.left_over()
            if not left:
                return
            for name in TELLERS:
                if any(one[0] == name and one[1] == "outbox" for one in left):
                    self.publish(name)
            for name in HEARS:
                if self.broker.waiting(name):
                    self.listen(name)
                if self.opened(name):
                    self.run_due(name)
                    self._replay_parked(name)
        raise AssertionError(f"not quiet: {self.left_over()}")

    def _replay_parked(self, listener: str) -> None:
        for row in self.opened(listener):
            if row[1] == "parked":
                desk.replay(self.listeners[listener].inbox, UUID(row[0]))

    def unpublished(self, teller: str) -> list[Any]:
        return self.look(teller, "SELECT position, sequence, attempts FROM outbox WHERE published_at IS NULL")

    def left_over(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for name in HEARS:
            found += [(name, "queue", body) for body in self.broker.waiting(name)]
            found += [(name, "inbox", *row) for row in self.opened(name)]
        return found + [(name, "outbox", *row) for name in TELLERS for row in self.unpublished(name)]

    def opened(self, listener: str) -> list[Any]:
        """Return id, status and error of what is not done, poison left out."""
        query = "SELECT event_id, status, error FROM inbox WHERE status IN ('parked', 'retry', 'waiting')"
        return self.look(listener, f"{query} AND aggregate_id IS NOT NULL")

    def check(self) -> None:
        """Every committed event has taken effect once per listener, in order; nothing else has."""
        told = {
            case: [nth for nth, kind in enumerate(kinds, 1) if kind is ApplicationWithdrawn]
            for case, kinds in self.committed.items()
        }
        told = {case: nths for case, nths in told.items() if nths}
        for listener in HEARS:
            assert self.effects(listener, "onboarding") == told, f"effects in {listener}"
            query = "SELECT teller, body FROM inbox WHERE status = 'parked'"
            parked = {(listener, teller.encode() + body) for teller, body in self.look(listener, query)}
            assert parked == {one for one in self.poison if one[0] == listener}, f"parked in {listener}"
        listed = {uuid5(case, str(nth)): [1] for case, nths in told.items() for nth in nths}
        assert self.effects("notifications", "catalog") == listed

    def effects(self, listener: str, teller: str) -> dict[UUID, list[int]]:
        """Return the effects of each aggregate in the order in which they happened."""
        found: dict[UUID, list[int]] = {}
        query = f"SELECT aggregate_id, nth FROM effects WHERE teller = '{teller}' ORDER BY position"
        for aggregate, nth in self.look(listener, query):
            found.setdefault(UUID(aggregate), []).append(nth)
        return found

    def marked(self, teller: str) -> set[UUID]:
        query = "SELECT event_id FROM outbox WHERE published_at IS NOT NULL"
        return {UUID(row[0]) for row in self.look(teller, query)}


def _fact(kind: Kind, case: UUID, nth: int) -> ApplicationWithdrawn | ApplicationReplied:
    number = f"BI-{nth:04d}"
    if kind is ApplicationWithdrawn:
        return ApplicationWithdrawn(application_id=case, number=number, withdrawn_at=NOON)
    return ApplicationReplied(application_id=case, number=number, replied_at=NOON)

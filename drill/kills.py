"""Ending processes by SIGKILL: at every kill point, and at random in a flood."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass

from drill.deliveries import Parcel, deliver
from drill.parts import Run
from drill.servers import wait_for
from drill.stage import hub
from services.house import NAMES
from shared import migrate

REACHED_WITHIN_S = 90.0


@dataclass(frozen=True)
class KillPoint:
    """A place of docs/kill-points.md: who can be killed there, and how often it may be passed before."""

    code: str
    name: str
    services: tuple[str, ...]
    passings: int = 3
    also: str = ""  #: what else has to happen so that anybody comes there


TELLERS, HEARERS = ("onboarding", "catalog"), ("catalog", "notifications", "onboarding")
SENDER = ("notifications",)
POINTS = (
    KillPoint("K1", "door.parsed", ("onboarding",)),
    KillPoint("K2", "door.changed", ("onboarding",)),
    KillPoint("K3", "door.told", ("onboarding",)),
    KillPoint("K4", "door.ready", ("onboarding",)),
    KillPoint("K5", "door.committed", ("onboarding",)),
    KillPoint("K6", "door.answering", ("onboarding",)),
    KillPoint("R1", "relay.claimed", TELLERS),
    KillPoint("R2", "relay.publishing", TELLERS),
    KillPoint("R3", "relay.published", TELLERS),
    KillPoint("R4", "relay.half_confirmed", ("onboarding",), 1, also="relay.claimed=sleep:0.8@1-3;"),
    KillPoint("R5", "relay.confirmed", TELLERS),
    KillPoint("R6", "relay.marked", TELLERS),
    KillPoint("C1", "listener.received", HEARERS),
    KillPoint("C2", "inbox.kept", HEARERS),
    KillPoint("C3", "inbox.acted", HEARERS),
    KillPoint("C3+", "inbox.told", ("catalog",), 2),
    KillPoint("C4", "inbox.ready", HEARERS),
    KillPoint("C5", "listener.committed", HEARERS),
    KillPoint("C6", "listener.acked", HEARERS),
    KillPoint("C7", "inbox.failing", HEARERS, 1, also="inbox.acted=raise@1-20;"),
    KillPoint("N1", "sender.claimed", SENDER),
    KillPoint("N2", "sender.connected", SENDER),
    KillPoint("N3", "", SENDER),
    KillPoint("N4", "sender.answered", SENDER),
    KillPoint("N5", "sender.noted", SENDER),
    KillPoint("J4", "retention.deleted", NAMES, 2),
)


def at_every_point(run: Run) -> None:
    """Kill at each point that is there, with everybody at work; who was killed comes back and goes on."""
    todo: dict[str, list[KillPoint]] = {name: [] for name in NAMES}
    for point in POINTS:
        # The shortest list first, so that the three services are done at the same time.
        free = min(point.services, key=lambda name: (len(todo[name]), run.chance.random()))
        todo[free].append(point)
    hit: list[str] = []
    crowd = run.stage.crowd().go(run.size.people, rate=run.size.flood_rate)
    threads = [threading.Thread(target=_one_after_the_other, args=(run, name, todo[name], hit)) for name in NAMES]
    for name in NAMES:
        run.chance.shuffle(todo[name])
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    crowd.stop()
    _mid_migration(run, hit)
    _mid_drain(run, hit)
    run.note(points=len(hit), killed_at=" ".join(sorted(hit)))
    if missed := {"J1", "J3", *(point.code for point in POINTS)} - set(hit):
        run.note(not_reached=" ".join(sorted(missed)))


def _one_after_the_other(run: Run, name: str, points: list[KillPoint], hit: list[str]) -> None:
    house, mailbox = run.stage.house, run.stage.mailbox
    service = house.services[name]
    for point in points:
        at = run.chance.randint(1, point.passings)
        pid = house.arm(name, f"{point.also}{point.name}=kill@{at}" if point.name else "")
        if point.code == "N3":
            mailbox.before_answer = lambda: house.kill(name)
        reached = wait_for(lambda pid=pid: service.child and service.child.pid != pid, within=REACHED_WITHIN_S)
        mailbox.before_answer = lambda: None
        if reached:
            hit.append(point.code)
    wait_for(service.ready, within=REACHED_WITHIN_S, every=0.2)


def _mid_migration(run: Run, hit: list[str]) -> None:
    with run.stage.servers.own_databases() as databases:
        settings = run.stage.settings | {"DATABASE_URL": databases}
        name = run.chance.choice(NAMES)
        at = run.chance.randint(1, 2)
        killed = hub(settings, "setup", name, HUB_FAILPOINTS=f"migrate.applied=kill@{at}").returncode
        if killed == -signal.SIGKILL:
            hit.append("J1")
        hub(settings, "setup", name)
        if not migrate.is_current(databases.replace("{service}", name), name):
            run.fault("state", f"{name} is not at its newest revision after a migration was killed")


def _mid_drain(run: Run, hit: list[str]) -> None:
    """Kill `hub dlq drain` between inbox and acknowledgement: the dead letter is parked once, and leaves its queue."""
    stage, name = run.stage, run.chance.choice(HEARERS)
    deliver(stage, [Parcel(f"dlq.{name}", f"nobody can read this {stage.poison} of {stage.seed}".encode())])
    stage.poison += 1
    words = ("dlq", "drain", "--service", name, "--reason", "a drill", "--yes")
    settings = stage.settings | {"HUB_TOKEN": stage.tokens[0]}
    if hub(settings, *words, HUB_FAILPOINTS="desk.drained=kill").returncode == -signal.SIGKILL:
        hit.append("J3")
    hub(settings, *words)
    if left := stage.depth(f"dlq.{name}"):
        run.fault("stuck", f"{left} dead letters are still in dlq.{name} after it was drained")


def at_random(run: Run) -> None:
    """Kill whichever service at whatever moment, again and again, while events are flooding."""
    stage, chance = run.stage, run.chance
    crowd = stage.crowd().go(run.size.people, rate=run.size.flood_rate)
    kills, began = 0, time.monotonic()
    while kills < run.size.kills or stage.events() < run.size.events:
        time.sleep(chance.uniform(0.1, 1.5))
        name = chance.choice(NAMES)
        if kills < run.size.kills and (stage.house.services[name].ready() or chance.random() < 0.2):  # noqa: PLR2004
            stage.house.kill(name)
            kills += 1
    crowd.stop()
    run.note(kills=kills, events=stage.events(), flood_s=round(time.monotonic() - began, 1))

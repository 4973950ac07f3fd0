"""Run parts of a drill, one after the other, and check after each."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from drill import broker_faults, deliveries, kills, long
from drill.house import NotReady
from drill.parts import Outcome, Part, Run, Size
from drill.stage import Servers, Stage, stage

PARTS = {
    part.name: part
    for part in (
        Part("flood", "people at work, and nothing is broken", long.nothing),
        Part("kill-points", "kill -9 at every kill point, for each seed", kills.at_every_point),
        Part("kills", "random kill -9 in a flood", kills.at_random),
        Part("broker-kills", "kill -9 of the broker in a flood", broker_faults.dies, private=True),
        Part("broker-restarts", "clean restarts of the broker in a flood", broker_faults.restarts, private=True),
        Part("broker-away", "the broker refuses, then swallows, everything", broker_faults.cannot_be_reached),
        Part(
            "alarms", "memory and disk alarm, stops meanwhile, false proofs", broker_faults.takes_nothing, private=True
        ),
        Part("doubled", "copies of everything", deliveries.doubled),
        Part("reordered", "everything in an order of chance", deliveries.reordered),
        Part("poison", "what nobody should send", deliveries.poisonous),
        Part("rolling", "restart all three under load", long.rolling),
        Part("soak", "steady work for long, and memory", long.soak),
    )
}


@dataclass(frozen=True)
class Plan:
    """What is to be done: names of parts, what chance begins with, how much, and what to break to see that it shows."""

    parts: Sequence[str]
    seed: int
    size: Size
    sabotage: str = ""


def drill(servers: Servers, folder: Path, plan: Plan) -> Iterator[Outcome]:
    """Give the outcome of each part as it comes; kill points come once for each of `plan.size.seeds`."""
    for name in plan.parts:
        for seed in range(plan.seed, plan.seed + (plan.size.seeds if name == "kill-points" else 1)):
            with stage(servers, folder / f"{name}-{seed}", seed, sabotage=plan.sabotage) as ready:
                yield one_part(ready, PARTS[name], plan.size)


def one_part(ready: Stage, part: Part, size: Size) -> Outcome:
    """Do a part to a stage, wait until nothing moves, and check."""
    outcome, began = Outcome(part.name, ready.seed), time.monotonic()
    run = Run(ready, size, random.Random(ready.seed), outcome)
    try:
        part.act(run)
    except NotReady as no:
        run.fault("died", str(no))
    finally:
        for crowd in ready.crowds:
            crowd.stop()
    acted = time.monotonic()
    quiet = ready.quiesce(size.patience_s)
    run.note(quiet_after_s=round(time.monotonic() - acted, 1))
    verdict = ready.check()
    outcome.faults += verdict.faults
    outcome.counts = verdict.counts
    if not quiet and outcome.ok:
        run.fault("stuck", "something was still moving, or did not move any more, when the time was up")
    outcome.seconds = time.monotonic() - began
    return outcome

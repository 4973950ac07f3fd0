"""What a part of a drill is, how large it may be, and what it says in the end."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drill.check import FAULTS, Fault
from drill.stage import Stage

#: A process that takes longer than this to stop would be killed by those who run it, in seconds.
STOP_WITHIN_S = 35.0
P95_MS = 300.0
MEMORY_MB = 150.0


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of everything. `short` is what continuous integration does."""

    seeds: int = 10
    events: int = 20_000
    kills: int = 200
    broker_kills: int = 15
    restarts: int = 10
    away_s: float = 300.0
    rate: float = 10.0
    flood_rate: float = 0.0  #: journeys per second in a flood; 0 is as fast as they can
    copies: int = 100_000
    rounds: int = 5
    minutes: float = 20.0
    people: int = 8
    patience_s: float = 80.0  #: how long something may not move until it counts as stuck; longer than any back-off


SHORT = Size(
    seeds=1,
    events=600,
    kills=6,
    broker_kills=1,
    restarts=1,
    away_s=15.0,
    copies=2000,
    rounds=1,
    minutes=0.5,
    people=6,
    patience_s=25.0,
    rate=5.0,
    flood_rate=5.0,
)


@dataclass
class Outcome:
    """How a part went: figures for people, counts of the checker, and every fault."""

    part: str
    seed: int
    seconds: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def by_kind(self) -> dict[str, int]:
        return {kind: sum(one == kind for one, _ in self.faults) for kind in FAULTS}


@dataclass
class Run:
    """One part at work: the stage, its size, chance by the seed, and where its figures and faults go."""

    stage: Stage
    size: Size
    chance: random.Random
    outcome: Outcome

    def note(self, **figures: Any) -> None:
        self.outcome.figures |= {name.replace("_", " "): value for name, value in figures.items()}

    def fault(self, kind: str, what: str) -> None:
        self.outcome.faults.append((kind, what))

    def limit(self, what: str, found: float, most: float) -> None:
        """Note a figure, and hold it against its limit."""
        self.outcome.figures[what] = round(found, 1)
        if found > most:
            self.fault("limit", f"{what}: {found:.1f}, and at most {most:g} was promised")


@dataclass(frozen=True)
class Part:
    """A part by its name. `private` ones need servers that may be killed."""

    name: str
    says: str
    act: Callable[[Run], None]
    private: bool = False

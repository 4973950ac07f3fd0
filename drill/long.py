"""What takes its time: restarting everything while people work, and working for long."""

from __future__ import annotations

import time

from drill.parts import MEMORY_MB, STOP_WITHIN_S, Run
from services.house import NAMES

SAMPLE_S = 5.0
WARM_S = 60.0
#: What a process may grow by after it is warm, in MB: less is the allocator's breathing.
BREATH_MB = 12.0


def nothing(run: Run) -> None:
    """Break nothing: people work, and everything arrives."""
    stage, began = run.stage, time.monotonic()
    crowd = stage.crowd().go(run.size.people, rate=run.size.flood_rate)
    while stage.events() < run.size.events:
        time.sleep(0.2)
    crowd.stop()
    run.note(events=stage.events(), flood_s=round(time.monotonic() - began, 1), p95_ms=round(crowd.p95_ms, 1))


def rolling(run: Run) -> None:
    """Restart one service after the other while people work: whoever asks again gets an answer."""
    stage = run.stage
    crowd = stage.crowd().go(run.size.people, rate=run.size.flood_rate)
    stops = []
    for _ in range(run.size.rounds):
        for name in NAMES:
            time.sleep(1)
            stops.append(stage.house.restart(name))
    time.sleep(1)
    crowd.stop()
    run.note(restarts=len(stops), answered=len(crowd.seconds), tried_again=dict(crowd.troubles))
    run.note(failed_requests=len(stage.ledger.given_up))
    run.limit("longest stop in s", max(stops), STOP_WITHIN_S)


def soak(run: Run) -> None:
    """Work at a steady rate for long: memory stays flat."""
    stage = run.stage
    crowd = stage.crowd().go(run.size.people, rate=run.size.rate / 2)
    began = time.monotonic()
    seen: dict[str, list[float]] = {name: [] for name in NAMES}
    while (passed := time.monotonic() - began) < run.size.minutes * 60:
        time.sleep(SAMPLE_S)
        for name, service in stage.house.services.items():
            if passed > min(WARM_S, run.size.minutes * 30):
                seen[name].append(service.memory_mb())
    crowd.stop()
    run.note(minutes=run.size.minutes, answered=len(crowd.seconds), p95_ms=round(crowd.p95_ms, 1))
    for name, sizes in seen.items():
        part = max(1, len(sizes) // 5)
        grown = sum(sizes[-part:]) / part - sum(sizes[:part]) / part
        run.limit(f"memory of {name} in MB", max(sizes), MEMORY_MB)
        run.limit(f"growth of {name} in MB", grown, BREATH_MB)
    for name in NAMES:
        run.limit(f"stop of {name} in s", stage.house.restart(name), STOP_WITHIN_S)

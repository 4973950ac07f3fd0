"""Every fault once, small: nothing is lost, nothing happens twice, nothing is left. `make drill` is the long form."""

from __future__ import annotations

import pytest

from drill.kills import POINTS
from drill.parts import SHORT, Outcome
from drill.run import PARTS, one_part
from drill.stage import Stage

#: The soak says something only if it is long; the flood is part of everything.
NAMES = [name for name in PARTS if name not in {"soak", "flood", "kill-points"}]


def faults(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what is wrong beside speed, which a shared machine cannot promise; stopping in time it can."""
    print(f"\n{outcome.part}: {outcome.counts} {outcome.figures}")
    return [(kind, what) for kind, what in outcome.faults if kind != "limit" or "stop" in what]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost_and_nothing_happens_twice(house: Stage, name: str) -> None:
    outcome = one_part(house, PARTS[name], SHORT)

    assert faults(outcome) == []
    assert outcome.counts["approved"] > 0 or outcome.counts["applications"] > 0


def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing(house: Stage) -> None:
    outcome = one_part(house, PARTS["kill-points"], SHORT)

    assert faults(outcome) == []
    assert "not reached" not in outcome.figures
    assert outcome.figures["points"] == len(POINTS) + 2  # a migration and `hub dlq drain` are killed, too

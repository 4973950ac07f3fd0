"""How long a decision usually takes, by what the city itself has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median_high

#: Fewer decided cases say nothing; more than the newest so many are not looked at.
ENOUGH, NEWEST = 20, 200


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Working days of the city from submission to decision, waiting for replies not counted.

    `kind` is whose cases these are; None where they are of all kinds.
    """

    median: int
    nine_of_ten: int
    cases: int
    kind: str | None


def forecast(days: Sequence[int], kind: str | None = None) -> Forecast | None:
    """Return what `days` of decided cases say; None if they are too few."""
    if len(days) < ENOUGH:
        return None
    ordered = sorted(days)
    nine = ordered[ceil(len(ordered) * 9 / 10) - 1]
    return Forecast(median=median_high(ordered), nine_of_ten=nine, cases=len(ordered), kind=kind)

"""What is true of an impact preview: a draft model against all applications, which it leaves as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

#: How much each severity weighs; null is no finding at all.
WEIGHT = {None: 0, "hint": 1, "condition": 2, "violation": 3}


@dataclass(eq=False, kw_only=True)
class Preview:
    """One run over all applications. It is about the draft with this hash: another text, another preview."""

    id: UUID = field(default_factory=uuid4)
    model: str
    sha256: str
    started_by: str
    started_at: datetime
    total: int
    checked: int = 0
    changed: int = 0
    totals: dict[str, Any] = field(default_factory=dict)
    cursor: UUID | None = None
    finished_at: datetime | None = None

    def advance(self, last: UUID | None, checked: int, impacts: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """Note how far it has come and what was found; None ends it."""
        self.cursor, self.checked, self.changed = last, self.checked + checked, self.changed + len(impacts)
        self.totals = added(self.totals, impacts)
        if last is None:
            self.finished_at = at


@dataclass(eq=False, kw_only=True)
class Impact:
    """One application whose result would change.

    `group` is open, approved or running (listed in the catalog); `pinned` is the version it was checked with.
    `before` and `after` are verdicts; `changes` are `{rule, pointer, from, to}` with a severity, or null where
    nothing is found.
    """

    preview_id: UUID
    application_id: UUID
    number: str
    group: str
    status: str
    use_case: str | None
    pinned: str
    before: str
    after: str
    changes: list[dict[str, Any]]


def added(totals: Mapping[str, Any], impacts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return `totals` with `impacts` counted: `{"groups": {group: n}, "rules": {rule: {"worse": n, "better": n}}}`.

    A rule counts once per application, worse where it is found now, or found to be more severe.
    """
    grown: dict[str, Any] = {"groups": {}, "rules": {}} | deepcopy(dict(totals))
    for impact in impacts:
        group = impact["group"]
        grown["groups"][group] = grown["groups"].get(group, 0) + 1
        for rule, way in {(one["rule"], _way(one)) for one in impact["changes"]}:
            grown["rules"].setdefault(rule, {"worse": 0, "better": 0})[way] += 1
    return grown


def _way(change: Mapping[str, Any]) -> str:
    return "worse" if WEIGHT[change["to"]] > WEIGHT[change["from"]] else "better"

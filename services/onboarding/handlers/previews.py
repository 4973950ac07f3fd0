"""What happens in an impact preview: a draft is held against every application, and nothing is touched."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.onboarding.commands import Answers
from services.onboarding.domain import APPROVED, Impact, Preview
from services.onboarding.handlers.translation import adopted_answers, moves, steps, unchanged
from services.onboarding.model import Model, load, verdict
from services.onboarding.model.check import Judge
from services.onboarding.repository import Models, Previews
from shared.auth import Caller
from shared.database import Database

#: How many applications one step takes: beside doors of the same process few, on the command line many.
BUNCH, LARGE_BUNCH = 100, 500
#: How long a round of the clock may last, so that its other jobs get their turn.
ROUND_S = 1.0
#: How many bunches may wait for each worker: what is read ahead is memory.
AHEAD = 3

#: The fields of an Impact but for its preview.
Found = dict[str, Any]


def start_preview(session: Session, name: str, caller: Caller) -> Preview:
    """Begin to hold a version against all applications; one that is still running goes on. Raises UnknownModel."""
    version, previews = Models(session).version(name), Previews(session)
    known = previews.of(version)
    if known is not None and known.finished_at is None:
        return known
    preview = Preview(
        model=name, sha256=version.sha256, started_by=caller.subject, started_at=datetime.now(UTC),
        total=previews.how_many(),
    )  # fmt: skip
    previews.replace(preview)
    return preview


def run_previews(database: Database) -> None:
    """One round of the clock: short steps, each in its transaction; after a crash the next goes on behind the last."""
    end = time.monotonic() + ROUND_S
    while _preview_some(database) and time.monotonic() < end:
        time.sleep(0)  # doors of this process may have waited


def _preview_some(database: Database) -> bool:
    with database.reading() as session:
        if Previews(session).unfinished() is None:
            return False
    with database.transaction() as session:
        previews, models = Previews(session), Models(session)
        preview = previews.unfinished()
        if preview is None:
            return False
        version = models.version(preview.model)
        if version.sha256 != preview.sha256:
            previews.forget(preview)  # the draft has changed since
            return True
        rows = previews.looked_at(preview.cursor, BUNCH)
        found = Comparison(models.compiled(version), models.get, models.names()).impacts(rows)
        previews.add([Impact(preview_id=preview.id, **one) for one in found])
        preview.advance(rows[-1].id if len(rows) == BUNCH else None, len(rows), found, database.now(session))
        return True


class Comparison:
    """A draft beside the versions that applications were checked with."""

    def __init__(self, draft: Model, get: Callable[[str], Model], known: Collection[str]) -> None:
        self._draft, self._get, self._known = draft, get, known
        self._pairs: dict[str, Pair] = {}

    def impacts(self, rows: Sequence[Any]) -> list[Found]:
        """Return what would change for `rows` of `Previews.looked_at`, nothing for those who would not notice."""
        return [found for row in rows if (found := self._impact(row))]

    def _impact(self, row: Any) -> Found | None:
        id_, number, status, use_case, pinned, text = row
        if pinned not in self._pairs:
            self._pairs[pinned] = Pair(steps(self._get, self._known, pinned, self._draft))
        changed = self._pairs[pinned].changed(json.loads(text))
        if changed is None:
            return None
        group = "open" if status not in APPROVED else "running" if use_case else "approved"
        return {
            "application_id": id_, "number": number, "group": group, "status": str(status), "use_case": use_case,
            "pinned": pinned, **changed,
        }  # fmt: skip


class Pair:
    """Two versions, the ends of `path`. Rules that say the same in both are asked only where something differs."""

    def __init__(self, path: Sequence[Model]) -> None:
        self._path, self._moves = path, moves(path)
        self._old, self._new = old, new = path[0], path[-1]
        same = unchanged(old, new)
        self._before, self._after = _without(old, same), _without(new, same)

    def changed(self, answers: Answers) -> Found | None:
        """Return the verdicts `before` and `after` and the `changes` of findings; None if there are none."""
        given = adopted_answers(answers, self._path)
        if given == answers and _severities(self._before.check(answers)) == _severities(self._after.check(answers)):
            return None
        before, after = self._old.check(answers), self._new.check(given)
        changes = list(_changes(_severities(before, self._moves), _severities(after)))
        return {"before": verdict(before), "after": verdict(after), "changes": changes} if changes else None


def _without(model: Model, same: Collection[str]) -> Judge:
    """Return what is left of the model without these rules, and without those that people judge."""
    rules = [rule for rule in model.public["rules"] if rule["id"] not in same and "requires" in rule]
    return Judge(model.version, model.schema, rules)


def _severities(
    findings: Sequence[Mapping[str, Any]], moved: Mapping[str, str] = MappingProxyType({})
) -> dict[tuple[str, str], str]:
    return {(one["rule"], moved.get(one["pointer"], one["pointer"])): one["severity"] for one in findings}


def _changes(before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]) -> Iterator[dict[str, Any]]:
    for key in sorted(before.keys() | after.keys()):
        was, becomes = before.get(key), after.get(key)
        if was != becomes:
            yield {"rule": key[0], "pointer": key[1], "from": was, "to": becomes}


def preview_everything(database: Database, draft: str, workers: int) -> Iterator[tuple[int, list[Found]]]:
    """Hold the document `draft` against all applications at once and yield (how many, what would change) as it goes.

    The database is only read, in short transactions; `workers` processes do the checking.
    """
    with database.reading() as session:
        pinned = {version.name: version.document for version in Models(session).all()}
    context = get_context("spawn")  # a fork would share the connections of this process
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare, initargs=(draft, pinned)) as pool:
        waiting: deque[tuple[int, Future[list[Found]]]] = deque()
        for rows in _bunches(database):
            waiting.append((len(rows), pool.submit(_work, [tuple(row) for row in rows])))
            if len(waiting) > AHEAD * workers:
                count, future = waiting.popleft()
                yield count, future.result()
        for count, future in waiting:
            yield count, future.result()


def _bunches(database: Database) -> Iterator[list[Any]]:
    after: UUID | None = None
    while True:
        with database.reading() as session:
            rows = Previews(session).looked_at(after, LARGE_BUNCH)
        if rows:
            yield rows
        if len(rows) < LARGE_BUNCH:
            return
        after = rows[-1].id


_WORKER: dict[str, Comparison] = {}


def _prepare(draft: str, pinned: Mapping[str, str]) -> None:
    """Compile what a worker needs, each version when it first meets it."""
    known: dict[str, Model] = {}

    def model(name: str) -> Model:
        if name not in known:
            known[name] = load(pinned[name], name)
        return known[name]

    _WORKER["comparison"] = Comparison(load(draft), model, pinned)


def _work(rows: Sequence[Any]) -> list[Found]:
    return _WORKER["comparison"].impacts(rows)

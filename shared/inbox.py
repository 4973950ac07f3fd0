"""What arrives takes effect once, in order per aggregate, and is never dropped unseen.

A message is, in one transaction, remembered and acted on. What fails waits with a due time; what cannot
succeed is parked, visible and replayable; later events of the same aggregate wait, nobody else's.
"""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, tuple_, update
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from shared import metrics
from shared.database import Database, open_messages, unavailable, write
from shared.delivery import Delivery, Key, Letter, TakenId, open_delivery, stranger_id
from shared.envelope import BrokenContract, Envelope, read, unseal
from shared.failpoints import reach
from shared.kernel import Event
from shared.logs import cause, correlation

log = logging.getLogger(__name__)

#: So many failures in a row mean that it is us, and not the messages: from then on one is tried from time to time.
FAILING = 10
#: Of what is too large to be an event of this house no more than this is kept, beside its size and SHA-256.
KEPT_BYTES = 16 * 2**20

#: Ten attempts within 24 hours, then parked.
WAITS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)
ERROR_LENGTH = 2000
#: What is not done: somebody, or time, has to do something about it.
OPEN = ("parked", "retry", "waiting")

Reaction = Callable[[Any, Session], None]
Reactions = Mapping[type[Event], Reaction]
#: Called with the new status in the transaction that gives it to a row: what the desk does is written down with it.
Note = Callable[[Session, str], None]
#: Called with all that is about to be acted on: what reactions will look for can be looked up in one go.
LookUp = Callable[[Sequence[Envelope], Session], None]


class NotYet(Exception):
    """A reaction needs what another teller has still to tell: no failure, it is tried again soon."""


class _Failed(Exception):
    """Of several letters the one at `place` cannot be acted on, and `why`."""

    def __init__(self, place: int, why: Exception) -> None:
        super().__init__(str(why))
        self.place, self.why = place, why


class Inbox:
    """The inbox of one service."""

    def __init__(
        self,
        service: str,
        database: Database,
        reactions: Reactions,
        again: Reactions | None = None,
        look_up: LookUp = lambda *_: None,
    ) -> None:
        self.service, self.database = service, database
        self.table, self.cursors = database.metadata.tables["inbox"], database.metadata.tables["cursors"]
        self.is_open = open_messages(self.table)
        self.reactions = {kind.name: (kind, react) for kind, react in reactions.items()}
        #: What to do about what is told again to this service: take the state over, and tell nobody a second time.
        self.again = {kind.name: (kind, react) for kind, react in (again or {}).items()}
        self.look_up = look_up
        self.failures = 0  # in a row, of messages that should have worked
        #: Called before each message while nothing works.
        self.before_probe: Callable[[], None] = lambda: None

    def apart(self) -> Inbox:
        """Return another one on the same rows: what fails in its hands says nothing about the listener."""
        return Inbox(
            self.service, self.database, dict(self.reactions.values()), dict(self.again.values()), self.look_up
        )

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Remember `deliveries` and act on them. Returns once all is committed: ack then.

        Raises only when the database is away; then nothing may be acked.
        """
        letters, unreadable = [], []
        for delivery in deliveries:
            try:
                letters.append(open_delivery(delivery))
            except BrokenContract as error:
                unreadable.append((delivery, error))
        if letters:
            self._take_letters(letters)
        if unreadable:
            self._park_unreadable(unreadable)

    def _take_letters(self, letters: Sequence[Letter]) -> None:
        if self.failures >= FAILING:
            self._probe(letters)
            return
        try:
            moved = self._apply_all(letters)
        except _Failed as failed:
            place, why = failed.place, failed.why
        except Exception as error:
            place, why = len(letters) // 2, error
        else:
            self.failures = 0
            self.run_waiting(moved)
            return
        self._take_apart(letters, place, why)  # out here: a failure that follows is no consequence of this one

    def _take_apart(self, letters: Sequence[Letter], place: int, error: Exception) -> None:
        """One bad letter must not hold up its neighbours: those before `place`, that one, and those behind it."""
        if len(letters) == 1:
            self._keep_or_park(letters[0], error)
            return
        for part in (letters[:place], letters[place : place + 1], letters[place + 1 :]):
            if part:
                self._take_letters(part)

    def _probe(self, letters: Sequence[Letter]) -> None:
        """Try one letter after the other, each after a pause, until one of them works."""
        for place, letter in enumerate(letters):
            self.before_probe()
            self.failures = FAILING - 1  # one more failure, and the next one is a probe, too
            self._take_letters([letter])
            if self.failures < FAILING and place + 1 < len(letters):
                self._take_letters(letters[place + 1 :])
                return

    def run_due(self) -> int:
        """Act again on what failed and is due, and on what waited and can go on. Returns how many."""
        rows = self._due_rows()
        for row in rows:
            if moved := self.run_row(row):
                self.run_waiting([moved])
        return len(rows)

    def run_waiting(self, keys: Iterable[Key]) -> None:
        """Act on what waited for the aggregates `keys`, as far as it goes without a gap."""
        for row in self.waiting_rows(list(keys)):
            self.run_row(row)

    def run_row(self, row: Row[Any], note: Note = lambda *_: None) -> Key | None:
        """Act on a row that is not done. Returns its aggregate if that moved on."""
        letter = Letter(row.teller, row.body, read(row.body))
        mine = self.table.c.event_id == row.event_id
        try:
            with self.database.transaction() as session:
                still = select(self.table.c.status, self.table.c.body).where(mine).with_for_update()
                found = session.execute(still).first()
                if found is None or found.status not in OPEN or found.body != row.body:
                    return None  # done, or edited, by somebody else meanwhile
                before = self.lock_cursors(session, [letter.key])
                after = dict(before)
                status = self.act(session, letter, after)
                changes = letter.row(status, row.received_at) | {"attempts": row.attempts + 1, "due_at": None}
                session.execute(update(self.table).where(mine).values(changes | {"error": None}))
                self._move(session, after, before)
                note(session, status)
        except Exception as error:
            self._keep_failure(letter, error, attempts=row.attempts + 1, note=note)
            return None
        metrics.inbox.labels(self.service, status).inc()
        return letter.key if after != before else None

    def open_ones(self) -> dict[str, tuple[int, float]]:
        """Return how many messages of each open status there are, and how many seconds the oldest has been here."""
        table, status = self.table, self.table.c.status
        query = select(status, func.count(), func.min(table.c.received_at)).where(self.is_open).group_by(status)
        with self.database.reading() as session:
            now = self.database.now(session)
            found = {row[0]: (row[1], (now - row[2]).total_seconds()) for row in session.execute(query)}
        return {one: found.get(one, (0, 0.0)) for one in OPEN}

    def skip(self, session: Session, key: Key, sequence: int) -> None:
        """Let the cursor of `key` pass `sequence` without an effect, if it is next in line."""
        before = self.lock_cursors(session, [key])
        if before.get(key, 0) == sequence - 1:
            self._move(session, {key: sequence}, before)

    def seen(self, session: Session, letters: Sequence[Letter]) -> dict[UUID, tuple[Any, ...]]:
        """Return what is known under the ids of `letters`: id to identity."""
        c = self.table.c
        wanted = c.event_id.in_([letter.event_id for letter in letters])
        rows = session.execute(select(c.event_id, c.teller, c.aggregate_id, c.sequence, c.type).where(wanted))
        return {row.event_id: tuple(row)[1:] for row in rows}

    def _apply_all(self, letters: Sequence[Letter]) -> list[Key]:
        """Run what is next in line, note what is not. Returns the aggregates that moved on."""
        with self.database.transaction("inbox") as session:
            at = self.database.now(session)
            seen = self.seen(session, letters)
            before = self.lock_cursors(session, [letter.key for letter in letters])
            after, rows = dict(before), []
            if len(letters) > 1:
                self.look_up([letter.envelope for letter in letters], session)
            for place, letter in enumerate(letters):
                if letter.event_id in seen:
                    if seen[letter.event_id] != letter.identity:
                        raise _Failed(place, TakenId(f"{letter.event_id} is the id of another event"))
                    metrics.inbox.labels(self.service, "duplicate").inc()
                    continue
                seen[letter.event_id] = letter.identity
                try:
                    rows.append(letter.row(self.act(session, letter, after), at))
                except Exception as error:
                    raise _Failed(place, error) from error
            write(session)
            reach("inbox.acted")
            if rows:
                session.execute(insert(self.table), rows)
            reach("inbox.kept")
            self._move(session, after, before)
        for row in rows:
            metrics.inbox.labels(self.service, row["status"]).inc()
        return [key for key in after if after[key] != before.get(key)]

    def act(self, session: Session, letter: Letter, cursors: dict[Key, int]) -> str:
        """Let `letter` take effect if it is its turn, and say what became of it."""
        last = cursors.get(letter.key, 0)
        again_to = letter.envelope.get("toldagainto")
        if letter.sequence <= last:
            return "skipped"
        if letter.sequence > last + 1 and again_to != self.service:
            return "waiting"
        correlation.set(letter.envelope.get("correlationid", "-"))
        cause.set(f"event {letter.event_id}")
        known = self._reactions(again_to).get(letter.envelope["type"])
        if known:
            kind, react = known
            react(unseal(kind, letter.envelope), session)
        cursors[letter.key] = letter.sequence
        return "processed" if known else "skipped"

    def _reactions(self, again_to: str | None) -> dict[str, tuple[type[Event], Reaction]]:
        if again_to is None:
            return self.reactions
        return self.again if again_to == self.service else {}

    def lock_cursors(self, session: Session, keys: Iterable[Key]) -> dict[Key, int]:
        """Of two listeners with one aggregate the second waits here, and then sees the first's work."""
        cursors = self.cursors
        query = (
            select(cursors)
            .where(tuple_(cursors.c.teller, cursors.c.aggregate_id).in_(sorted(set(keys), key=str)))
            .order_by(cursors.c.teller, cursors.c.aggregate_id)
            .with_for_update()
        )
        return {(row.teller, row.aggregate_id): row.sequence for row in session.execute(query)}

    def _move(self, session: Session, after: dict[Key, int], before: dict[Key, int]) -> None:
        cursors = self.cursors
        fresh = [
            {"teller": key[0], "aggregate_id": key[1], "sequence": sequence}
            for key, sequence in after.items()
            if key not in before
        ]
        if fresh:
            session.execute(insert(cursors), fresh)
        further = [
            {"of": key[0], "about": key[1], "now": sequence}
            for key, sequence in after.items()
            if before.get(key, sequence) != sequence
        ]
        if further:
            mine = (cursors.c.teller == bindparam("of")) & (cursors.c.aggregate_id == bindparam("about"))
            session.connection().execute(update(cursors).where(mine).values(sequence=bindparam("now")), further)

    def _keep_or_park(self, letter: Letter, error: Exception) -> None:
        """Keep a letter that failed; what the database cannot even keep is parked as the bytes it came in."""
        if not isinstance(error, TakenId):
            try:
                self._keep_failure(letter, error, attempts=1)
            except Exception as worse:
                if unavailable(worse):
                    raise
                error = worse
            else:
                self.failures += not isinstance(error, BrokenContract | DataError | NotYet)
                return
        self._park_unreadable([(Delivery(letter.teller, letter.body), error)])

    def _keep_failure(self, letter: Letter, error: Exception, *, attempts: int, note: Note = lambda *_: None) -> None:
        """Keep a letter that failed: to be tried again, or parked when trying cannot help."""
        hopeless = isinstance(error, BrokenContract | DataError) or attempts > len(WAITS_S)
        status = "parked" if hopeless else "retry"
        # What is no bug of ours needs no traceback: writing one takes longer than a good letter.
        bug = None if isinstance(error, NotYet | BrokenContract) else error
        log.error("%s of %s: %s at attempt %d", status, letter.event_id, error, attempts, exc_info=bug)
        with self.database.transaction() as session:
            at = self.database.now(session)
            wait = WAITS_S[min(attempts, len(WAITS_S)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311
            row = letter.row(status, at) | {
                "attempts": attempts,
                "due_at": None if hopeless else at + timedelta(seconds=wait),
                "error": _words_of(error),
            }
            there = self.table.c.event_id == letter.event_id
            kept = session.scalar(select(self.table.c.status).where(there).with_for_update())
            if kept is None:
                session.execute(insert(self.table).values(row))
            elif kept in OPEN:
                del row["body"], row["received_at"]  # they stay as they came, or as somebody has edited them meanwhile
                session.execute(update(self.table).where(there).values(row))
                note(session, status)
            reach("inbox.failing")
        metrics.inbox.labels(self.service, status).inc()

    def _park_unreadable(self, found: Sequence[tuple[Delivery, Exception]]) -> None:
        """Keep bytes nobody can act on, all in one transaction."""
        rows = {row["event_id"]: row for row in (_unreadable(*one) for one in found)}
        event_id = self.table.c.event_id
        with self.database.transaction() as session:
            at = self.database.now(session)
            known = set(session.scalars(select(event_id).where(event_id.in_(list(rows)))))
            fresh = [row | {"received_at": at} for key, row in rows.items() if key not in known]
            if fresh:
                session.execute(insert(self.table), fresh)
        for row in fresh:
            log.error("parked an unreadable message on the queue of %(teller)s as %(event_id)s: %(error)s", row)
        metrics.inbox.labels(self.service, "parked").inc(len(fresh))

    def _due_rows(self) -> list[Row[Any]]:
        table, cursors = self.table, self.cursors
        next_in_line = (
            (cursors.c.teller == table.c.teller)
            & (cursors.c.aggregate_id == table.c.aggregate_id)
            & (cursors.c.sequence >= table.c.sequence - 1)
        )
        first = (table.c.sequence == 1) | next_in_line
        with self.database.reading() as session:
            now = self.database.now(session)
            due = select(table).where(table.c.status == "retry", self.is_open, table.c.due_at <= now)
            ready = select(table).where(table.c.status == "waiting", self.is_open, first)
            chosen = (
                due.order_by(table.c.due_at),
                ready.outerjoin(cursors, next_in_line).order_by(table.c.sequence),
            )
            return [row for query in chosen for row in session.execute(query.limit(100))]

    def waiting_rows(self, keys: list[Key]) -> list[Row[Any]]:
        if not keys:
            return []
        table = self.table
        mine = tuple_(table.c.teller, table.c.aggregate_id).in_(keys)
        query = select(table).where(table.c.status == "waiting", self.is_open, mine).order_by(table.c.sequence)
        with self.database.reading() as session:
            return list(session.execute(query).all())


def _unreadable(delivery: Delivery, error: Exception) -> dict[str, Any]:
    cut = len(delivery.body) > KEPT_BYTES
    whole = f"; SHA-256 of the {len(delivery.body)} bytes: {hashlib.sha256(delivery.body).hexdigest()}" if cut else ""
    return {
        "event_id": stranger_id(delivery),
        "teller": delivery.teller,
        "status": "parked",
        "error": _words_of(error)[:1800] + whole,
        "body": delivery.body[:KEPT_BYTES],
    }


def _words_of(error: Exception) -> str:
    """Say what went wrong in characters every database keeps."""
    words = f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode()
    return words.replace("\x00", "\\0")[:ERROR_LENGTH]

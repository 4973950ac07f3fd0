"""What people do at the desk, each deed written down in the transaction that does it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from shared.contracts import EVENTS
from shared.database import Database, unavailable
from shared.delivery import Delivery, Letter, open_delivery
from shared.desk.looking import HIDDEN, digest
from shared.envelope import BrokenContract, complaints, read
from shared.inbox import Inbox
from shared.kernel import Conflict, Forbidden, Invalid, NotFound, Problem, Text
from shared.outbox import KEEP_DAYS
from shared.topology import tellers_of

OUTCOMES = {"processed": "effective", "skipped": "known", "waiting": "waiting", "parked": "failing", "retry": "failing"}


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts, and why."""

    subject: str
    reason: str = ""


HOUSE = Hand("house")


class _Undone(Exception):
    """Ends a transaction that was only to show what would happen."""


def write_down(
    session: Session, database: Database, action: str, hand: Hand, event_id: UUID | None = None, **more: Any
) -> None:
    """Add a line to the desk's log: `before` and `after` are hashes, `body` the message as it was, `details` JSON."""
    row = {"details": {}} | more
    row |= {"at": database.now(session), "actor": hand.subject, "action": action, "event_id": event_id}
    session.execute(insert(database.metadata.tables["desk_log"]).values(row | {"reason": hand.reason[:2000]}))


def log_of(database: Database, event_id: UUID | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """Return what was done at the desk, newest first; without messages as they were."""
    table = database.metadata.tables["desk_log"]
    columns = [column for column in table.c if column.name != "body"]
    query = select(*columns).order_by(table.c.position.desc()).limit(limit)
    if event_id is not None:
        query = query.where(table.c.event_id == event_id)
    with database.reading() as session:
        return [dict(row) for row in session.execute(query).mappings()]


def forget_originals(database: Database) -> None:
    """Drop what was edited more than 35 days ago; its hash stays."""
    table = database.metadata.tables["desk_log"]
    with database.transaction() as session:
        old = table.c.at < database.now(session) - timedelta(days=KEEP_DAYS)
        session.execute(update(table).where(table.c.body.is_not(None), old).values(body=None))


def replay(inbox: Inbox, event_id: UUID, hand: Hand = HOUSE) -> str:
    """Act on a parked or failed message now. Returns its status afterwards. Raises NotFound or Conflict."""
    row = _open(inbox, event_id)
    if row.aggregate_id is None:
        return _replay_unreadable(inbox, row, hand)

    def note(session: Session, status: str) -> None:
        if status in {"processed", "skipped"}:
            _forget_proposal(session, inbox, event_id)
        write_down(session, inbox.database, "retried", hand, event_id, details={"status": status})

    if moved := inbox.run_row(row, note):
        inbox.run_waiting([moved])
    return _status(inbox, event_id)


def rehearse(inbox: Inbox, rows: Iterable[Row[Any]]) -> Counter[str]:
    """Act on `rows` and what waits behind them, and undo it: {"effective", "known", "waiting", "failing"} counted.

    Nothing else happens: what reacts to a message touches the database and nothing beside it.
    """
    counts: Counter[str] = Counter()
    readable: list[Row[Any]] = []
    for row in rows:
        if row.aggregate_id is not None:
            readable.append(row)
            continue
        try:
            open_delivery(Delivery(row.teller, row.body))
            counts["effective"] += 1
        except BrokenContract:
            counts["failing"] += 1
    readable.sort(key=lambda row: (row.teller, str(row.aggregate_id)))
    for key, mine in groupby(readable, key=lambda row: (row.teller, row.aggregate_id)):
        with suppress(_Undone), inbox.database.transaction() as session:
            counts += _tried(inbox, session, key, list(mine))
            raise _Undone
    return counts


def _tried(inbox: Inbox, session: Session, key: Any, rows: list[Row[Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    cursors = inbox.lock_cursors(session, [key])
    known = {row.event_id for row in rows}
    behind = [row for row in inbox.waiting_rows([key]) if row.event_id not in known]
    for row in sorted([*rows, *behind], key=lambda row: row.sequence):
        if row in behind and row.sequence > cursors.get(key, 0) + 1:
            continue  # goes on waiting, and is none of those asked for
        before = dict(cursors)
        try:
            with session.begin_nested():
                status = inbox.act(session, Letter(row.teller, row.body, read(row.body)), cursors)
                session.flush()
        except Exception as error:
            if unavailable(error):
                raise
            cursors, status = before, "parked"
        counts[OUTCOMES[status]] += 1
    return counts


def edit(inbox: Inbox, event_id: UUID, text: bytes, hand: Hand, *, seen: str | None = None) -> str:
    """Replace the payload of a parked message by a corrected one, keep the original, and act on it.

    `text` is the payload as JSON; of bytes nobody could read, a whole envelope. Where a value is still HIDDEN the
    original stays. `seen` is the hash of what was corrected. Returns the status afterwards.
    Raises Invalid where it breaks the contract, Conflict where somebody was quicker.
    """
    before = _open(inbox, event_id)
    body, teller = _corrected(inbox, before, text)
    with inbox.database.transaction() as session:
        row = _open(inbox, event_id, session)
        if digest(row.body) != (seen or digest(before.body)):
            raise Conflict(
                Text(
                    de="Jemand anderes hat diese Nachricht inzwischen geändert.",
                    en="Somebody else has changed this message meanwhile.",
                ),
                code="state",
            )
        mine = inbox.table.c.event_id == event_id
        session.execute(update(inbox.table).where(mine).values(body=body, teller=teller))
        _forget_proposal(session, inbox, event_id)  # what was signed is not what lies there now
        hashes = {"before": digest(row.body), "after": digest(body)}
        write_down(session, inbox.database, "edited", hand, event_id, body=row.body, **hashes)
    return replay(inbox, event_id, hand)


def discard(inbox: Inbox, event_id: UUID, hand: Hand) -> bool:
    """Give a message up: one person proposes, another confirms. Returns whether it is gone, and its successors go on.

    Raises NotFound, Conflict, also while an earlier message of its aggregate is open, or Forbidden for the second
    signature of the same hand.
    """
    table, discards = inbox.table, inbox.database.metadata.tables["discards"]
    with inbox.database.transaction() as session:
        row = _open(inbox, event_id, session)
        _refuse_before_its_turn(inbox, session, row)
        signed, now = digest(row.body), inbox.database.now(session)
        first = session.execute(select(discards).where(discards.c.event_id == event_id)).first()
        if first is None or first.sha256 != signed:
            _forget_proposal(session, inbox, event_id)
            fresh = {"sha256": signed, "reason": hand.reason, "proposed_by": hand.subject, "proposed_at": now}
            session.execute(insert(discards).values(event_id=event_id, **fresh))
            write_down(session, inbox.database, "discard proposed", hand, event_id, before=signed)
            return False
        if first.proposed_by == hand.subject:
            raise Forbidden(
                Text(
                    de="Ihren eigenen Vorschlag bestätigt eine zweite Person.",
                    en="A second person confirms your own proposal.",
                ),
                code="four_eyes",
            )
        confirmed = {"confirmed_by": hand.subject, "confirmed_at": now}
        session.execute(update(discards).where(discards.c.event_id == event_id).values(confirmed))
        gone = {"status": "discarded", "due_at": None, "body": None, "error": f"discarded: {first.reason}"[:2000]}
        session.execute(update(table).where(table.c.event_id == event_id).values(gone))
        if row.aggregate_id is not None:
            inbox.skip(session, (row.teller, row.aggregate_id), row.sequence)
        both = {"proposed_by": first.proposed_by, "proposal": first.reason}
        write_down(session, inbox.database, "discarded", hand, event_id, before=signed, details=both)
    if row.aggregate_id is not None:
        inbox.run_waiting([(row.teller, row.aggregate_id)])
    return True


def _corrected(inbox: Inbox, row: Row[Any], text: bytes) -> tuple[bytes, str]:
    """Return the bytes of the corrected message and who told it. Raises Invalid."""
    if row.aggregate_id is None:
        return _corrected_whole(inbox, row, text)
    envelope = read(row.body)
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            raise TypeError("a payload is an object")  # noqa: TRY301
        kept = {key: envelope["data"].get(key) if value == HIDDEN else value for key, value in data.items()}
        _check(envelope["type"], kept)
        body = json.dumps(envelope | {"data": kept}, ensure_ascii=False).encode()
        read(body)
    except (ValueError, TypeError, BrokenContract) as error:
        raise _unreadable(error) from error
    return body, row.teller


def _corrected_whole(inbox: Inbox, row: Row[Any], text: bytes) -> tuple[bytes, str]:
    try:
        envelope = read(text)
        teller = row.teller if row.teller in tellers_of(inbox.service) else str(envelope["source"]).strip("/")
        if teller not in tellers_of(inbox.service):
            raise BrokenContract(f"{teller} tells {inbox.service} nothing")  # noqa: TRY301
        open_delivery(Delivery(teller, text))
    except BrokenContract as error:
        raise _unreadable(error) from error
    _check(envelope["type"], envelope["data"])
    return text, teller


def _check(name: str, data: dict[str, Any]) -> None:
    if name not in EVENTS:
        raise _unreadable(BrokenContract(f"there is no contract {name}"))
    places = [
        Problem(
            one.pointer,
            one.keyword,
            Text(
                de=f"{one.pointer} hält den Vertrag nicht ({one.keyword}): erwartet {json.dumps(one.expected)}",
                en=f"{one.pointer} breaks the contract ({one.keyword}): expected {json.dumps(one.expected)}",
            ),
        )
        for one in complaints(name, data)
    ]
    if places:
        text = Text(de="Auch der neue Inhalt hält den Vertrag nicht.", en="The new payload breaks the contract, too.")
        raise Invalid(text, code="contract", problems=places)


def _unreadable(error: Exception) -> Invalid:
    text = Text(de=f"Der neue Inhalt ist nicht lesbar: {error}", en=f"The new payload is not readable: {error}")
    return Invalid(text, code="contract")


def _replay_unreadable(inbox: Inbox, row: Row[Any], hand: Hand) -> str:
    """Perhaps a newer release can read the bytes: then they go on under their own id, and this row goes."""
    delivery, status = Delivery(row.teller, row.body), "parked"
    try:
        letter = open_delivery(delivery)
    except BrokenContract:
        letter = None
    if letter:
        inbox.take([delivery])
    with inbox.database.transaction() as session:
        # Not if its id is another event's: then it stays what it is.
        if letter and inbox.seen(session, [letter]) == {letter.event_id: letter.identity}:
            session.execute(delete(inbox.table).where(inbox.table.c.event_id == row.event_id))
            status = _status(inbox, letter.event_id, session)
        more = {"status": status} | ({"as": str(letter.event_id)} if letter else {})
        write_down(session, inbox.database, "retried", hand, row.event_id, details=more)
    return status


def _refuse_before_its_turn(inbox: Inbox, session: Session, row: Row[Any]) -> None:
    """What is given up has to be next in line: the cursor passes it now, or nobody behind it ever goes on."""
    if row.aggregate_id is None:
        return
    key = row.teller, row.aggregate_id
    last = inbox.lock_cursors(session, [key]).get(key, 0)
    if row.sequence > last + 1:
        raise Conflict(
            Text(
                de=f"Erst ist Nummer {last + 1} desselben Antrags an der Reihe, dann diese Nachricht mit Nummer "
                f"{row.sequence}.",
                en=f"Number {last + 1} of the same application comes first, and then this message, number "
                f"{row.sequence}.",
            ),
            code="state",
        )


def _forget_proposal(session: Session, inbox: Inbox, event_id: UUID) -> None:
    discards = inbox.database.metadata.tables["discards"]
    session.execute(delete(discards).where(discards.c.event_id == event_id, discards.c.confirmed_by.is_(None)))


def _status(inbox: Inbox, event_id: UUID, session: Session | None = None) -> str:
    query = select(inbox.table.c.status).where(inbox.table.c.event_id == event_id)
    if session is not None:
        return str(session.scalar(query))
    with inbox.database.reading() as fresh:
        return str(fresh.scalar(query))


def _open(inbox: Inbox, event_id: UUID, session: Session | None = None) -> Row[Any]:
    """Return the message if something can be done about it; locked, in a transaction."""
    query = select(inbox.table).where(inbox.table.c.event_id == event_id)
    if session is not None:
        row = session.execute(query.with_for_update()).first()
    else:
        with inbox.database.reading() as fresh:
            row = fresh.execute(query).first()
    if row is None:
        raise NotFound(
            Text(de="Diese Nachricht gibt es nicht.", en=f"There is no message {event_id}."), code="not_found"
        )
    if row.status not in {"parked", "retry"}:
        raise Conflict(
            Text(
                de=f"Diese Nachricht ist weder geparkt noch gescheitert, sondern {row.status}.",
                en=f"The message {event_id} is not parked or failed, but {row.status}.",
            ),
            code="state",
        )
    return row

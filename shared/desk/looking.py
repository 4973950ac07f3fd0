"""What lies open, and what one message looks like to somebody who has to do something about it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from shared.contracts import EVENTS
from shared.desk.advice import suggestion
from shared.envelope import BrokenContract, complaints, read, schema
from shared.inbox import Inbox

#: What stands in the place of a value that is, or may be, about a person.
HIDDEN = "(hidden)"
#: So many of the first bytes show what a message was meant to be, and nothing about anybody.
BEGINNING = 8
KEPT = (
    "event_id", "type", "teller", "aggregate_id", "sequence", "status", "attempts", "due_at", "received_at", "error",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which open messages; what is empty narrows nothing."""

    status: str | None = None
    type: str | None = None
    since: datetime | None = None
    aggregate_id: UUID | None = None


def open_rows(
    inbox: Inbox, status: str | None = None, limit: int = 100, wanted: Wanted | None = None
) -> list[Row[Any]]:
    """Return what is not done, oldest first; of one `status` if given, or as `wanted`."""
    query = _chosen(inbox, select(inbox.table), wanted or Wanted(status=status))
    with inbox.database.reading() as session:
        return list(session.execute(query.order_by(inbox.table.c.received_at, inbox.table.c.sequence).limit(limit)))


def how_many(inbox: Inbox, wanted: Wanted) -> int:
    with inbox.database.reading() as session:
        return session.scalar(_chosen(inbox, select(func.count()).select_from(inbox.table), wanted)) or 0


def types(inbox: Inbox) -> list[str]:
    """Return the types of events that lie open."""
    c = inbox.table.c
    with inbox.database.reading() as session:
        return sorted(filter(None, session.scalars(select(c.type).where(inbox.is_open).distinct())))


def find(inbox: Inbox, event_id: UUID) -> Row[Any] | None:
    """Return the message, open or done, or None."""
    with inbox.database.reading() as session:
        return session.execute(select(inbox.table).where(inbox.table.c.event_id == event_id)).first()


def listed(service: str, row: Row[Any]) -> dict[str, Any]:
    """Return what a list shows of a message."""
    return {"service": service} | {name: getattr(row, name) for name in KEPT}


def look(inbox: Inbox, row: Row[Any], *, personal: bool = False) -> dict[str, Any]:
    """Return all there is to know about a message; what is about a person only if `personal`.

    Adds: {"envelope": without data, or None, "data", "bytes": {"size", "sha256", "begins"}, "text": of what is no
    event, "complaints": [{"pointer", "keyword", "expected"}], "correlation", "waiting": successors, "discard": the
    first signature or None, "suggestion": Text}.
    """
    whole = listed(inbox.service, row) | _content(row.body, personal=personal)
    waiting = _waiting_behind(inbox, row)
    return whole | {
        "waiting": waiting,
        "discard": _proposal(inbox, row.event_id),
        "suggestion": suggestion(row, whole["complaints"], inbox.service),
    }


def digest(body: bytes | None) -> str | None:
    return hashlib.sha256(body).hexdigest() if body is not None else None


def shown_data(name: str, data: dict[str, Any], *, personal: bool) -> dict[str, Any]:
    """Return a payload with values hidden that are about a person, or that no contract knows."""
    if personal:
        return data
    known = schema(name) if name in EVENTS else {}
    open_ = set(known.get("properties", ())) - set(known.get("x-personal", ()))
    return {key: value if key in open_ else HIDDEN for key, value in data.items()}


def _content(body: bytes | None, *, personal: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "envelope": None, "data": None, "text": None, "complaints": [], "correlation": None, "bytes": None,
    }  # fmt: skip
    if body is None:
        return found
    found["bytes"] = {"size": len(body), "sha256": digest(body), "begins": body[:BEGINNING].hex(" ")}
    try:
        envelope = read(body)
    except BrokenContract:
        return found | {"text": body.decode("utf-8", "backslashreplace") if personal else HIDDEN}
    name, data = envelope["type"], envelope["data"]
    found["complaints"] = [asdict(one) for one in complaints(name, data)] if name in EVENTS else []
    return found | {
        "envelope": {key: value for key, value in envelope.items() if key in _ENVELOPE},
        "data": shown_data(name, data, personal=personal),
        "correlation": envelope.get("correlationid"),
    }


_ENVELOPE = ("specversion", "id", "source", "type", "subject", "sequence", "time", "correlationid", "toldagainto")


def as_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=str)


def _chosen(inbox: Inbox, query: Select[Any], wanted: Wanted) -> Select[Any]:
    c = inbox.table.c
    query = query.where(inbox.is_open)
    if wanted.status:
        query = query.where(c.status == wanted.status)
    if wanted.type:
        query = query.where(c.type == wanted.type)
    if wanted.since:
        query = query.where(c.received_at >= wanted.since)
    if wanted.aggregate_id:
        query = query.where(c.aggregate_id == wanted.aggregate_id)
    return query


def _waiting_behind(inbox: Inbox, row: Row[Any]) -> list[dict[str, Any]]:
    if row.aggregate_id is None:
        return []
    c = inbox.table.c
    mine = (c.teller == row.teller) & (c.aggregate_id == row.aggregate_id) & (c.sequence > row.sequence)
    query = (
        select(c.event_id, c.type, c.sequence).where(mine, inbox.is_open, c.status == "waiting").order_by(c.sequence)
    )
    with inbox.database.reading() as session:
        return [dict(one._mapping) for one in session.execute(query)]  # noqa: SLF001 - the documented way to a dict


def _proposal(inbox: Inbox, event_id: UUID) -> dict[str, Any] | None:
    table = inbox.database.metadata.tables["discards"]
    with inbox.database.reading() as session:
        found = session.execute(select(table).where(table.c.event_id == event_id)).mappings().first()
    return dict(found) if found else None

"""Idempotency-Key: the same question gets the same answer, and happens once.

The answer is kept in the transaction that made it; two at the same time meet at the primary key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from shared.database import Database
from shared.failpoints import reach
from shared.kernel import DomainError, Text
from shared.web.answers import Answer
from shared.web.asking import Ask
from shared.web.errors import HttpError

T = TypeVar("T")

KEEP_DAYS = 7


def once(
    database: Database,
    ask: Ask,
    authorize: Callable[[Session], T],
    act: Callable[[Session, T], Answer],
    *,
    key: str | None = None,
) -> Answer:
    """Let `authorize` find what is asked about, then `act` on it in the same transaction, once per key.

    `key` is given by forms; programs send it as a header. Raises 400 without a key, 422 for a key with another body.
    """
    reach("door.parsed")
    with suppress(DomainError):  # said in its turn; looked up here, before a transaction holds a connection
        _ = ask.caller
    try:
        answer = _once(database, ask, authorize, act, key)
    except (IntegrityError, StaleDataError) as error:
        if isinstance(error, IntegrityError) and "idempotency" not in str(error.orig).lower():
            raise
        # A twin with the same key, or somebody else, has just committed: now we find its answer, or hear 412.
        answer = _once(database, ask, authorize, act, key)
    reach("door.committed")
    return answer


def _once(
    database: Database,
    ask: Ask,
    authorize: Callable[[Session], T],
    act: Callable[[Session, T], Answer],
    given: str | None,
) -> Answer:
    table = database.metadata.tables["idempotency"]
    with database.transaction("door") as session:
        thing = authorize(session)
        row = {
            "scope": ask.scope,
            "route": f"{ask.request.method} {ask.request.path}"[:200],
            "key": ask.idempotency_key(given),
        }
        before = session.execute(
            select(table.c.request_hash, table.c.status, table.c.answer).where(
                table.c.scope == row["scope"], table.c.route == row["route"], table.c.key == row["key"]
            )
        ).first()
        if before:
            return _replay(before.request_hash, before.status, before.answer, ask)
        answer = act(session, thing)
        session.flush()
        reach("door.changed")
        kept = {
            "body": answer.body,
            "etag": answer.etag,
            "headers": answer.headers,
            "token_for": answer.token_for,
            "key_for": answer.key_for,
        }
        done = {"request_hash": ask.fingerprint, "status": answer.status, "created_at": datetime.now(UTC)}
        session.execute(insert(table), [row | done | {"answer": json.dumps(kept, ensure_ascii=False)}])
        return answer


def _replay(request_hash: str, status: int, kept: str, ask: Ask) -> Answer:
    if request_hash != ask.fingerprint:
        text = Text(
            de="Dieser Idempotency-Key wurde schon mit einem anderen Inhalt benutzt.",
            en="This Idempotency-Key was already used with another body.",
        )
        raise HttpError(422, "idempotency_key_reused", text)
    answer = json.loads(kept)
    answer["headers"] = answer["headers"] | {"Idempotent-Replayed": "true"}
    return Answer(status=status, **answer)


def forget_old(database: Database) -> None:
    """Delete keys older than seven days."""
    table = database.metadata.tables["idempotency"]
    with database.transaction() as session:
        old = database.now(session) - timedelta(days=KEEP_DAYS)
        session.execute(delete(table).where(table.c.created_at < old))
        reach("retention.deleted")

"""Every kind of message nobody should send, through a real broker and listener: the process lives, neighbours go on."""

from __future__ import annotations

import logging
import struct
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import amqp
import pytest
from sqlalchemy import select

from services.catalog import tables
from services.catalog.handlers import REACTIONS
from shared.broker import Broker
from shared.inbox import Inbox
from shared.listener import Listener
from tests.integration.conftest import OpenDatabase
from tests.integration.test_delivery import playing
from tests.support.hub import wait_for
from tests.support.poison import COPY, PARKED, PROCESSED, Poison, all_kinds, good, spoiled

AT_ONCE = 25
HEADERS_FLAG, CONTENT_TYPE_FLAG = 1 << 13, 1 << 15


class Raw(amqp.Message):
    """A message whose header table is given as bytes."""

    def __init__(self, poison: Poison) -> None:
        super().__init__(poison.body, application_headers=poison.headers, **{"delivery_mode": 2, **poison.properties})
        self.table = poison.raw_headers

    def _serialize_properties(self) -> bytes:
        if not self.table:
            return super()._serialize_properties()
        return struct.pack(">H", HEADERS_FLAG) + struct.pack(">I", len(self.table)) + self.table


def send(broker: Broker, messages: Sequence[Poison]) -> dict[UUID, datetime]:
    """Publish them in this order with a good neighbour behind each; returns when each neighbour was sent."""
    sent: dict[UUID, datetime] = {}
    with broker.connection() as connection:
        channel = connection.connection.channel()
        channel.confirm_select()
        for poison in messages:
            channel.basic_publish_confirm(Raw(poison), "onboarding.events", "poison", mandatory=True)
            neighbour = spoiled("neighbour", PROCESSED, good())
            assert neighbour.id
            sent[neighbour.id] = datetime.now(UTC)
            channel.basic_publish_confirm(Raw(neighbour), "onboarding.events", "good", mandatory=True)
    return sent


def test_the_list_has_at_least_a_hundred_kinds_and_no_name_twice() -> None:
    kinds = Counter(poison.name for poison in all_kinds())

    assert len(kinds) >= 100
    assert [name for name, count in kinds.items() if count > 1] == []


def test_every_kind_of_poison_ends_as_the_list_says_and_delays_no_neighbour(
    open_database: OpenDatabase, rabbit: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database("catalog", tables.metadata)
    inbox, kinds = Inbox("catalog", database, REACTIONS), all_kinds()
    listener = Listener(inbox, rabbit)

    with caplog.at_level(logging.WARNING, "shared.listener"), playing(listener):
        sent: dict[UUID, datetime] = {}
        for start in range(0, len(kinds), AT_ONCE):
            sent |= send(rabbit, kinds[start : start + AT_ONCE])
            kept = sum(poison.becomes != COPY for poison in kinds[: start + AT_ONCE])
            assert wait_for(lambda: len(rows_of(inbox)) == kept + len(sent)), (len(rows_of(inbox)), kept + len(sent))

    rows = rows_of(inbox)
    assert [record.getMessage() for record in caplog.records if record.name == "shared.listener"] == []
    assert wrong(kinds, rows, sqlite=database.sqlite) == []
    late = [rows[id_][0] for id_ in sent if rows[id_][0] != PROCESSED]
    assert late == []
    slowest = max((rows[id_][1] - at).total_seconds() for id_, at in sent.items())
    print(
        f"\n{len(kinds)} kinds of poison; the slowest of {len(sent)} good neighbours took effect after {slowest:.2f} s"
    )
    assert effects(inbox) == sum(status == PROCESSED for status, _, _ in rows.values())


def rows_of(inbox: Inbox) -> dict[UUID, tuple[str, datetime, bytes | None]]:
    table = inbox.table
    query = select(table.c.event_id, table.c.status, table.c.received_at, table.c.body)
    with inbox.database.reading() as session:
        return {row.event_id: (row.status, row.received_at, row.body) for row in session.execute(query)}


def wrong(
    kinds: Sequence[Poison], rows: dict[UUID, tuple[str, datetime, bytes | None]], *, sqlite: bool
) -> list[tuple[str, str, list[str]]]:
    """Return name, what should have become of it, and what did."""
    kept: dict[bytes, list[str]] = {}
    for status, _, body in rows.values():
        if body is not None:
            kept.setdefault(bytes(body), []).append(status)
    found = []
    for poison in kinds:
        expected = (poison.on_sqlite if sqlite else "") or poison.becomes
        became = kept.get(poison.body, [])
        if expected != PARKED and poison.id in rows:
            became = [rows[poison.id][0]]
        if expected not in {COPY, *became} or (expected == PARKED and became != [PARKED]):
            found.append((poison.name, expected, became))
    return found


def effects(inbox: Inbox) -> int:
    with inbox.database.reading() as session:
        return len(session.scalars(select(tables.use_cases.c.id).where(~tables.use_cases.c.pinned)).all())

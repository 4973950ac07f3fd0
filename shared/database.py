"""One transaction per command: the change and what it has to tell, or neither.

The same code runs on SQLite (embedded) and PostgreSQL. What differs stands in `_open_sqlite` and `_open_postgresql`.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    create_engine,
    event,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from shared.envelope import seal
from shared.failpoints import reach
from shared.kernel import Aggregate
from shared.logs import cause, correlation

NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

#: How long a writer waits for the one write lock of a SQLite file before the door says 503.
SQLITE_PATIENCE_S = 5.0

POSTGRES_OPTIONS = "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000"

#: SQLite only counts up a key that is exactly INTEGER.
Position = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC, also on SQLite, which forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC) if value else None


def house_metadata() -> MetaData:
    """Metadata with the house's constraint names and the tables that every service has."""
    metadata = MetaData(naming_convention=NAMES)
    _add_outbox(metadata)
    _add_inbox(metadata)
    _add_desk(metadata)
    Table("runs", metadata, Column("number", Integer, primary_key=True), Column("started_at", Moment, nullable=False))
    Table(
        "idempotency",
        metadata,
        Column("scope", String(200), primary_key=True),
        Column("route", String(200), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("request_hash", String(64), nullable=False),
        Column("status", Integer),
        Column("answer", Text),
        Column("created_at", Moment, nullable=False, index=True),
    )
    return metadata


def _add_outbox(metadata: MetaData) -> None:
    outbox = Table(
        "outbox",
        metadata,
        Column("position", Position, primary_key=True, autoincrement=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("aggregate_id", Uuid, nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("type", String(200), nullable=False),
        Column("envelope", Text, nullable=False),
        Column("created_at", Moment, nullable=False),
        Column("published_at", Moment),
        Column("run", Integer),  # of the relay that published it
        Column("attempts", Integer, nullable=False, server_default="0"),  # how often the broker refused it
        Column("due_at", Moment),  # when to offer it again
        Column("error", String(200)),
        Column("cause", String(200)),  # the door and its command, or the event that was heard
        UniqueConstraint("aggregate_id", "sequence"),
    )
    unpublished = outbox.c.published_at.is_(None)
    Index("ix_outbox_unpublished", outbox.c.position, postgresql_where=unpublished, sqlite_where=unpublished)
    refused = unpublished & (outbox.c.attempts > 0)
    Index("ix_outbox_refused", outbox.c.aggregate_id, postgresql_where=refused, sqlite_where=refused)


def _add_inbox(metadata: MetaData) -> None:
    inbox = Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("teller", String(100), nullable=False),
        Column("type", String(200), nullable=False, default=""),
        Column("aggregate_id", Uuid),
        Column("sequence", Integer),
        Column("status", String(20), nullable=False),  # processed skipped waiting retry parked discarded
        Column("attempts", Integer, nullable=False, default=0),
        Column("due_at", Moment),
        Column("error", String(2000)),
        Column("body", LargeBinary),  # only while somebody still needs it
        Column("received_at", Moment, nullable=False),
    )
    open_ = open_messages(inbox)
    Index("ix_inbox_open", inbox.c.status, inbox.c.aggregate_id, postgresql_where=open_, sqlite_where=open_)
    Table(
        "cursors",
        metadata,
        Column("teller", String(100), primary_key=True),
        Column("aggregate_id", Uuid, primary_key=True),
        Column("sequence", Integer, nullable=False),
    )


def open_messages(inbox: Table) -> ColumnElement[bool]:
    """What is not done, in the very words of its index: with other words SQLite reads all there ever was."""
    return inbox.c.status.in_([literal_column(f"'{one}'") for one in ("waiting", "retry", "parked")])


def _add_desk(metadata: MetaData) -> None:
    Table(
        "desk_log",
        metadata,
        Column("position", Position, primary_key=True, autoincrement=True),
        Column("at", Moment, nullable=False),
        Column("actor", String(200), nullable=False),
        Column("action", String(20), nullable=False),
        Column("event_id", Uuid, index=True),
        Column("reason", String(2000), nullable=False),
        Column("details", JSON, nullable=False),
        Column("before", String(64)),  # SHA-256 of the message
        Column("after", String(64)),
        Column("body", LargeBinary),  # as it was before somebody edited it
    )
    Table(
        "discards",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("sha256", String(64), nullable=False),  # of the message that was signed
        Column("reason", String(2000), nullable=False),
        Column("proposed_by", String(200), nullable=False),
        Column("proposed_at", Moment, nullable=False),
        Column("confirmed_by", String(200)),
        Column("confirmed_at", Moment),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="four_eyes"),
    )


class Database:
    """The engine of one service and the only places where transactions begin and end."""

    def __init__(self, url: str, metadata: MetaData) -> None:
        self.url, self.metadata = make_url(url), metadata
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _open_sqlite(self.url) if self.sqlite else _open_postgresql(self.url)
        self.lock: Any = _file_lock(self.url.database or "") if self.sqlite else nullcontext()
        #: Called after a commit that left something to tell.
        self.on_told: Callable[[], None] = lambda: None

    @contextmanager
    def transaction(self, of: str = "") -> Iterator[Session]:
        """Commit on leaving, roll back on any error. What aggregates recorded goes to the outbox.

        `of` names whose transaction it is to failpoints.
        """
        with self.lock, self._session() as session, session.begin():
            yield session
            write(session)
            told = self._keep_events(session)
            if told:
                reach(f"{of}.told")
            reach(f"{of}.ready")
        if told:
            self.on_told()

    def _session(self) -> Session:
        # Flushing before every question would write a batch row by row; who asks for what they just added flushes.
        return Session(self.engine, expire_on_commit=False, autoflush=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing, and on SQLite waits for no writer."""
        with Session(self.engine.execution_options(read_only=True), expire_on_commit=False) as session:
            yield session

    def now(self, session: Session) -> datetime:
        """Return the database's clock, which decides what is due."""
        if self.sqlite:
            return datetime.now(UTC)
        moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def clock(self) -> ColumnElement[datetime]:
        """Return the database's clock as a part of a query."""
        return literal(datetime.now(UTC), Moment()) if self.sqlite else func.statement_timestamp()

    def dispose(self) -> None:
        self.engine.dispose()

    def _keep_events(self, session: Session) -> bool:
        outbox, at = self.metadata.tables["outbox"], datetime.now(UTC)
        again_to: str | None = session.info.get("again_to")
        rows = [
            {
                "event_id": UUID(envelope["id"]),
                "aggregate_id": aggregate.id,
                "sequence": sequence,
                "type": fact.name,
                "envelope": json.dumps(envelope, ensure_ascii=False),
                "created_at": at,
                "cause": why,
            }
            for aggregate, trace, why in session.info.pop("aggregates", ())
            for sequence, fact in aggregate.collect_events()
            for envelope in [seal(fact, subject=aggregate.id, sequence=sequence, correlation=trace, again_to=again_to)]
        ]
        if rows:
            session.execute(insert(outbox), rows)
        return bool(rows)


def hold(session: Session, aggregate: Aggregate) -> None:
    """Register an aggregate that a repository hands out: a session forgets what it only lent."""
    held: list[tuple[Aggregate, str, str]] = session.info.setdefault("aggregates", [])
    if not any(one is aggregate for one, _, _ in held):
        held.append((aggregate, correlation.get(), cause.get()))  # of a batch each has its own


def write_later(session: Session, table: Table, row: dict[str, Any]) -> None:
    """Write `row` with the others of its table, in one statement: an object for each costs ten times as much."""
    session.info.setdefault("rows", {}).setdefault(table, []).append(row)


def write(session: Session) -> None:
    """Write all that this session has gathered."""
    session.flush()
    gathered: dict[Table, list[dict[str, Any]]] = session.info.pop("rows", {})
    for table, rows in gathered.items():
        session.execute(insert(table), rows)


def tell_again(session: Session, listener: str) -> None:
    """Let all that this transaction tells be for `listener` alone, who goes on from there whatever it missed."""
    session.info["again_to"] = listener


def unavailable(error: BaseException) -> bool:
    """Whether `error` means that the database is away, busy or full, and not that we asked nonsense."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, OperationalError):
        return isinstance(error, DBAPIError) and error.connection_invalidated
    return "no such" not in str(error.orig)  # SQLite also says "no such table" this way


def lock_timed_out(error: OperationalError) -> bool:
    """Whether PostgreSQL gave up waiting for somebody else's lock (SQLSTATE 55P03)."""
    return getattr(error.orig, "pgcode", None) == "55P03"


_LOCKS: dict[str, threading.Lock] = {}


def _file_lock(path: str) -> threading.Lock:
    return _LOCKS.setdefault(str(Path(path).resolve()), threading.Lock())


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, pool_size=5, max_overflow=30, pool_timeout=3, connect_args={"timeout": 0.05}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("read_only"):
            connection.exec_driver_sql("BEGIN")
            return
        _begin_writing(connection)

    return engine


def _begin_writing(connection: Any) -> None:
    """Take the write lock. Another process (a backup, `hub`) may hold it; waiting in C would stop every greenlet."""
    patience = time.monotonic() + SQLITE_PATIENCE_S
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _open_postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,  # they may be personal, and errors are logged
        pool_size=10,
        max_overflow=0,
        pool_timeout=3,
        pool_use_lifo=True,
        executemany_mode="values_plus_batch",  # many rows, one round trip
        connect_args={"options": POSTGRES_OPTIONS, "connect_timeout": 5},
    )


def ping(database: Database) -> None:
    """Raise unless the database answers."""
    with database.reading() as session:
        session.execute(text("SELECT 1"))

"""Which credentials have ended, and whose API keys there are: asked by doors, written by who hears of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import JSON, Column, Date, Integer, MetaData, String, Table, Uuid, delete, insert, select, update
from sqlalchemy.orm import Session

from shared.auth import FIRST, Caller, applicant
from shared.contracts.people import KeyIssued, StandingChanged
from shared.database import Database, Moment
from shared.inbox import Reactions

READ, WRITE = "applications:read", "applications:write"
SCOPES = (READ, WRITE)


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as every service knows it; of the key itself only the hash."""

    id: UUID
    subject: str
    sha256: str
    scopes: tuple[str, ...]
    expires_at: datetime

    @property
    def caller(self) -> Caller:
        return applicant(self.subject)

    @property
    def name(self) -> str:
        """What it is called where endings are noted."""
        return f"key:{self.id}"

    def opens(self, token: str, at: datetime) -> bool:
        made = hashlib.sha256(token.encode()).hexdigest()
        return at < self.expires_at and secrets.compare_digest(made, self.sha256)


_own = MetaData()
standings = Table(
    "standings",
    _own,
    Column("name", String(200), primary_key=True),
    Column("generation", Integer, nullable=False),
)
keys = Table(
    "keys",
    _own,
    Column("id", Uuid, primary_key=True),
    Column("subject", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("last_used_on", Date),
)


def register_tables(metadata: MetaData) -> None:
    """Add the tables of a service that hears what ended and what was issued; who tells of it may keep more in them."""
    for table in (standings, keys):
        table.to_metadata(metadata)


class Register:
    """The register of one service, in its tables `standings` and `keys`."""

    def __init__(self, database: Database, later: Callable[..., object]) -> None:
        self.database, self.later = database, later  # `later` does something when nobody waits for it

    def has_ended(self, born: dict[str, int]) -> bool:
        """Whether a credential has: `born` is the generation of everything it stands on."""
        with self.database.reading() as session:
            now = generations(session, born)
        return any(now[name] > generation for name, generation in born.items())

    def generation(self, name: str) -> int:
        with self.database.reading() as session:
            return generations(session, [name])[name]

    def key(self, token: str) -> Key | None:
        """Return the key that `token` is, None for one that is none, or is over. Notes the day it is used."""
        try:
            id_ = UUID(hex=token.split("_")[1])
        except (IndexError, ValueError):
            return None
        with self.database.reading() as session:
            row = session.execute(select(keys).where(keys.c.id == id_)).first()
        found = Key(row.id, row.subject, row.sha256, tuple(row.scopes), row.expires_at) if row else None
        now = datetime.now(UTC)
        if row is None or found is None or not found.opens(token, now) or self.has_ended({found.name: FIRST}):
            return None
        if row.last_used_on != now.date():
            self.later(self._note_use, id_, now.date())  # not now: who asks may be in a transaction already
        return found

    def _note_use(self, id_: UUID, day: date) -> None:
        with self.database.transaction() as session:
            session.execute(update(keys).where(keys.c.id == id_).values(last_used_on=day))


def generations(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return the generation of each name; the first unless something has ended."""
    wanted = list(names)
    found = session.execute(
        select(standings.c.name, standings.c.generation).where(standings.c.name.in_(wanted))
    ).tuples()
    return dict.fromkeys(wanted, FIRST) | dict(found.all())


def on_standing_changed(event: StandingChanged, session: Session) -> None:
    session.execute(delete(standings).where(standings.c.name == event.of))
    session.execute(insert(standings).values(name=event.of, generation=event.generation))


def on_key_issued(event: KeyIssued, session: Session) -> None:
    session.execute(delete(keys).where(keys.c.id == event.key_id))
    values = {"id": event.key_id, "subject": event.subject, "sha256": event.sha256, "scopes": list(event.scopes)}
    session.execute(insert(keys).values(values | {"expires_at": event.expires_at}))


#: What every service does that has a register and hears of it.
HEARD: Reactions = {StandingChanged: on_standing_changed, KeyIssued: on_key_issued}

"""What is true of credentials: in which generation each stands, which API keys there are, and what a form waits for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from shared.auth import FIRST, Keyring
from shared.contracts import people as told
from shared.kernel import Aggregate, Invalid, Problem, Text

MOST_KEYS, MOST_MONTHS = 2, 12
KEPT_FOR = timedelta(hours=12)
KEPT_BYTES = 128 * 1024
KEPT_EACH, KEPT_IN_ALL = 5, 2000


@dataclass(eq=False, kw_only=True)
class Standing(Aggregate):
    """In which generation the credentials of a subject, a session (`session:…`) or a key (`key:…`) are."""

    id: UUID
    name: str
    generation: int = FIRST
    version: int = field(default=1)
    sequence: int = 0

    @classmethod
    def of(cls, name: str) -> Standing:
        return cls(id=uuid5(NAMESPACE_URL, f"urn:innovationshub:standing:{name}"), name=name)

    def end_all(self, at: datetime) -> None:
        """End all credentials made so far."""
        self.generation += 1
        self.tell(at)

    def tell(self, at: datetime) -> None:
        self.record(told.StandingChanged(standing_id=self.id, of=self.name, generation=self.generation, changed_at=at))


@dataclass(eq=False, kw_only=True)
class ApiKey(Aggregate):
    """A key for programs of one subject. Kept is its hash."""

    id: UUID
    subject: str
    name: str
    sha256: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None = None
    ended_at: datetime | None = None
    version: int = field(default=1)
    sequence: int = 0

    @classmethod
    def issue(
        cls, keyring: Keyring, *, subject: str, name: str, scopes: list[str], months: int, at: datetime
    ) -> ApiKey:
        id_ = uuid4()
        hashed = hashlib.sha256(keyring.api_key(id_).encode()).hexdigest()
        key = cls(
            id=id_, subject=subject, name=name, sha256=hashed, scopes=sorted(scopes), created_at=at,
            expires_at=at + timedelta(days=30 * months),
        )  # fmt: skip
        key.tell()
        return key

    def is_live(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def tell(self) -> None:
        self.record(
            told.KeyIssued(
                key_id=self.id, subject=self.subject, sha256=self.sha256, scopes=tuple(self.scopes),
                expires_at=self.expires_at, issued_at=self.created_at,
            )
        )  # fmt: skip


@dataclass(eq=False, kw_only=True)
class KeptForm:
    """What somebody sent when nobody was signed in; only the browser that sent it gets it back."""

    id: UUID
    browser: str
    path: str
    fields: dict[str, list[str]]
    at: datetime


def need_room(live: int) -> None:
    """Raise Invalid if there are two live keys already: one is in use, one takes over."""
    if live >= MOST_KEYS:
        text = Text(
            de=f"Sie haben schon {MOST_KEYS} Schlüssel. Beenden Sie erst einen davon.",
            en=f"You have {MOST_KEYS} keys already. End one of them first.",
        )
        raise Invalid(text, code="too_many_keys", problems=[Problem("/name", "too_many_keys", text)])

"""What every domain is made of: texts in two languages, errors, events, aggregates.

The error tree; the HTTP status each becomes is decided once, in `shared.web.problem`:

    DomainError            safe to show to the person who asked
    ├── Unauthenticated    401  nobody is known to ask
    ├── Forbidden          403  the right person in the wrong role
    ├── NotFound           404  does not exist, or is somebody else's
    ├── Conflict           409  not in this state
    └── Invalid            422  the content, with one `Problem` per place
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people, in both languages of the house."""

    de: str
    en: str

    def in_(self, language: str) -> str:
        """Return the sentence in `language`, German for any language but English."""
        return self.en if language == "en" else self.de

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True)
class Problem:
    """One place that is wrong: an RFC 6901 pointer, a code for programs, a sentence for people."""

    pointer: str
    code: str
    text: Text
    more: dict[str, Any] | None = None


class DomainError(Exception):
    """A rule said no. `text` is safe to show, `code` never changes with the language."""

    def __init__(self, text: Text, *, code: str) -> None:
        super().__init__(text.en)
        self.text, self.code = text, code


class Unauthenticated(DomainError):
    """Nobody, or nobody we know, is asking."""


class Forbidden(DomainError):
    """We know who is asking, and they may not."""


class NotFound(DomainError):
    """There is no such thing, or it is somebody else's: both look the same from outside."""


class Conflict(DomainError):
    """The thing is not in a state in which this can happen."""


class Invalid(DomainError):
    """The content is wrong in one or more places."""

    def __init__(self, text: Text, *, code: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(text, code=code)
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that happened. Fields are JSON-ready after `shared.envelope` sealed them."""

    name: ClassVar[str]


class Aggregate:
    """A thing with an identity that changes as one and tells what happened to it.

    `version` counts the changes of its row and is the ETag; `sequence` counts its events, gapless
    from 1, and is what listeners order by.
    """

    id: UUID
    version: int
    sequence: int

    def record(self, event: Event) -> None:
        """Take the next sequence number and keep `event` until the transaction collects it."""
        # A loaded aggregate never ran __init__, so the list is made when it is first needed.
        self.sequence = (self.sequence or 0) + 1
        self.__dict__.setdefault("_recorded", []).append((self.sequence, event))

    def collect_events(self) -> list[tuple[int, Event]]:
        """Return `(sequence, event)` of all that was recorded since the last call."""
        recorded: list[tuple[int, Event]] = self.__dict__.pop("_recorded", [])
        return recorded

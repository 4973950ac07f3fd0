"""What is true of a use case in the public catalog."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.catalog import UseCaseListed
from shared.contracts.onboarding import ApplicationApproved
from shared.kernel import Aggregate

STAGES = (
    "need",
    "idea",
    "concept",
    "test",
    "selection",
    "evaluation",
    "mvp",
    "operation",
    "replaced",
    "ended",
)
#: The right that a re-check pauses to take an entry out of sight.
LISTING = "listing"
SLUG_LENGTH = 80
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(eq=False, kw_only=True)
class UseCase(Aggregate):
    """One entry. `themes` and `strategies` are separated by spaces; `search` is what a search looks into.

    `alignment` says which passage of each strategy it serves: `[{"strategy", "passage" or None}]`.
    `conforming_until` is set while a re-check waits to be cured, `paused_rights` (separated by spaces) after that.
    """

    id: UUID
    application_id: UUID | None
    slug: str
    title: str
    summary: str
    provider: str
    kind: str
    themes: str
    stage: str
    strategies: str
    public_service: bool
    search: str
    listed_at: datetime
    alignment: list[dict[str, Any]] = field(default_factory=list)
    conforming_until: date | None = None
    paused_rights: str = ""
    pinned: bool = False  # entry number one, the platform itself, stays in front
    version: int = 1
    sequence: int = 0

    @classmethod
    def list_approved(cls, event: ApplicationApproved, slug: str) -> UseCase:
        use_case = cls(
            id=uuid4(), application_id=event.application_id, slug=slug, title=event.title, summary=event.summary,
            provider=event.provider, kind=event.kind, themes=" ".join(event.themes), stage=event.stage,
            strategies=" ".join(event.strategies), public_service=event.public_service,
            search=searchable(event.title, event.summary, event.provider), listed_at=event.approved_at,
            alignment=[*event.alignment] or [{"strategy": one, "passage": None} for one in event.strategies],
        )  # fmt: skip
        use_case.retell()
        return use_case

    def retell(self) -> None:
        """Tell where it is listed; the platform itself came from no application, and tells nothing."""
        if self.application_id is not None:
            self.record(
                UseCaseListed(
                    use_case_id=self.id,
                    application_id=self.application_id,
                    slug=self.slug,
                    listed_at=self.listed_at,
                )
            )

    @property
    def is_hidden(self) -> bool:
        """Whether the right to be listed is paused."""
        return LISTING in self.paused_rights.split()

    def conforms(self, until: date | None, paused: Iterable[str] | None = None) -> None:
        """Take what a re-check says; `paused` are all rights that are paused now, None if nothing changed in that."""
        self.conforming_until = until
        if paused is not None:
            self.paused_rights = " ".join(paused)


def searchable(*texts: str) -> str:
    return unicodedata.normalize("NFC", " ".join(texts)).casefold()


def slugs(title: str, number: str) -> tuple[str, str]:
    """Return the name a use case has in addresses, and the longer one for when that is taken."""
    spelled = searchable(title).translate(GERMAN)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:SLUG_LENGTH].strip("-")
    unique = number.casefold()
    return slug or unique, f"{slug}-{unique}" if slug else unique

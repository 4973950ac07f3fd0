"""What the catalog tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel import Event


@dataclass(frozen=True, kw_only=True)
class UseCaseListed(Event):
    """An approved use case stands in the public catalog at `/catalog/{slug}`."""

    name: ClassVar[str] = "catalog.use_case.listed.v1"

    use_case_id: UUID
    application_id: UUID
    slug: str
    listed_at: datetime

"""What may be asked of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class MarkRead:
    message: UUID

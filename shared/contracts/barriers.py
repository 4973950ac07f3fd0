"""What onboarding tells of reported barriers: that there is one. What it says is read where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel import Event


@dataclass(frozen=True, kw_only=True)
class BarrierReported(Event):
    """Somebody reported that a page is hard to use. Their words are no part of this."""

    name: ClassVar[str] = "onboarding.barrier.reported.v1"

    barrier_id: UUID
    reported_at: datetime

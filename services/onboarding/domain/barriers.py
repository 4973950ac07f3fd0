"""What is true of a report that a page is hard to use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from services.onboarding.commands import CloseBarrier, ReportBarrier
from shared.contracts.barriers import BarrierReported
from shared.kernel import Aggregate, Conflict, Text

#: A report is deleted this long after it was closed.
KEPT = timedelta(days=90)
#: How a page was seen; "" where nobody said.
SCHEMES = ("light", "dark", "contrast")


@dataclass(eq=False, kw_only=True)
class Barrier(Aggregate):
    """What somebody could not use, where, and how they saw the page. Free text, so it never leaves onboarding."""

    id: UUID = field(default_factory=uuid4)
    text: str
    page: str
    language: str
    scheme: str
    width: str
    device: str
    reply_to: str
    reported_at: datetime
    note: str = ""
    closed_by: str | None = None
    closed_at: datetime | None = None
    version: int = 1
    sequence: int = 0

    @classmethod
    def report(cls, command: ReportBarrier, at: datetime) -> Barrier:
        barrier = cls(
            text=command.text,
            page=command.page,
            language=command.language,
            scheme=command.scheme,
            width=command.width,
            device=command.device,
            reply_to=command.reply_to,
            reported_at=at,
        )
        barrier.record(BarrierReported(barrier_id=barrier.id, reported_at=at))
        return barrier

    def close(self, command: CloseBarrier, by: str, at: datetime) -> None:
        """Say what was done. Raises Conflict if somebody has said it already."""
        if self.closed_at is not None:
            raise Conflict(
                Text(de="Diese Meldung ist schon erledigt.", en="This report is closed already."), code="state"
            )
        self.note, self.closed_by, self.closed_at = command.note, by, at

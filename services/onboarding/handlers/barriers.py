"""What happens when somebody reports a barrier, when it is dealt with, and when it is old."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from services.onboarding.commands import CloseBarrier, ReportBarrier
from services.onboarding.domain import BARRIERS_KEPT, Barrier
from services.onboarding.repository import Barriers
from shared.auth import Caller
from shared.database import Database


def report_barrier(session: Session, command: ReportBarrier) -> Barrier:
    """Keep what somebody reports, whoever it is, and let the admins know."""
    barrier = Barrier.report(command, datetime.now(UTC))
    Barriers(session).add(barrier)
    return barrier


def close_barrier(session: Session, barrier: Barrier, command: CloseBarrier, caller: Caller) -> None:
    barrier.close(command, caller.subject, datetime.now(UTC))


def forget_barriers(database: Database) -> None:
    """Delete reports that were closed long ago."""
    with database.transaction("retention") as session:
        Barriers(session).forget(database.now(session) - BARRIERS_KEPT)

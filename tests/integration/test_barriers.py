"""A report is deleted when it has been closed for long enough, and no day earlier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.onboarding import handlers, tables
from services.onboarding.commands import CloseBarrier, ReportBarrier
from services.onboarding.domain import BARRIERS_KEPT, Barrier
from services.onboarding.repository import Barriers
from shared import migrate
from shared.database import Database


def test_only_what_was_closed_long_ago_is_forgotten(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/onboarding.db"
    migrate.upgrade(url, "onboarding")
    database = Database(url, tables.metadata)
    now = datetime.now(UTC)
    with database.transaction() as session:
        for text, closed_at in (
            ("offen", None),
            ("lange erledigt", now - BARRIERS_KEPT - timedelta(minutes=1)),
            ("neulich erledigt", now - BARRIERS_KEPT + timedelta(minutes=1)),
        ):
            barrier = Barrier.report(ReportBarrier(text=text), now - timedelta(days=200))
            if closed_at:
                barrier.close(CloseBarrier(note="Behoben."), "admin:Vera", closed_at)
            Barriers(session).add(barrier)

    handlers.forget_barriers(database)

    with database.reading() as session:
        left = {one.text for one in session.scalars(Barriers(session).newest_first())}
        assert Barriers(session).open() == 1
    database.dispose()
    assert left == {"offen", "neulich erledigt"}

"""What happens about dates: drafts are kept, declines looked at again, and the clock keeps what was promised."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.onboarding.commands import ExtendDraft, Reconsider
from services.onboarding.domain import Application, Forecast, Status, day_of
from services.onboarding.repository import Attachments, Promises
from shared.auth import Caller
from shared.database import Database

#: So many applications in one transaction, so that doors of the same process wait only shortly.
BUNCH = 25
#: How long a round of the clock may last, so that its other jobs get their turn.
ROUND_S = 1.0
#: What "this week" means: today and the six days before.
WEEK = timedelta(days=6)


def extend_draft(_: Session, application: Application, __: ExtendDraft, ___: Caller) -> None:
    application.extend(datetime.now(UTC))


def reconsider_application(_: Session, application: Application, command: Reconsider, __: Caller) -> None:
    application.reconsider(command.reason, datetime.now(UTC))


def keep_promises(database: Database) -> None:
    """One round of the clock: remind, warn, tell of missed promises, let expire; a transaction per bunch.

    What a crash leaves undone the next round finds again; what is done has a later date, so nothing is told twice.
    """
    end = time.monotonic() + ROUND_S
    while _keep_some(database) and time.monotonic() < end:
        time.sleep(0)  # doors of this process may have waited


def figures(session: Session, kind: str | None = None) -> dict[str, Any]:
    """Return how long a decision takes, and what happened in the last seven days; medians are None for too few cases.

    `kind` asks about its own cases, where there are enough.
    """
    found, today = Promises(session), day_of(datetime.now(UTC))
    took = usual(session, kind)
    return {
        "median_days": took.median if took else None,
        "nine_of_ten_days": took.nine_of_ten if took else None,
        "cases": took.cases if took else None,
        "kind": took.kind if took else None,
        **found.counts(today - WEEK),
        "overdue": found.overdue(today),
    }


def usual(session: Session, kind: str | None = None) -> Forecast | None:
    """Return how long decisions took: about this kind, or if those are too few about all; None if those are, too."""
    return Promises(session).forecast(kind)


def _keep_some(database: Database) -> int:
    # Most of the time nothing is to do. Looking first spares SQLite the write lock; behind the lock it is asked again.
    with database.reading() as session:
        if not Promises(session).is_due(database.now(session)):
            return 0
    with database.transaction() as session:
        at = database.now(session)
        found = Promises(session).due(at, BUNCH)
        for application in found:
            was_draft = application.status is Status.DRAFT
            application.come_due(at)
            if was_draft and application.status is Status.EXPIRED:
                for file in Attachments(session).of(application):
                    file.remove()
    return len(found)

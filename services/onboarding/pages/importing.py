"""Many drafts at once: who may import, what a table would become, and what it became."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.onboarding import handlers, schemas
from services.onboarding.commands import CohortRow, ImportCohort
from services.onboarding.pages.sheet import Fault
from services.onboarding.repository import Models
from shared.auth import APPROVER, EDITOR, REVIEWER, Caller
from shared.web import Ask

MAY = (REVIEWER, APPROVER, EDITOR)


def may_import(session: Session, ask: Ask) -> Caller:
    """Return the caller if they may bring many drafts at once, or raise Forbidden."""
    caller = ask.known()
    if caller.is_admin:
        return ask.require(*MAY)
    handlers.need_intermediary(session, caller)
    return caller


def checked(session: Session, rows: list[CohortRow], faults: list[Fault]) -> dict[str, Any]:
    """Say what an import would do; nothing is stored."""
    model = Models(session).current()
    items = [schemas.row_view(model, row) for row in rows]
    return {
        "dry_run": True,
        "model": model.version,
        "items": items,
        "errors": [schemas.fault_view(one) for one in faults],
    }


def imported(session: Session, rows: list[CohortRow], faults: list[Fault], caller: Caller) -> dict[str, Any]:
    """Import all rows. Raises Invalid with every fault, and then nothing is imported."""
    if faults:
        raise schemas.faulty(faults)
    made = handlers.import_cohort(session, ImportCohort(rows=tuple(rows)), caller)
    session.flush()
    model = Models(session).current().version
    items = [schemas.imported_view(row, one) for row, one in zip(rows, made, strict=True)]
    return {"dry_run": False, "model": model, "items": items, "errors": []}

"""How a table of drafts is shown: what an import would do, what it did, and what is wrong where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from services.onboarding.commands import CohortRow
from services.onboarding.domain import Application
from services.onboarding.model import Model, verdict
from shared.kernel import Invalid, Problem, Text


class Fault(Protocol):
    """What is wrong in one cell."""

    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def text(self) -> Text: ...


def row_view(model: Model, row: CohortRow) -> dict[str, Any]:
    """Show a row of a table before it is imported."""
    findings = model.check(row.answers)
    return {
        "row": row.row,
        "name": row.contact.name,
        "provider": row.answers.get("organisation", {}).get("name", ""),
        "title": row.answers.get("use_case", {}).get("title", ""),
        "verdict": verdict(findings),
        "findings": len(findings),
    }


def imported_view(row: CohortRow, application: Application) -> dict[str, Any]:
    """Show a row of a table that has become a draft."""
    return {
        "row": row.row,
        "name": row.contact.name,
        "provider": application.answers.get("organisation", {}).get("name", ""),
        "title": application.answers.get("use_case", {}).get("title", ""),
        "verdict": verdict(application.findings),
        "findings": len(application.findings),
        "id": str(application.id),
        "number": application.number,
    }


def fault_view(fault: Fault) -> dict[str, Any]:
    text = {"de": fault.text.de, "en": fault.text.en}
    return {"row": fault.row, "column": fault.column, "code": fault.code, "text": text}


def faulty(faults: Iterable[Fault]) -> Invalid:
    """Return the refusal of a table, with every fault."""
    text = Text(
        de="Noch ist nichts gespeichert. Bitte ändern Sie die Tabelle.",
        en="Nothing was imported: please correct the table.",
    )
    problems = [
        Problem(f"/{one.row}/{one.column}", one.code, one.text, {"row": one.row, "column": one.column})
        for one in faults
    ]
    return Invalid(text, code="table", problems=problems)

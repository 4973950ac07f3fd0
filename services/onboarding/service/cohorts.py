"""The doors for many drafts at once: a table is checked, and then imported whole or not at all."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.onboarding.commands import CohortRow
from services.onboarding.pages import importing, sheet
from services.onboarding.repository import Models
from shared.auth import Caller
from shared.web import Answer, Ask, Doc, File, http
from shared.wire import House

CSV = "text/csv"
FLAGS = {"true": True, "false": False}


class CohortDoors:
    """What intermediaries and admins do with a table."""

    house: House

    @http(
        "GET",
        "/api/v1/cohorts/template.csv",
        doc=Doc(says="Download an empty table with all columns", answers="Table", gives=CSV),
    )
    def cohort_template(self, ask: Ask) -> File:
        with self.house.database.reading() as session:
            return File(sheet.template(Models(session).current()), CSV, "innovationshub.csv")

    @http(
        "POST",
        "/api/v1/cohorts",
        doc=Doc(
            says="Check a table of drafts, or with dry_run=false import it, whole or not at all",
            body={"type": "string", "description": "CSV: a column per answer, such as organisation.name."},
            takes=CSV,
            answers="Cohort",
            security="applicant or admin",
            query=("dry_run",),
            refuses=(400, 401, 403, 413, 415, 422, 503),
        ),
    )
    def cohort(self, ask: Ask) -> Answer:
        ask.only("dry_run")
        if ask.choice("dry_run", tuple(FLAGS)) != "false":
            with self.house.database.reading() as session:
                importing.may_import(session, ask)
                return Answer(body=importing.checked(session, *_read(ask, session)))

        def act(session: Session, caller: Caller) -> Answer:
            return Answer(body=importing.imported(session, *_read(ask, session), caller))

        return self.house.once(ask, lambda session: importing.may_import(session, ask), act)


def _read(ask: Ask, session: Session) -> tuple[list[CohortRow], list[sheet.Fault]]:
    body, charset = ask.table(CSV)
    return sheet.rows_of(Models(session).current(), body, charset)

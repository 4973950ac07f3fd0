"""The check before applying says what the check at submission says, for whatever answers."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from services.onboarding import handlers, tables
from services.onboarding import model as room
from services.onboarding.commands import CheckAnswers, Contact, StartApplication, SubmitApplication
from shared.auth import applicant
from shared.database import Database
from shared.kernel import DomainError
from tests.integration.conftest import OpenDatabase
from tests.support.answers import well_formed

MODEL = room.load(room.shipped()["1.0"].text)
MINA, OWNER = Contact(email="mina@firm.test", name="Mina", language="de"), "applicant:1"


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", tables.metadata)


def submitted(session: Session, answers: dict[str, Any]) -> dict[str, Any]:
    """What the application keeps of its check after it was handed in, or could not be."""
    application = handlers.start_application(session, StartApplication(contact=MINA, answers=answers), None, OWNER)
    with suppress(DomainError):
        handlers.submit_application(session, application, SubmitApplication(), applicant(OWNER))
    return {
        "findings": [dict(one) for one in application.findings],
        "verdict": "unsound" if application.status == "draft" else "sound",
    }


# What is compared does not depend on the database, and one of them is quicker.
@pytest.mark.parametrize("open_database", ["sqlite"], indirect=True)
def test_for_a_thousand_answer_sets_the_check_before_is_the_check_at_submission(database: Database) -> None:
    seen = {"sound": 0, "unsound": 0}
    with database.reading() as session:

        @given(well_formed(MODEL))
        @settings(max_examples=1000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def equal(answers: dict[str, Any]) -> None:
            before = handlers.check_answers(session, CheckAnswers(answers=answers))
            after = submitted(session, answers)
            seen[before["verdict"]] += 1
            assert after == {"findings": before["findings"], "verdict": before["verdict"]}
            session.rollback()

        equal()
    assert min(seen.values()) > 20

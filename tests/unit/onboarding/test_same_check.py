"""The check before an application and the one at submission are the same, whatever was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from services.onboarding import handlers, tables
from services.onboarding.commands import Answers, CheckAnswers, Contact, StartApplication, SubmitApplication
from services.onboarding.domain import Application
from shared import migrate
from shared.auth import applicant
from shared.database import Database
from shared.kernel import Invalid
from tests.support import pages
from tests.unit.onboarding.test_precheck import ANSWERS, EACH, document

OWNER = "applicant:1"
CONTACT = Contact(email="mina@parkpilot.example", name="Mina")
FLAT = [
    {f"/{section}/{key}": value for section, given in answers.items() for key, value in given.items()}
    for answers in pages.EXAMPLES.values()
]
#: Complete answers with a few of them changed, and anything at all.
CHANGES = st.lists(st.one_of([st.tuples(st.just(name), each) for name, each in EACH.items()]), max_size=3).map(dict)
NEARLY = st.builds(lambda flat, changes: flat | changes, st.sampled_from(FLAT), CHANGES)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('same')}/onboarding.db"
    migrate.upgrade(url, "onboarding")
    database = Database(url, tables.metadata)
    yield database
    database.dispose()


def refused(act: Callable[[], object]) -> list[str] | None:
    """Return where `act` found what is wrong, None if it found nothing."""
    try:
        act()
    except Invalid as error:
        return [one.pointer for one in error.problems]
    return None


def submitted(session: Session, answers: Answers) -> tuple[Application, list[str] | None]:
    """Apply with `answers` and hand them in. Returns the application and what refused it."""
    application = handlers.start_application(session, StartApplication(contact=CONTACT, answers=answers), None, OWNER)
    hand_in = lambda: handlers.submit_application(session, application, SubmitApplication(), applicant(OWNER))  # noqa: E731
    return application, refused(hand_in)


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(flat=NEARLY | ANSWERS)
def test_for_a_thousand_sets_of_answers_both_say_the_same(database: Database, flat: dict[str, Any]) -> None:
    answers = document(flat)
    with database.reading() as session:  # which never commits
        check = lambda: handlers.check_answers(session, CheckAnswers(answers=answers))  # noqa: E731
        if (wrong := refused(check)) is not None:
            assert refused(lambda: submitted(session, answers)) == wrong
            return
        told = check()
        application, stopped_by = submitted(session, answers)

        assert application.findings == told["findings"]
        assert application.checklist == told["checklist"]
        assert (application.status == "submitted") is (told["verdict"] == "sound") is (stopped_by is None)
        assert stopped_by in (None, [f"/answers{one['pointer']}" for one in told["findings"]])
        session.expunge_all()

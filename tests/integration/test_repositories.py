"""What the repositories and the database itself promise, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from services.catalog import tables as catalog
from services.catalog.commands import FindUseCases
from services.catalog.handlers import on_application_approved
from services.catalog.repository import UseCases
from services.notifications import tables as notifications
from services.notifications.domain import EMAIL, IN_APP, Delivery, Letter, Status
from services.notifications.repository import Contacts, Messages
from services.onboarding import tables as onboarding
from services.onboarding.commands import Contact
from services.onboarding.domain import Application
from services.onboarding.repository import Applications, Filters
from shared.auth import Caller, applicant
from shared.database import Database
from shared.kernel import NotFound
from tests.integration.conftest import OpenDatabase
from tests.support.builders import NOON, approved

ADMIN = Caller("admin:Vera", "Vera", frozenset({"approver"}))


def an_application(owner: str = "applicant:1", theme: str = "mobility") -> Application:
    application = Application.start(
        number=f"BI-{uuid4().hex[:8].upper()}",
        owner=owner,
        filed_by=None,
        model="1.0",
        contact=Contact(email="mina@parkpilot.example", name="Mina Yıldız 🚲"),
        at=NOON,
    )
    answers = {
        "organisation": {"name": "Ümläut & Söhne", "kind": "company"},
        "use_case": {"title": "T", "theme": [theme]},
    }
    application.take_answers(answers, [])
    return application


@pytest.fixture
def database(open_database: OpenDatabase) -> Database:
    return open_database("onboarding", onboarding.metadata)


def keep(database: Database, application: Application) -> Application:
    with database.transaction() as session:
        Applications(session).add(application)
    return application


def test_an_application_comes_back_as_it_was_kept(database: Database) -> None:
    kept = keep(database, an_application())

    with database.reading() as session:
        found = Applications(session).get_for(kept.id, applicant("applicant:1"))
        assert (found.person, found.answers, found.created_at, found.version) == (kept.person, kept.answers, NOON, 1)


def test_somebody_elses_application_does_not_exist_but_admins_see_it(database: Database) -> None:
    kept = keep(database, an_application())

    with database.reading() as session:
        with pytest.raises(NotFound):
            Applications(session).get_for(kept.id, applicant("applicant:2"))
        assert Applications(session).get_for(kept.id, ADMIN).id == kept.id


def test_of_two_changes_of_the_same_version_the_second_is_refused(database: Database) -> None:
    kept = keep(database, an_application())
    with pytest.raises(StaleDataError), database.transaction() as session:
        mine = Applications(session).get(kept.id)
        session.execute(text("UPDATE applications SET version = version + 1"))  # somebody else was faster
        mine.prove_address()


def test_every_event_of_an_application_takes_the_next_number_without_a_gap(database: Database) -> None:
    kept = keep(database, an_application())
    with database.transaction() as session:
        Applications(session).get(kept.id).submit(NOON)
    with database.transaction() as session:
        Applications(session).get(kept.id).withdraw("", NOON)

    outbox = database.metadata.tables["outbox"]
    with database.reading() as session:
        rows = session.execute(select(outbox.c.sequence, outbox.c.type).order_by(outbox.c.position)).all()
    assert [row.sequence for row in rows] == [1, 2, 3]
    assert [row.type.split(".")[2] for row in rows] == ["changed", "submitted", "withdrawn"]


@pytest.mark.parametrize("second_hand", ["admin:Vera", None])
def test_the_database_refuses_a_decision_that_one_hand_signed_twice_or_nobody_signed(
    database: Database, second_hand: str | None
) -> None:
    kept = keep(database, an_application())
    row = {
        "id": uuid4(), "application_id": kept.id, "outcome": "approve", "reason": "gut", "conditions": [],
        "proposed_by": "admin:Vera", "proposed_at": NOON, "state": "confirmed", "signed_by": second_hand, "comment": "",
    }  # fmt: skip

    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(insert(onboarding.decisions).values(row))


def test_an_application_has_at_most_one_open_proposal(database: Database) -> None:
    kept = keep(database, an_application())
    row = {
        "application_id": kept.id, "outcome": "approve", "reason": "gut", "conditions": [], "proposed_by": "admin:Vera",
        "proposed_at": NOON, "state": "open", "comment": "",
    }  # fmt: skip

    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(insert(onboarding.decisions), [row | {"id": uuid4()}, row | {"id": uuid4()}])


def test_the_queue_is_filtered_and_leaves_drafts_to_their_applicants(database: Database) -> None:
    draft, mobility, energy = an_application(), an_application(), an_application(theme="energy")
    for one in (mobility, energy):
        one.submit(NOON)
    for one in (draft, mobility, energy):
        keep(database, one)

    with database.reading() as session:
        found = Applications(session)
        ids = lambda **but: {one.id for one in session.scalars(found.newest_first(Filters(**but)))}  # noqa: E731
        assert ids() == {mobility.id, energy.id}
        assert ids(theme="energy") == {energy.id}
        assert ids(status="withdrawn") == set()
        assert ids(owner="applicant:1") == {draft.id, mobility.id, energy.id}


def test_the_catalog_finds_by_words_and_facets_and_counts_what_a_click_would_find(open_database: OpenDatabase) -> None:
    database = open_database("catalog", catalog.metadata)
    with database.transaction() as session:
        on_application_approved(approved(title="Straßen-Radar 100%", themes=("mobility", "climate")), session)
        on_application_approved(approved(title="SolarDach", themes=("energy",), stage="operation"), session)
        on_application_approved(approved(title="SolarDach", themes=("energy",), number="BI-ZWEI"), session)

    with database.reading() as session:
        use_cases = UseCases(session)
        titles = lambda **but: [one.slug for one in session.scalars(use_cases.found(FindUseCases(**but)))]  # noqa: E731
        assert titles()[0] == "city-plattform"
        assert titles(q="STRASSEN 100%") == ["strassen-radar-100"]
        assert titles(q="%") == ["strassen-radar-100"]
        assert sorted(titles(theme="energy", stage="test")) == ["solardach-bi-zwei"]
        assert titles(theme="nonsense") == []
        stages = {one["value"]: one["count"] for one in use_cases.counts(FindUseCases(theme="energy"))["stage"]}
        assert stages == {"operation": 2, "test": 1}


def test_mail_is_claimed_once_and_comes_back_when_its_sender_died(open_database: OpenDatabase) -> None:
    database = open_database("notifications", notifications.metadata)
    message = Letter(application_id=uuid4(), recipient="role:reviewer", not_for=None, template="t", words={}, at=NOON)
    message.deliver(EMAIL, hold=False)
    message.deliver(IN_APP, hold=False)
    contact = notifications.Contact(
        application_id=message.application_id, number="BI-1", owner="applicant:1", person="Mina", email="m@p.example",
        language="de", proved=True,
    )  # fmt: skip
    with database.transaction() as session:
        Contacts(session).keep(contact)
        Messages(session).add(message)

    with database.transaction() as session:
        [(claimed, _, _)] = Messages(session).due_mail(NOON, 10)
        claimed.claim(NOON)
        assert (claimed.channel, claimed.status) == (EMAIL, Status.SENDING)
    with database.transaction() as session:
        assert Messages(session).due_mail(NOON + timedelta(seconds=60), 10) == []
        assert len(Messages(session).due_mail(NOON + timedelta(seconds=200), 10)) == 1
        assert session.get_one(Delivery, claimed.id).attempts == 1


def test_a_letter_about_the_house_belongs_to_no_application_and_is_sent(open_database: OpenDatabase) -> None:
    database = open_database("notifications", notifications.metadata)
    message = Letter(application_id=None, recipient="role:editor", not_for=None, template="t", words={}, at=NOON)
    message.deliver(EMAIL, hold=False)
    with database.transaction() as session:
        Messages(session).add(message)

    with database.transaction() as session:
        [(claimed, _, contact)] = Messages(session).due_mail(NOON, 10)
        assert (claimed.application_id, contact) == (None, None)

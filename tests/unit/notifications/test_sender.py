"""What becomes of a letter that shall leave the house: retries, ends, leases, and the address it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import select

from services.notifications import tables
from services.notifications.domain import EMAIL, IN_APP, LEASE_S, WAITS_S, Contact, Delivery, Letter, Status
from services.notifications.letters.channels import Mail, NotSent
from services.notifications.letters.links import Links
from services.notifications.repository import Contacts, Messages
from services.notifications.sender import AT_ONCE, Sender
from shared import migrate
from shared.auth import Keyring
from shared.database import Database

LINKS = Links("https://hub.example", Keyring(b"a" * 32))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
APPLICATION = uuid4()
WORDS = {"de": {"subject": "Betreff", "text": "Text"}, "en": {"subject": "Subject", "text": "English text"}}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/notifications.db"
    migrate.upgrade(url, "notifications")
    opened = Database(url, tables.metadata)
    with opened.transaction() as session:
        Contacts(session).keep(contact())
    yield opened
    opened.dispose()


def contact(**but: Any) -> Contact:
    facts = {
        "application_id": APPLICATION, "number": "BI-7K4Q", "owner": "applicant:1", "person": "Mina",
        "email": "mina@parkpilot.example", "language": "en", "proved": True,
    }  # fmt: skip
    return Contact(**facts | but)


def write(database: Database, *, hold: bool = False, recipient: str = "applicant:1") -> UUID:
    """Write a letter at noon and return the id of its mail."""
    letter = Letter(
        application_id=APPLICATION, recipient=recipient, not_for=None, template="t", words=WORDS, at=NOON
    )  # fmt: skip
    letter.deliver(IN_APP, hold=False)
    mail = letter.deliver(EMAIL, hold=hold)
    with database.transaction() as session:
        Messages(session).add(letter)
    return mail


def found(database: Database, delivery: UUID) -> Delivery:
    with database.reading() as session:
        return session.get_one(Delivery, delivery)


class Post:
    """Takes mail until it is told to refuse; `sent` is what left."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.tried: list[Mail] = []
        self.refuses: Exception | None = None

    def __call__(self, mail: Mail) -> None:
        self.tried.append(mail)
        if self.refuses:
            raise self.refuses
        self.sent.append(mail)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def sender(database: Database, post: Post) -> Sender:
    return Sender(database, post, "team@bielefeld.example", LINKS)


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def test_mail_goes_to_the_address_in_the_language_of_its_reader(database: Database, sender: Sender, post: Post) -> None:
    id_ = write(database)

    with at(NOON):
        assert sender.send_due() == 1
        assert sender.send_due() == 0

    assert post.sent == [
        Mail(id=str(id_), to="mina@parkpilot.example", subject="Subject", text="English text", language="en")
    ]
    delivery = found(database, id_)
    assert (delivery.status, delivery.attempts, delivery.due_at, delivery.error) == (Status.SENT, 1, None, None)


def test_mail_to_a_role_goes_to_the_mailbox_of_the_team(database: Database, sender: Sender, post: Post) -> None:
    write(database, recipient="role:reviewer")

    with at(NOON):
        sender.send_due()

    assert [(mail.to, mail.subject) for mail in post.sent] == [("team@bielefeld.example", "Betreff")]


def test_mail_goes_to_the_address_as_it_is_when_it_is_sent(database: Database, sender: Sender, post: Post) -> None:
    write(database)
    with database.transaction() as session:
        Contacts(session).keep(contact(email="new@parkpilot.example"))

    with at(NOON):
        sender.send_due()

    assert [mail.to for mail in post.sent] == ["new@parkpilot.example"]


def test_what_did_not_leave_is_tried_again_ever_later_and_parked_after_a_day(
    database: Database, sender: Sender, post: Post
) -> None:
    id_, now, waits = write(database), NOON, []
    post.refuses = NotSent("421 busy", for_good=False)

    while (delivery := found(database, id_)).due_at:
        waits.append((delivery.due_at - now).total_seconds())
        now = delivery.due_at
        with at(now - timedelta(seconds=1)):
            assert sender.send_due() == 0, "too early"
        with at(now):
            assert sender.send_due() == 1

    assert waits[1:] == list(WAITS_S) == sorted(WAITS_S)
    assert now - NOON > timedelta(days=0, hours=20)
    assert (delivery.status, delivery.attempts) == (Status.PARKED, len(WAITS_S) + 1)
    assert delivery.error == "421 busy"
    assert {mail.id for mail in post.tried} == {str(id_)}, "a double can be told by its Message-ID"


def test_a_letter_that_left_at_last_forgets_why_it_did_not(database: Database, sender: Sender, post: Post) -> None:
    id_ = write(database)
    post.refuses = NotSent("421 busy", for_good=False)
    with at(NOON):
        sender.send_due()
    assert found(database, id_).status is Status.QUEUED

    post.refuses = None
    with at(NOON + timedelta(seconds=WAITS_S[0])):
        sender.send_due()

    delivery = found(database, id_)
    assert (delivery.status, delivery.attempts, delivery.error) == (Status.SENT, 2, None)


def test_never_means_never(database: Database, sender: Sender, post: Post) -> None:
    id_ = write(database)
    post.refuses = NotSent("550 no such user", for_good=True)

    with at(NOON):
        sender.send_due()
    with at(NOON + timedelta(days=30)):
        assert sender.send_due() == 0

    delivery = found(database, id_)
    assert (delivery.status, delivery.attempts, delivery.due_at) == (Status.FAILED, 1, None)


def test_a_sender_that_died_over_a_letter_loses_it_to_the_next_when_its_lease_is_over(
    database: Database, sender: Sender, post: Post
) -> None:
    id_ = write(database)
    post.refuses = SystemExit()  # a power cut in the middle
    with at(NOON), pytest.raises(SystemExit):
        sender.send_due()
    assert found(database, id_).status is Status.SENDING

    post.refuses = None
    with at(NOON + timedelta(seconds=LEASE_S - 1)):
        assert sender.send_due() == 0
    with at(NOON + timedelta(seconds=LEASE_S)):
        assert sender.send_due() == 1

    assert (found(database, id_).status, found(database, id_).attempts) == (Status.SENT, 2)


def test_one_letter_that_fails_does_not_hold_up_the_others(database: Database, post: Post) -> None:
    first, second = write(database), write(database)

    def refuse_the_first(mail: Mail) -> None:
        post.refuses = NotSent("550", for_good=True) if mail.id == str(first) else None
        post(mail)

    with at(NOON):
        Sender(database, refuse_the_first, "team@bielefeld.example", LINKS).send_due()

    assert (found(database, first).status, found(database, second).status) == (Status.FAILED, Status.SENT)


def test_held_mail_is_no_ones_to_send_until_the_address_is_proved(
    database: Database, sender: Sender, post: Post
) -> None:
    held, others = write(database, hold=True), write(database, hold=True, recipient="applicant:2")
    with at(NOON + timedelta(days=400)):
        assert sender.send_due() == 0

    with database.transaction() as session:
        Messages(session).release(APPLICATION, "applicant:1", NOON)
    with at(NOON):
        assert sender.send_due() == 1

    assert (found(database, held).status, found(database, others).status) == (Status.SENT, Status.WRITTEN)


def test_a_crowd_is_sent_in_portions_the_oldest_first(database: Database, sender: Sender, post: Post) -> None:
    ids = [str(write(database)) for _ in range(AT_ONCE + 5)]

    with at(NOON):
        assert [sender.send_due(), sender.send_due(), sender.send_due()] == [AT_ONCE, 5, 0]

    assert sorted(mail.id for mail in post.sent) == sorted(ids)


def test_in_app_is_delivered_with_the_writing_and_never_due(database: Database) -> None:
    write(database, hold=True)

    with database.reading() as session:
        rows = session.scalars(select(Delivery).where(tables.deliveries.c.channel == IN_APP)).all()

    assert [(row.status, row.attempts, row.due_at) for row in rows] == [(Status.DELIVERED, 0, None)]


def test_a_mail_that_fails_in_an_unknown_way_costs_its_neighbours_nothing(database: Database) -> None:
    mails = [write(database) for _ in range(3)]
    tried: list[str] = []

    def send(mail: Mail) -> None:
        tried.append(mail.id)
        if mail.id == str(mails[1]):
            raise UnicodeEncodeError("ascii", "ı", 0, 1, "not for this console")

    with at(NOON):
        Sender(database, send, "team@city.example", LINKS).send_due()

    assert len(tried) == 3
    assert [found(database, id_).status for id_ in mails] == [Status.SENT, Status.QUEUED, Status.SENT]

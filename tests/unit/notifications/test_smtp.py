"""Mail over the wire: a real SMTP server takes it, puts it off, or refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notifications.letters.channels import Mail, NotSent, channel
from tests.support.hub import free_port

FROM = "hub@bielefeld.example"
MAIL = Mail(
    id="018f6f3e", to="mina@parkpilot.example", subject="Ihr Antrag BI-7K4Q: Rückfragen 🚲",
    text="Guten Tag Mina Yıldız,\n\n.\nein Punkt steht allein.\n", language="de",
)  # fmt: skip


class Postmaster:
    """Answers each step with what is next in line, else takes it."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.at_recipient: list[str] = []
        self.at_the_end: list[str] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.at_recipient:
            return self.at_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_the_end:
            return self.at_the_end.pop(0)
        self.taken.append(envelope)
        return "250 taken"

    @property
    def messages(self) -> list[Message]:
        return [message_from_bytes(envelope.content or b"", policy=default) for envelope in self.taken]


@pytest.fixture
def postmaster() -> Postmaster:
    return Postmaster()


@pytest.fixture
def server(postmaster: Postmaster) -> Iterator[Controller]:
    running = Controller(postmaster, hostname="127.0.0.1", port=free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def send(server: Controller) -> Any:
    return channel(f"smtp://127.0.0.1:{server.port}", FROM)


def refusal(send: Any, mail: Mail = MAIL) -> NotSent:
    with pytest.raises(NotSent) as refused:
        send(mail)
    return refused.value


def test_a_letter_arrives_as_it_was_written(send: Any, postmaster: Postmaster) -> None:
    send(MAIL)

    [envelope], [message] = postmaster.taken, postmaster.messages
    assert (envelope.mail_from, envelope.rcpt_tos) == (FROM, [MAIL.to])
    assert (message["From"], message["To"], message["Subject"]) == (FROM, MAIL.to, MAIL.subject)
    assert message.get_content().replace("\r\n", "\n") == MAIL.text  # type: ignore[attr-defined]
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "de")


def test_the_same_letter_has_the_same_message_id_however_often_it_is_tried(send: Any, postmaster: Postmaster) -> None:
    postmaster.at_the_end = ["451 try again later"]

    assert refusal(send).for_good is False
    send(MAIL)
    send(MAIL)

    assert [message["Message-ID"] for message in postmaster.messages] == ["<018f6f3e@bielefeld.example>"] * 2


@pytest.mark.parametrize(
    ("answer", "for_good"),
    [("451 busy", False), ("421 closing", False), ("550 no such user", True), ("552 too much mail", True)],
)
@pytest.mark.parametrize("step", ["at_recipient", "at_the_end"])
def test_four_hundred_is_later_and_five_hundred_is_never(
    send: Any, postmaster: Postmaster, step: str, answer: str, *, for_good: bool
) -> None:
    setattr(postmaster, step, [answer])

    error = refusal(send)

    assert error.for_good is for_good
    assert answer[:3] in str(error)
    assert postmaster.taken == []


def test_nobody_listening_is_later() -> None:
    assert refusal(channel(f"smtp://127.0.0.1:{free_port()}", FROM)).for_good is False


@pytest.mark.parametrize(
    "but",
    [
        {"to": "mina@parkpilot.example\r\nBcc: everybody@bielefeld.example"},
        {"subject": "Betreff\nBcc: everybody@bielefeld.example"},
    ],
)
def test_nobody_smuggles_in_a_header(send: Any, postmaster: Postmaster, but: dict[str, str]) -> None:
    facts = {"id": MAIL.id, "to": MAIL.to, "subject": MAIL.subject, "text": MAIL.text, "language": "de"}

    error = refusal(send, Mail(**facts | but))

    assert error.for_good is True
    assert postmaster.taken == []


def test_an_address_with_an_umlaut_is_sent(send: Any, postmaster: Postmaster) -> None:
    send(Mail(id="1", to="ünal@parkpilot.example", subject="Betreff", text="Text", language="de"))

    assert [envelope.rcpt_tos for envelope in postmaster.taken] == [["ünal@parkpilot.example"]]


def test_a_server_without_encryption_gets_no_password(server: Controller, postmaster: Postmaster) -> None:
    send = channel(f"smtp://user:p%40ss@127.0.0.1:{server.port}", FROM)

    assert refusal(send).for_good is False
    assert postmaster.taken == []


def test_the_console_prints_the_letter(capsys: pytest.CaptureFixture[str]) -> None:
    channel("console:", FROM)(MAIL)

    printed = capsys.readouterr().out
    assert f"To: {MAIL.to}\nSubject: {MAIL.subject}\n\n{MAIL.text}" in printed

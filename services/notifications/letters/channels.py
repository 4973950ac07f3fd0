"""The ways a letter leaves the house: printed to the console, or by SMTP."""

from __future__ import annotations

import smtplib
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from shared.failpoints import reach

CONNECT_WITHIN_S = 15
FOR_GOOD = 500


class NotSent(Exception):
    """The letter did not leave. `for_good` when the other side said never."""

    def __init__(self, why: str, *, for_good: bool) -> None:
        super().__init__(why)
        self.for_good = for_good


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One e-mail. `id` stays the same however often it is tried, so that a double can be told by its Message-ID."""

    id: str
    to: str
    subject: str
    text: str
    language: str


Send = Callable[[Mail], None]


def channel(url: str, sender: str) -> Send:
    """Return what sends mail for MAIL_URL: `console:` or `smtp://[user:password@]host:port`."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return _print

    def send(mail: Mail) -> None:
        try:
            message = _message(mail, sender)
            with smtplib.SMTP(parts.hostname or "localhost", parts.port or 25, timeout=CONNECT_WITHIN_S) as server:
                reach("sender.connected")
                if parts.username:
                    server.starttls(context=ssl.create_default_context())
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise NotSent(f"{code} {said!r}", for_good=code >= FOR_GOOD) from error
        except smtplib.SMTPResponseException as error:
            raise NotSent(f"{error.smtp_code} {error.smtp_error!r}", for_good=error.smtp_code >= FOR_GOOD) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(repr(error), for_good=False) from error
        except ValueError as error:  # an address no header can carry
            raise NotSent(repr(error), for_good=True) from error

    return send


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message["Content-Language"] = mail.language  # set_content forgets all Content- headers before it
    return message


def _print(mail: Mail) -> None:
    rule = "-" * 72
    sys.stdout.write(f"{rule}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}\n{rule}\n")
    sys.stdout.flush()

"""The sender role: takes due mail, sends it, and writes down what became of it."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime

from services.notifications.domain import LEASE_S, Addressee, Delivery, Message
from services.notifications.letters.channels import Mail, NotSent, Send
from services.notifications.letters.links import Links
from services.notifications.repository import Messages
from shared import metrics
from shared.database import Database
from shared.failpoints import reach
from shared.logs import new_correlation

log = logging.getLogger(__name__)

AT_ONCE = 20
NOTE_EVERY_S = 0.2
IDLE_S = 0.5


class Sender:
    """Sends until `stop`. A crash between sending and noting it sends once more, with the same Message-ID."""

    def __init__(self, database: Database, send: Send, admin_mailbox: str, links: Links) -> None:
        self.database, self.send, self.admin_mailbox, self.links = database, send, admin_mailbox, links
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            new_correlation()
            try:
                sent = self.send_due()
            except Exception as error:  # the top of this role's loop
                log.warning("sender: %r; again in 5 s", error)
                self.stopping.wait(5)
            else:
                if not sent:
                    self.stopping.wait(IDLE_S)

    def stop(self) -> None:
        self.stopping.set()

    def send_due(self) -> int:
        """Send what is due now. Returns how many were tried."""
        with self.database.reading() as session:  # most of the time there is nothing, and no lock to take
            if not Messages(session).has_due_mail(self.database.now(session)):
                return 0
        with self.database.transaction() as session:
            now = self.database.now(session)
            claimed = Messages(session).due_mail(now, AT_ONCE)
            for delivery, _, _ in claimed:
                delivery.claim(now)
        if claimed:
            reach("sender.claimed")
        self._send_all(claimed, now)
        return len(claimed)

    def _send_all(self, claimed: list[tuple[Delivery, Message, Addressee | None]], now: datetime) -> None:
        """Send, and write down what became of it at least every `NOTE_EVERY_S`: a crash doubles no more than that.

        What half of the lease was not enough for goes back, before another sender takes it for abandoned.
        """
        began, tried = time.monotonic(), []
        noted = began
        for delivery, message, addressee in claimed:
            if time.monotonic() - began < LEASE_S / 2:
                self._send_one(delivery, message, addressee, now)
            else:
                delivery.release(now)
            tried.append(delivery)
            if time.monotonic() - noted > NOTE_EVERY_S:
                self._note(tried)
                noted, tried = time.monotonic(), []
        self._note(tried)

    def _send_one(self, delivery: Delivery, message: Message, addressee: Addressee | None, now: datetime) -> None:
        try:
            self.send(self._mail(delivery, message, addressee))
        except NotSent as no:
            log.warning("mail %s was not sent: %s", delivery.id, no)
            delivery.failed(str(no), now, for_good=no.for_good)
        except Exception as error:  # whatever it was, it must not cost its neighbours their note
            log.exception("mail %s was not sent", delivery.id)
            delivery.failed(repr(error), now, for_good=False)
        else:
            delivery.sent(now)
        metrics.letters.labels("email", str(delivery.status)).inc()

    def _note(self, tried: list[Delivery]) -> None:
        if tried:
            reach("sender.answered")
            with self.database.transaction() as session:
                session.add_all(Messages(session).kept(tried))
            reach("sender.noted")

    def _mail(self, delivery: Delivery, message: Message, addressee: Addressee | None) -> Mail:
        to, language = self.admin_mailbox, "de"
        if not message.recipient.startswith("role:"):
            if addressee is None:
                raise NotSent("nobody is known by this name any more", for_good=True)
            to, language = addressee.email, addressee.language
        words = message.words[language]
        text = self.links.fill(message.template, words["text"], to)
        return Mail(id=str(delivery.id), to=to, subject=words["subject"], text=text, language=language)

"""What the broker gave up delivering comes back from its dead-letter queues into the inbox, parked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import amqp
from sqlalchemy import insert, select

from shared.broker import Broker
from shared.delivery import Delivery, Letter, open_delivery, stranger_id
from shared.desk.acts import Hand, write_down
from shared.desk.looking import digest
from shared.envelope import BrokenContract, read
from shared.failpoints import reach
from shared.inbox import KEPT_BYTES, Inbox
from shared.receiver import bodies_only
from shared.topology import dead_letters, tellers_of

DEAD_LETTERED = "DeadLettered: its reader died over it, or the broker gave up delivering it"


def drain(broker: Broker, inbox: Inbox, hand: Hand) -> Iterator[str]:
    """Park what lies in the dead-letter queue of `inbox`; gives "parked" or "known" for each, and acks it then.

    A crash in between leaves the message where it was, and the next drain finds it known.
    """
    with _queue(broker, inbox.service) as channel:
        while channel and (message := channel.basic_get(dead_letters(inbox.service).name)) is not None:
            body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
            outcome = park(inbox, body, hand)
            reach("desk.drained")
            channel.basic_ack(message.delivery_tag)
            yield outcome


def park(inbox: Inbox, body: bytes, hand: Hand) -> str:
    """Keep a message without acting on it. Returns "parked", or "known" for one that was here before."""
    delivery, letter = _read(inbox, body)
    with inbox.database.transaction() as session:
        if letter:
            seen = inbox.seen(session, [letter])
            if seen == {letter.event_id: letter.identity}:
                return "known"
            letter = None if seen else letter  # its id is another event's
        row: dict[str, Any] = {"error": DEAD_LETTERED, "teller": delivery.teller, "status": "parked"}
        at = inbox.database.now(session)
        if letter:
            row = letter.row("parked", at) | row
        else:
            row |= {"event_id": stranger_id(delivery), "body": body[:KEPT_BYTES], "received_at": at}
            if session.scalar(select(inbox.table.c.event_id).where(inbox.table.c.event_id == row["event_id"])):
                return "known"
        session.execute(insert(inbox.table).values(row))
        event_id: UUID = row["event_id"]
        write_down(session, inbox.database, "drained", hand, event_id, after=digest(body))
    return "parked"


def count(broker: Broker, listener: str) -> int | None:
    """Return how many messages lie in the dead-letter queue of `listener`, None where there is no such queue.

    None is taken out to be looked at: the broker counts that, and drops what was looked at too often.
    """
    with _queue(broker, listener) as channel:
        if channel is None:
            return None
        return int(channel.queue_declare(dead_letters(listener).name, passive=True).message_count)


@contextmanager
def _queue(broker: Broker, listener: str) -> Iterator[Any]:
    """Give a channel to read the dead-letter queue of `listener` with, None where there is no such queue."""
    if broker.in_memory:
        yield None
        return
    with broker.connection(frame_handler=bodies_only) as connection:
        channel = connection.channel()
        try:
            channel.queue_declare(dead_letters(listener).name, passive=True)
        except amqp.NotFound:
            yield None
            return
        yield channel
        channel.close()


def _read(inbox: Inbox, body: bytes) -> tuple[Delivery, Letter | None]:
    """Say who told it: what is beside the body may be anything, so only the envelope is asked."""
    try:
        teller = str(read(body)["source"]).strip("/")
        if teller in tellers_of(inbox.service):
            delivery = Delivery(teller, body)
            return delivery, open_delivery(delivery)
    except BrokenContract:
        pass
    return Delivery("?", body), None

"""What the broker has to hold: an exchange per teller, a queue per pair of teller and listener, and a last net."""

from __future__ import annotations

from collections.abc import Iterator

from kombu import Exchange, Queue
from kombu import binding as bind

from shared.contracts import LISTENERS

MAX_QUEUE_LENGTH = 100_000
#: Only a net for a process that dies before it can write down a failure; the inbox counts the real attempts.
DELIVERY_LIMIT = 50


def exchange(teller: str) -> Exchange:
    return Exchange(f"{teller}.events", type="topic", durable=True)


def work_queue(listener: str, teller: str) -> Queue:
    """The one queue for all that `teller` tells `listener`; later arguments could not be changed, so they are few."""
    return Queue(
        f"q.{listener}.{teller}",
        exchange(teller),
        routing_key="#",
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "dlx",
            "x-dead-letter-routing-key": listener,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-max-length": MAX_QUEUE_LENGTH,
        },
    )


def dead_letters(listener: str) -> Queue:
    """Where the broker puts what killed its reader again and again."""
    return Queue(
        f"dlq.{listener}",
        bindings=[bind(Exchange("dlx", type="topic", durable=True), routing_key=listener)],
        durable=True,
        queue_arguments={"x-queue-type": "quorum"},
    )


def pairs(*services: str) -> Iterator[tuple[str, str]]:
    """Give every pair of listener and teller that has to do with `services`, or all there are."""
    for teller, listeners in LISTENERS.items():
        for listener in listeners:
            if not services or teller in services or listener in services:
                yield listener, teller


def tellers_of(listener: str) -> tuple[str, ...]:
    return tuple(teller for teller, listeners in LISTENERS.items() if listener in listeners)

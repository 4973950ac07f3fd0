"""What the broker has to hold: an exchange per teller, a queue per pair of teller and listener, and a last net."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kombu import Exchange, Queue

from shared.contracts import LISTENERS

MAX_QUEUE_LENGTH = 100_000
#: Only a net for a process that dies before it can write down a failure; the inbox counts the real attempts.
DELIVERY_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the broker has to hold: an `exchange` or a `queue`, and in words what is special about it."""

    kind: str
    name: str
    says: str


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
    exchange = Exchange("dlx", type="topic", durable=True)
    arguments = {"x-queue-type": "quorum"}
    return Queue(f"dlq.{listener}", exchange, routing_key=listener, durable=True, queue_arguments=arguments)


def pairs(*services: str) -> Iterator[tuple[str, str]]:
    """Give every pair of listener and teller that has to do with `services`, or all there are."""
    for teller, listeners in LISTENERS.items():
        for listener in listeners:
            if not services or teller in services or listener in services:
                yield listener, teller


def tellers_of(listener: str) -> tuple[str, ...]:
    return tuple(teller for teller, listeners in LISTENERS.items() if listener in listeners)


def parts(*services: str) -> list[Part]:
    """Return all exchanges and queues that `services` need."""
    made = {}
    for pair in pairs(*services):
        for queue in (dead_letters(pair[0]), work_queue(*pair)):
            limits = [f"{key.removeprefix('x-')} {value}" for key, value in queue.queue_arguments.items()]
            made[queue.exchange.name] = Part("exchange", queue.exchange.name, queue.exchange.type)
            made[queue.name] = Part("queue", queue.name, ", ".join([f"bound to {queue.exchange.name}", *limits]))
    return sorted(made.values(), key=lambda part: (part.kind, part.name))


def rights(service: str) -> dict[str, str]:
    """Return what a service's user of the broker needs, as RabbitMQ's three patterns: it may configure nothing."""
    return {
        "configure": "^$",
        "write": rf"^{service}\.events$" if service in LISTENERS else "^$",
        "read": rf"^(q\.{service}\..+|dlq\.{service})$",
    }

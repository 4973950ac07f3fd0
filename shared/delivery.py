"""What arrives: bytes from a queue, and, where they can be read, a letter with an envelope of this house."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from shared.envelope import BrokenContract, Envelope, read

Key = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Raw bytes from the queue of `teller`."""

    teller: str
    body: bytes


@dataclass(frozen=True)
class Letter:
    """A delivery that could be read: an event of its queue's own teller."""

    teller: str
    body: bytes
    envelope: Envelope

    @cached_property
    def event_id(self) -> UUID:
        return UUID(self.envelope["id"])

    @cached_property
    def key(self) -> Key:
        return self.teller, UUID(self.envelope["subject"])

    @property
    def sequence(self) -> int:
        return int(self.envelope["sequence"])

    @property
    def identity(self) -> tuple[Any, ...]:
        """What a copy has in common with its first, beside the id."""
        return *self.key, self.sequence, self.envelope["type"]

    def row(self, status: str, at: datetime) -> dict[str, Any]:
        open_ = status in {"waiting", "retry", "parked"}
        return {
            "event_id": self.event_id,
            "teller": self.teller,
            "type": self.envelope["type"],
            "aggregate_id": self.key[1],
            "sequence": self.sequence,
            "status": status,
            "received_at": at,
            "body": self.body if open_ else None,
        }


def stranger_id(delivery: Delivery) -> UUID:
    """Return the key of bytes nobody can read, one of their own: a stranger must not take a real event's."""
    digest = hashlib.sha256(delivery.teller.encode() + b"\0" + delivery.body)
    return UUID(bytes=digest.digest()[:16], version=5)


class TakenId(BrokenContract):
    """Another event came under this id before."""


def open_delivery(delivery: Delivery) -> Letter:
    """Read a delivery. Raises BrokenContract when it is not what its queue is for."""
    envelope = read(delivery.body)
    if envelope["source"] != f"/{delivery.teller}" or not envelope["type"].startswith(f"{delivery.teller}."):
        raise BrokenContract(f"{envelope['type'][:60]} of {envelope['source'][:60]} on the queue of {delivery.teller}")
    return Letter(delivery.teller, delivery.body, envelope)

"""Things tests are about, with everything that does not matter already filled in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.onboarding import ApplicationApproved, ApplicationWithdrawn
from shared.delivery import Delivery
from shared.envelope import seal
from shared.kernel import Event
from shared.outbox import Waiting

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def approved(application_id: UUID | None = None, **but: Any) -> ApplicationApproved:
    facts: dict[str, Any] = {
        "application_id": application_id or uuid4(),
        "number": "BI-7K4Q",
        "kind": "start_up",
        "provider": "Parkpilot GmbH",
        "title": "Parkraum-Lotse",
        "summary": "Sensoren zeigen freie Parkplätze.",
        "themes": ("mobility",),
        "stage": "test",
        "strategies": ("mobilitaetsstrategie",),
        "public_service": False,
        "conditions": 0,
        "approved_at": NOON,
    }
    return ApplicationApproved(**facts | but)


def withdrawn(application_id: UUID) -> ApplicationWithdrawn:
    return ApplicationWithdrawn(application_id=application_id, number="BI-7K4Q", withdrawn_at=NOON)


def envelope(event: Event, sequence: int = 1, **but: Any) -> dict[str, Any]:
    subject = event.application_id  # type: ignore[attr-defined]
    return seal(event, subject=subject, sequence=sequence, correlation="test") | but


def delivery(event: Event, sequence: int = 1, *, teller: str = "onboarding", **but: Any) -> Delivery:
    return Delivery(teller, json.dumps(envelope(event, sequence, **but)).encode())


def waiting(event: Event, position: int, sequence: int = 1) -> Waiting:
    sealed = envelope(event, sequence)
    return Waiting(position, UUID(sealed["id"]), UUID(sealed["subject"]), event.name, json.dumps(sealed))

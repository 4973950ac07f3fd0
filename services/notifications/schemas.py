"""What outside looks like: a letter and a delivery as views."""

from __future__ import annotations

from typing import Any

from services.notifications.domain import Delivery, Message
from shared.schemas import HouseSchema


class ReadSchema(HouseSchema):
    """Nothing to say: the path says it all."""


def message_view(message: Message, language: str, *, read: bool) -> dict[str, Any]:
    words = message.words["en" if language == "en" else "de"]
    return {
        "id": str(message.id),
        "at": message.at.isoformat(),
        "application": str(message.application_id) if message.application_id else None,
        "subject": words["subject"],
        "text": words["text"],
        "read": read,
    }


def delivery_view(delivery: Delivery, message: Message) -> dict[str, Any]:
    return {
        "message": str(message.id),
        "to": "applicant" if message.recipient.startswith("applicant:") else message.recipient.removeprefix("role:"),
        "channel": delivery.channel,
        "status": str(delivery.status),
        "at": delivery.at.isoformat(),
        "attempts": delivery.attempts,
    }

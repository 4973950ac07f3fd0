"""What the API answers about letters."""

from __future__ import annotations

from services.notifications.domain import EMAIL, IN_APP
from services.notifications.domain import Status as DeliveryStatus
from services.notifications.letters import ROLES
from services.publish.shapes import COUNT, FLAG, ID, MOMENT, TEXT, Schema, or_null, page_of, ref, several, shape


def of_messages() -> dict[str, Schema]:
    message = {"id": ID, "at": MOMENT, "application": or_null(ID), "subject": TEXT, "text": TEXT, "read": FLAG}
    delivery = {
        "message": ID, "to": {"enum": sorted(ROLES)}, "channel": {"enum": [EMAIL, IN_APP]},
        "status": {"enum": sorted(DeliveryStatus)}, "at": MOMENT, "attempts": COUNT,
    }  # fmt: skip
    return {
        "Message": shape("A letter in the caller's inbox.", message),
        "Messages": page_of("Message"),
        "Delivery": shape("One letter on one channel.", delivery),
        "Deliveries": shape("Every delivery of a case, oldest first.", {"items": several(ref("Delivery"))}),
    }

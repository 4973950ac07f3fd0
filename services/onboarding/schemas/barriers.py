"""What comes in about a barrier, and how a report is shown to admins."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load, validate

from services.onboarding import commands
from services.onboarding.domain import SCHEMES, Barrier
from services.onboarding.schemas.applications import Address
from services.onboarding.schemas.assessments import LONG
from shared.schemas import HouseSchema, choice, words


class ReportBarrierSchema(HouseSchema):
    text = words(required=True, high=LONG)
    page = words(low=0, high=300)
    language = choice("de", "en")
    scheme = choice(*SCHEMES)
    width = words(low=0, high=20)
    device = words(low=0, high=300)
    reply_to = Address(validate=validate.Length(max=320, error="length"))

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.ReportBarrier:
        return commands.ReportBarrier(**data)


class CloseBarrierSchema(HouseSchema):
    note = words(required=True, high=LONG)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.CloseBarrier:
        return commands.CloseBarrier(**data)


def barrier_view(barrier: Barrier) -> dict[str, Any]:
    return {
        "id": str(barrier.id),
        "text": barrier.text,
        "page": barrier.page,
        "language": barrier.language,
        "scheme": barrier.scheme,
        "width": barrier.width,
        "device": barrier.device,
        "reply_to": barrier.reply_to,
        "reported_at": barrier.reported_at.isoformat(),
        "note": barrier.note,
        "closed_by": barrier.closed_by,
        "closed_at": barrier.closed_at.isoformat() if barrier.closed_at else None,
        "version": barrier.version,
        "links": {"self": f"/api/v1/barriers/{barrier.id}", "page": f"/workbench/barriers/{barrier.id}"},
    }

"""What comes in about vouching, and how a voucher is shown to whom it belongs."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from services.onboarding import commands
from services.onboarding.domain import Application, Assessment
from shared.schemas import HouseSchema, words


class VouchSchema(HouseSchema):
    code = words(required=True, high=500)
    text = words(required=True, high=4000)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.Vouch:
        return commands.Vouch(**data)


class InviteSchema(HouseSchema):
    pass


class RevokeSchema(HouseSchema):
    pass


def voucher_view(voucher: Assessment, application: Application) -> dict[str, Any]:
    """Show a voucher to the intermediary who gave it: of the application no more than its number and title."""
    return {
        "id": str(voucher.id),
        "number": application.number,
        "title": application.answers.get("use_case", {}).get("title", ""),
        "text": voucher.reason,
        "at": voucher.at.isoformat(),
        "revoked": voucher.id not in {one.id for one in application.vouchers},
    }

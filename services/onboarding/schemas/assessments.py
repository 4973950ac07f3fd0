"""What comes in about rules that people judge or make an exception from."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from services.onboarding import commands
from services.onboarding.domain import BROKEN, KEPT, NOT_APPLICABLE, VOUCHED, VOUCHER
from shared.schemas import HouseSchema, choice, words

VERDICTS = (KEPT, BROKEN, NOT_APPLICABLE)
MOVES = ("judgement", "override", "revocation", "voucher")
SAID = (*VERDICTS, VOUCHED)
LONG = 10_000


class JudgeSchema(HouseSchema):
    rule = words(required=True, high=40)
    verdict = choice(*VERDICTS, required=True)
    reason = words(required=True, high=LONG)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.JudgeRule:
        return commands.JudgeRule(**data)


class OverrideSchema(HouseSchema):
    rule = words(required=True, high=40)
    pointer = words(high=200)
    reason = words(required=True, high=LONG)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.OverrideRule:
        return commands.OverrideRule(**data)


def finding_view(finding: dict[str, Any], *, admin: bool) -> dict[str, Any]:
    """Show a finding; to applicants whoever judged or made an exception is a role."""
    view = dict(finding)
    if not admin and "judged" in view and view["rule"] != VOUCHER:
        view["judged"] = view["judged"] | {"by": view["judged"]["role"]}
    if not admin and "override" in view:
        view["override"] = view["override"] | {"by": "approver"}
    return view

"""What comes in about versions of the model, and how they are shown."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from services.onboarding import commands
from services.onboarding.domain import ModelVersion
from services.onboarding.model import Model
from services.onboarding.schemas.assessments import LONG
from shared.schemas import Flag, HouseSchema, words

GRACE_DAYS_MAX = 3650


class PublicationSchema(HouseSchema):
    reason = words(required=True, high=LONG)
    adopt_until = fields.Date()
    grace_days = fields.Integer(strict=True, validate=validate.Range(1, GRACE_DAYS_MAX, error="length"))

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.ProposePublication:
        return commands.ProposePublication(**data)


class ConfirmPublicationSchema(HouseSchema):
    agree = Flag(required=True)
    comment = words(low=0, high=LONG)

    @validates_schema(skip_on_field_errors=True)
    def _a_no_has_a_reason(self, data: dict[str, Any], **_: Any) -> None:
        if not data["agree"] and not data.get("comment"):
            raise ValidationError({"comment": ["required"]})

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.ConfirmPublication:
        return commands.ConfirmPublication(**data)


class WithdrawPublicationSchema(HouseSchema):
    reason = words(required=True, high=LONG)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.WithdrawPublication:
        return commands.WithdrawPublication(**data)


class RetireSchema(HouseSchema):
    reason = words(required=True, high=LONG)
    until = fields.Date()

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.RetireVersion:
        return commands.RetireVersion(**data)


class AdoptSchema(HouseSchema):
    model = words(required=True, high=20)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.AdoptModel:
        return commands.AdoptModel(**data)


def version_view(version: ModelVersion, model: Model, *, admin: bool) -> dict[str, Any]:
    """Show a version without its questions and rules; who wrote and signed it is shown to admins."""
    path = f"/api/v1/models/{version.name}"
    ended = {
        "at": version.ended_at.isoformat(),
        "reason": version.end_reason,
        "until": version.counts_until.isoformat() if version.counts_until else None,
    } if version.ended_at else None  # fmt: skip
    view: dict[str, Any] = {
        "version": version.name,
        "status": str(version.status),
        "title": model.public["title"],
        "published_on": version.published_at.date().isoformat()
        if version.published_at
        else model.public["published_on"],
        "before": version.before,
        "reason": version.reason,
        "adopt_until": version.adopt_until.isoformat() if version.adopt_until else None,
        "grace_days": version.grace_days,
        "ended": ended,
        "sha256": version.sha256,
        "links": {"self": path, "diff": f"{path}/diff", "page": f"/models/{version.name}"},
    }
    if admin:
        view["signatures"] = {
            "changed_by": version.changed_by,
            "proposed_by": version.proposed_by,
            "proposed_at": version.proposed_at.isoformat() if version.proposed_at else None,
            "published_by": version.published_by,
            "published_at": version.published_at.isoformat() if version.published_at else None,
            "ended_by": version.ended_by,
        }
    return view


def model_body(version: ModelVersion, model: Model, *, admin: bool) -> bytes:
    """Write a version with all its questions and rules as JSON; half a megabyte, so what was written is kept."""
    return _written(model, json.dumps(version_view(version, model, admin=admin)))


@lru_cache(maxsize=32)
def _written(model: Model, life: str) -> bytes:
    return json.dumps(model.public | json.loads(life), ensure_ascii=False, separators=(",", ":")).encode()


def version_etag(version: ModelVersion, model: Model, *, admin: bool) -> str:
    """The same for all answers about a version; it changes with the document, its life, and the software."""
    return hashlib.sha256(f"{model.etag} {version.version} {admin}".encode()).hexdigest()[:40]

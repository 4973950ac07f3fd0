"""What comes in about people and their access, and how both are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import fields, post_load, validate

from services.onboarding import commands
from services.onboarding.domain import MOST_MONTHS, ApiKey, Member, Person
from services.onboarding.schemas.applications import Address
from shared.register import SCOPES
from shared.schemas import HouseSchema, choice, words


class SignInSchema(HouseSchema):
    email = Address(required=True, validate=validate.Length(max=320, error="length"))


class InvitePersonSchema(HouseSchema):
    email = Address(required=True, validate=validate.Length(max=320, error="length"))

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.InvitePerson:
        return commands.InvitePerson(**data)


class IssueKeySchema(HouseSchema):
    name = words(required=True, high=100)
    scopes = fields.List(choice(*SCOPES), required=True, validate=validate.Length(1, len(SCOPES), error="length"))
    months = fields.Integer(
        strict=True, load_default=MOST_MONTHS, validate=validate.Range(1, MOST_MONTHS, error="length")
    )

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.IssueKey:
        return commands.IssueKey(**data | {"scopes": tuple(sorted(set(data["scopes"])))})


def key_view(key: ApiKey) -> dict[str, Any]:
    """Show a key to whom it belongs; never the key itself."""
    return {
        "id": str(key.id),
        "name": key.name,
        "scopes": key.scopes,
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat(),
        "last_used": key.last_used_on.isoformat() if key.last_used_on else None,
    }


def person_view(person: Person, member: Member) -> dict[str, Any]:
    joined: datetime | None = member.joined_at
    return {
        "id": str(person.id),
        "email": person.email,
        "invited": member.invited,
        "since": member.at.isoformat(),
        "joined": joined.isoformat() if joined else None,
    }

"""What comes in about people, and how one is shown."""

from __future__ import annotations

from marshmallow import validate

from services.onboarding.schemas.applications import Address
from shared.schemas import HouseSchema


class SignInSchema(HouseSchema):
    email = Address(required=True, validate=validate.Length(max=320, error="length"))

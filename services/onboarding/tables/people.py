"""People, the applications they belong to, and the links they ask for to sign in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Uuid, func
from sqlalchemy.orm import relationship

from services.onboarding.domain import Member, Person, SignIn
from services.onboarding.tables.applications import applications
from services.onboarding.tables.ground import mapper, metadata
from shared.database import Moment

Index("ix_applications_email", func.lower(applications.c.email))

people = Table(
    "people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject", String(100), nullable=False, unique=True),
    Column("email", String(320), nullable=False, unique=True),  # in small letters
    Column("language", String(2), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
)
members = Table(
    "members",
    metadata,
    Column("person_id", Uuid, ForeignKey("people.id"), primary_key=True),
    Column("application_id", Uuid, ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("invited", Boolean, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", Moment, nullable=False),
    Column("joined_at", Moment),
)
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", String(320), nullable=False, index=True),  # in small letters
    Column("application_id", Uuid),
    Column("browser", String(64), nullable=False),
    Column("then", String(500), nullable=False),
    Column("requested_at", Moment, nullable=False, index=True),
    Column("expires_at", Moment, nullable=False),
    Column("told_at", Moment),
    Column("used_at", Moment),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
)

mapper.map_imperatively(Member, members)
mapper.map_imperatively(
    Person,
    people,
    version_id_col=people.c.version,
    properties={"members": relationship(Member, order_by=members.c.at, cascade="all, delete-orphan")},
)
mapper.map_imperatively(SignIn, sign_ins, version_id_col=sign_ins.c.version)

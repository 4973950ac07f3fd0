"""How the catalog lies on disk, and how its class lies on that."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, String, Table, Text, Uuid
from sqlalchemy.orm import registry

from services.catalog.domain import UseCase
from shared.database import Moment, house_metadata
from shared.register import register_tables

metadata = house_metadata()
register_tables(metadata)

use_cases = Table(
    "use_cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, unique=True),
    Column("slug", String(120), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("summary", Text, nullable=False),
    Column("provider", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("themes", String(400), nullable=False),
    Column("stage", String(40), nullable=False),
    Column("strategies", String(400), nullable=False),
    Column("alignment", JSON, nullable=False),
    Column("conforming_until", Date),
    Column("paused_rights", String(200), nullable=False),
    Column("public_service", Boolean, nullable=False),
    Column("search", Text, nullable=False),
    Column("listed_at", Moment, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
)
Index("ix_use_cases_order", use_cases.c.pinned, use_cases.c.listed_at, use_cases.c.id)

registry(metadata=metadata).map_imperatively(UseCase, use_cases, version_id_col=use_cases.c.version)

"""Reports of barriers."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, Uuid

from services.onboarding.domain import Barrier
from services.onboarding.tables.ground import mapper, metadata
from shared.database import Moment

barriers = Table(
    "barriers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("text", Text, nullable=False),
    Column("page", String(300), nullable=False),
    Column("language", String(2), nullable=False),
    Column("scheme", String(20), nullable=False),
    Column("width", String(20), nullable=False),
    Column("device", String(300), nullable=False),
    Column("reply_to", String(320), nullable=False),
    Column("reported_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    Column("closed_by", String(200)),
    Column("closed_at", Moment),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    CheckConstraint("(closed_by IS NULL) = (closed_at IS NULL)", name="closed_by_somebody"),
)
Index("ix_barriers_order", barriers.c.reported_at, barriers.c.id)

mapper.map_imperatively(Barrier, barriers, version_id_col=barriers.c.version)

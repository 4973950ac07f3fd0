"""The versions of applications."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Uuid
from sqlalchemy.orm import deferred

from services.onboarding.domain import Snapshot
from services.onboarding.tables.ground import mapper, metadata
from shared.database import Moment

snapshots = Table(
    "application_versions",
    metadata,
    Column("application_id", Uuid, ForeignKey("applications.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("why", String(20), nullable=False),
    Column("model", String(20), nullable=False),
    Column("answers", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Answers are read when somebody wants to see them; that there is a version is asked often.
mapper.map_imperatively(Snapshot, snapshots, properties={"answers": deferred(snapshots.c.answers)})

"""The versions of the model and what people signed about them."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Enum, Integer, String, Table, Text, Uuid
from sqlalchemy.orm import deferred

from services.onboarding.domain import ModelVersion, VersionStatus
from services.onboarding.tables.ground import mapper, metadata
from shared.database import Moment

model_versions = Table(
    "model_versions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(20), nullable=False, unique=True),
    Column("document", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column(
        "status",
        Enum(VersionStatus, native_enum=False, values_callable=list, length=20, create_constraint=True, name="status"),
        nullable=False,
    ),
    Column("released", Boolean, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("changed_at", Moment),
    Column("reason", Text, nullable=False),
    Column("adopt_until", Date),
    Column("grace_days", Integer),
    Column("before", String(20)),
    Column("signed_sha256", String(64)),
    Column("proposed_by", String(200)),
    Column("proposed_at", Moment),
    Column("published_by", String(200)),
    Column("published_at", Moment),
    Column("ended_by", String(200)),
    Column("ended_at", Moment),
    Column("end_reason", Text, nullable=False),
    Column("counts_until", Date),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    CheckConstraint("published_by IS NULL OR published_by <> proposed_by", name="four_eyes"),
    CheckConstraint(
        "released OR status IN ('draft', 'proposed') OR "
        "(proposed_by IS NOT NULL AND published_by IS NOT NULL AND signed_sha256 IS NOT NULL"
        " AND signed_sha256 = sha256)",
        name="two_signatures",
    ),
)

mapper.map_imperatively(
    ModelVersion,
    model_versions,
    version_id_col=model_versions.c.version,
    # The text is long and hardly ever needed: a compiled model is found by its hash.
    properties={"document": deferred(model_versions.c.document)},
)

"""Applications, the decisions about them, and what people said about rules."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Enum,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.orm import relationship

from services.onboarding.domain import Application, Assessment, Decision, Recheck, Snapshot, Status
from services.onboarding.tables.campaigns import rechecks
from services.onboarding.tables.ground import mapper, metadata
from services.onboarding.tables.snapshots import snapshots
from shared.database import Moment

applications = Table(
    "applications",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("owner", String(100), nullable=False, index=True),
    Column("filed_by", String(200)),
    Column(
        "status",
        Enum(Status, native_enum=False, values_callable=list, length=40, create_constraint=True, name="status"),
        nullable=False,
    ),
    Column("model", String(20), nullable=False),
    Column("person", String(200), nullable=False),
    Column("email", String(320), nullable=False),
    Column("language", String(2), nullable=False),
    Column("proved", Boolean, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("themes", String(400), nullable=False),  # separated by spaces
    Column("questions", JSON, nullable=False),
    Column("timeline", JSON, nullable=False),
    Column("due_on", Date),
    Column("promise", String(20)),
    Column("expires_on", Date),
    Column("next_at", Moment),
    Column("reminded_on", Date),
    Column("paused", JSON(none_as_null=True)),
    Column("submitted_on", Date, index=True),
    Column("decided_on", Date, index=True),
    Column("waited_days", Integer, nullable=False, server_default="0"),
    Column("decided_days", Integer),  # how many of them the city took: kept, so that a forecast reads few rows
    Column("reconsider_until", Date),
    Column("use_case", String(120)),
    Column("offered", String(20)),
    Column("adopted", JSON(none_as_null=True)),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
)
Index("ix_applications_queue", applications.c.status, applications.c.created_at, applications.c.id)

_next, _due = applications.c.next_at.is_not(None), applications.c.due_on.is_not(None)
_decided = applications.c.decided_days.is_not(None)
Index("ix_applications_next_at", applications.c.next_at, postgresql_where=_next, sqlite_where=_next)
Index("ix_applications_due", applications.c.due_on, applications.c.id, postgresql_where=_due, sqlite_where=_due)
Index(
    "ix_applications_decided",
    applications.c.kind,
    applications.c.decided_on,
    postgresql_where=_decided,
    sqlite_where=_decided,
)
decisions = Table(
    "decisions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, ForeignKey("applications.id"), nullable=False, index=True),
    Column("outcome", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("conditions", JSON, nullable=False),
    Column("proposed_by", String(200), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("state", String(20), nullable=False),
    Column("signed_by", String(200)),
    Column("signed_at", Moment),
    Column("comment", Text, nullable=False),
    CheckConstraint("signed_by IS NULL OR signed_by <> proposed_by", name="four_eyes"),
    CheckConstraint("state <> 'confirmed' OR signed_by IS NOT NULL", name="two_signatures"),
)
assessments = Table(
    "assessments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, ForeignKey("applications.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("model", String(20), nullable=False),
    Column("pointer", String(200), nullable=False),
    Column("observed", JSON, nullable=False),
    Column("verdict", String(20)),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("(kind = 'judgement') = (verdict IS NOT NULL)", name="judgements_have_a_verdict"),
)
_open = decisions.c.state == "open"
Index("uq_decisions_open", decisions.c.application_id, unique=True, postgresql_where=_open, sqlite_where=_open)

mapper.map_imperatively(Decision, decisions)
mapper.map_imperatively(Assessment, assessments)
mapper.map_imperatively(
    Application,
    applications,
    version_id_col=applications.c.version,
    properties={
        "checked": applications.c.findings,
        "assessments": relationship(Assessment, order_by=assessments.c.at, lazy="select", cascade="all, delete-orphan"),
        "decisions": relationship(
            Decision, order_by=decisions.c.proposed_at, lazy="select", cascade="all, delete-orphan"
        ),
        "snapshots": relationship(Snapshot, order_by=snapshots.c.number, lazy="select", cascade="all, delete-orphan"),
        "rechecks": relationship(Recheck, order_by=rechecks.c.checked_at, cascade="all, delete-orphan"),
    },
)

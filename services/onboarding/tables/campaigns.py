"""Re-check campaigns, what each found, and impact previews with what would change."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    Enum,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from services.onboarding.domain import Campaign, Impact, Preview, Recheck, Stage, State
from services.onboarding.tables.ground import mapper, metadata
from shared.database import Moment

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("model", String(20), nullable=False),
    Column("grace_days", Integer, nullable=False),
    Column(
        "stage",
        Enum(Stage, native_enum=False, values_callable=list, length=20, create_constraint=True, name="stage"),
        nullable=False,
    ),
    Column("reason", Text, nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("cursor", Uuid),
    Column("swept_at", Moment),
    Column("finished_at", Moment),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
)
Index("ix_campaigns_order", campaigns.c.started_at, campaigns.c.id)

rechecks = Table(
    "rechecks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, ForeignKey("campaigns.id"), nullable=False),
    Column("application_id", Uuid, ForeignKey("applications.id"), nullable=False, index=True),
    Column("model", String(20), nullable=False),
    Column(
        "state",
        Enum(State, native_enum=False, values_callable=list, length=20, create_constraint=True, name="state"),
        nullable=False,
    ),
    Column("findings", JSON, nullable=False),
    Column("rights", JSON, nullable=False),
    Column("paused_rights", JSON, nullable=False),
    Column("answers", JSON(none_as_null=True)),
    Column("checked_at", Moment, nullable=False),
    Column("due_on", Date),
    Column("next_at", Moment),
    Column("cured_at", Moment),
    UniqueConstraint("campaign_id", "application_id"),  # the net under "exactly once"
)
Index("ix_rechecks_state", rechecks.c.campaign_id, rechecks.c.state, rechecks.c.id)
_due = rechecks.c.next_at.is_not(None)
Index("ix_rechecks_due", rechecks.c.next_at, postgresql_where=_due, sqlite_where=_due)

previews = Table(
    "previews",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("model", String(20), nullable=False, unique=True),  # the newest run of each version
    Column("sha256", String(64), nullable=False),
    Column("started_by", String(200), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("total", Integer, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("totals", JSON, nullable=False),
    Column("cursor", Uuid),
    Column("finished_at", Moment),
)
impacts = Table(
    "impacts",
    metadata,
    Column("preview_id", Uuid, ForeignKey("previews.id", ondelete="CASCADE"), primary_key=True),
    Column("application_id", Uuid, primary_key=True),
    Column("number", String(20), nullable=False),
    Column("group", String(20), nullable=False),
    Column("status", String(40), nullable=False),
    Column("use_case", String(120)),
    Column("pinned", String(20), nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("changes", JSON, nullable=False),
)

mapper.map_imperatively(Preview, previews)
mapper.map_imperatively(Impact, impacts)
mapper.map_imperatively(Campaign, campaigns, version_id_col=campaigns.c.version)
mapper.map_imperatively(Recheck, rechecks)

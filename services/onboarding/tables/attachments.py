"""What applicants brought along; the bytes themselves lie in a storage."""

from __future__ import annotations

from sqlalchemy import Column, Enum, ForeignKey, Index, Integer, String, Table, Uuid

from services.onboarding.domain import Attachment, AttachmentState
from services.onboarding.tables.ground import mapper, metadata
from shared.database import Moment

attachments = Table(
    "attachments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, ForeignKey("applications.id"), index=True),
    Column("name", String(200), nullable=False),
    Column("media", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("place", String(80), unique=True),
    Column("pointer", String(200)),
    Column(
        "state",
        Enum(AttachmentState, native_enum=False, values_callable=list, length=20, create_constraint=True, name="state"),
        nullable=False,
    ),
    Column("reason", String(200), nullable=False),
    Column("uploaded_by", String(200), nullable=False),
    Column("uploaded_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Moment),
    Column("scanned_at", Moment),
)
Index("ix_attachments_uploaded_by", attachments.c.uploaded_by, attachments.c.uploaded_at)
_due = attachments.c.next_at.is_not(None)
Index("ix_attachments_due", attachments.c.next_at, postgresql_where=_due, sqlite_where=_due)

mapper.map_imperatively(Attachment, attachments)

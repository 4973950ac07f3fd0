"""Attachments: what applicants bring along; the bytes lie in a storage."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "2026_11_24_attachments"
down_revision = "2026_11_24_people"
branch_labels = None
depends_on = None

STATES = ("quarantine", "clean", "rejected", "not_scanned", "removed")


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=True),
        sa.Column("pointer", sa.String(length=200), nullable=True),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by", sa.String(length=200), nullable=False),
        sa.Column("uploaded_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("scanned_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_attachments_application_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("place", name=op.f("uq_attachments_place")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_application_id"), ["application_id"], unique=False)
        batch_op.create_index("ix_attachments_uploaded_by", ["uploaded_by", "uploaded_at"], unique=False)
        due = sa.text("next_at IS NOT NULL")
        batch_op.create_index("ix_attachments_due", ["next_at"], unique=False, postgresql_where=due, sqlite_where=due)

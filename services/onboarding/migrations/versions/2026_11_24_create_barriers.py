"""Create barriers."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "2026_11_24_barriers"
down_revision = "2026_11_24_keep_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "barriers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("width", sa.String(length=20), nullable=False),
        sa.Column("device", sa.String(length=300), nullable=False),
        sa.Column("reply_to", sa.String(length=320), nullable=False),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.String(length=200), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("(closed_by IS NULL) = (closed_at IS NULL)", name=op.f("ck_barriers_closed_by_somebody")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barriers")),
    )
    with op.batch_alter_table("barriers", schema=None) as batch_op:
        batch_op.create_index("ix_barriers_order", ["reported_at", "id"], unique=False)

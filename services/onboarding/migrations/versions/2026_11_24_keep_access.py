"""What has ended and which API keys there are: every service verifies credentials alone."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment
from shared.first_tables import add_register

revision = "2026_11_24_access"
down_revision = "2026_11_24_promises"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_register(
        [
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("sequence", sa.Integer(), nullable=False),
            sa.UniqueConstraint("id", name=op.f("uq_standings_id")),
        ],
        [
            sa.Column("name", sa.String(length=200), nullable=False),
            sa.Column("created_at", Moment(), nullable=False),
            sa.Column("ended_at", Moment(), nullable=True),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("sequence", sa.Integer(), nullable=False),
        ],
    )
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_keys_subject"), ["subject"], unique=False)
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
    )
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_forms_browser"), ["browser"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_forms_at"), ["at"], unique=False)

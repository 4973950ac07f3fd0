"""Create model versions."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "2026_11_24_model_versions"
down_revision = "2026_11_23"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "proposed",
                "published",
                "withdrawn",
                "retired",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("adopt_until", sa.Date(), nullable=True),
        sa.Column("grace_days", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=20), nullable=True),
        sa.Column("signed_sha256", sa.String(length=64), nullable=True),
        sa.Column("proposed_by", sa.String(length=200), nullable=True),
        sa.Column("proposed_at", Moment(), nullable=True),
        sa.Column("published_by", sa.String(length=200), nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("counts_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "published_by IS NULL OR published_by <> proposed_by", name=op.f("ck_model_versions_four_eyes")
        ),
        sa.CheckConstraint(
            "released OR status IN ('draft', 'proposed') OR "
            "(proposed_by IS NOT NULL AND published_by IS NOT NULL AND signed_sha256 IS NOT NULL"
            " AND signed_sha256 = sha256)",
            name=op.f("ck_model_versions_two_signatures"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_versions")),
        sa.UniqueConstraint("name", name=op.f("uq_model_versions_name")),
    )

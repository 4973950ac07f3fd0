"""Create assessments."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "2026_11_24_assessments"
down_revision = "2026_11_24_refused"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=20), nullable=False),
        sa.Column("pointer", sa.String(length=200), nullable=False),
        sa.Column("observed", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'judgement') = (verdict IS NOT NULL)", name=op.f("ck_assessments_judgements_have_a_verdict")
        ),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_assessments_application_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessments_application_id"), ["application_id"], unique=False)

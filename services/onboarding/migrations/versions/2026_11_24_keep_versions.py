"""Keep versions of applications; what is with the city already begins with what it says now."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "2026_11_24_keep_versions"
down_revision = "2026_11_24_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application_versions",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=20), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_versions_application_id")
        ),
        sa.PrimaryKeyConstraint("application_id", "number", name=op.f("pk_application_versions")),
    )
    op.execute(
        "INSERT INTO application_versions (application_id, number, why, model, answers, at) "
        "SELECT id, 1, 'found', model, answers, changed_at FROM applications WHERE status NOT IN ('draft', 'withdrawn')"
    )

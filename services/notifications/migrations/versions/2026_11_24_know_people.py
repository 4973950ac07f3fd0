"""People may belong to several applications, and letters may go to them and not only to the contact."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_people"
down_revision = "2026_11_24_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_people")),
    )
    op.create_table(
        "members",
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "application_id", name=op.f("pk_members")),
    )

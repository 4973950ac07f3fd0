"""Add until when use cases conform, and which of their rights are paused."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_conformity"
down_revision = "2026_11_24_refused"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("use_cases") as batch_op:
        batch_op.add_column(sa.Column("conforming_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("paused_rights", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("use_cases") as batch_op:
        batch_op.alter_column("paused_rights", server_default=None)

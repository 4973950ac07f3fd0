"""Letters may be about the house itself, and then belong to no application."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_house_letters"
down_revision = "2026_11_23"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("messages", "deliveries"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("application_id", existing_type=sa.Uuid(), nullable=True)

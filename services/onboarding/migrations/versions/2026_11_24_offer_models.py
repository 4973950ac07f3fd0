"""Applications remember which newer model was offered, and how they came to theirs."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_offer_models"
down_revision = "2026_11_24_assessments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offered", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("adopted", sa.JSON(none_as_null=True), nullable=True))

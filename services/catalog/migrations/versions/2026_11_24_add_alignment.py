"""Add alignment to use cases: what was listed before names its strategies without a passage."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_alignment"
down_revision = "2026_11_23"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("use_cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alignment", sa.JSON(), nullable=False, server_default="[]"))
    use_cases = sa.table(
        "use_cases", sa.column("id", sa.Uuid()), sa.column("strategies"), sa.column("alignment", sa.JSON())
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(use_cases.c.id, use_cases.c.strategies)).all():
        served = [{"strategy": one, "passage": None} for one in row.strategies.split()]
        connection.execute(use_cases.update().where(use_cases.c.id == row.id).values(alignment=served))
    with op.batch_alter_table("use_cases", schema=None) as batch_op:
        batch_op.alter_column("alignment", server_default=None)

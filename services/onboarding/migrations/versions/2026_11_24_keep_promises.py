"""Applications keep their promises: dates, what is paused, how long a decision took; two more statuses."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "2026_11_24_promises"
down_revision = "2026_11_24_attachments"
branch_labels = None
depends_on = None

STATUSES = (
    "draft", "submitted", "in_review", "clarification", "proposed", "approved", "approved_with_conditions", "declined",
    "reconsidered", "withdrawn", "expired",
)  # fmt: skip
OPEN = ("draft", "submitted", "in_review", "clarification", "proposed")
COLUMNS = (
    ("promise", sa.String(length=20)),
    ("expires_on", sa.Date()),
    ("next_at", Moment()),
    ("reminded_on", sa.Date()),
    ("paused", sa.JSON(none_as_null=True)),
    ("submitted_on", sa.Date()),
    ("decided_on", sa.Date()),
    ("decided_days", sa.Integer()),
    ("reconsider_until", sa.Date()),
)


def upgrade() -> None:
    # SQLite writes the table anew for the sake of the constraint; a crash before the end may have left a half.
    op.execute("DROP TABLE IF EXISTS _alembic_tmp_applications")
    op.drop_index("ix_applications_email", "applications")  # over an expression, which would not be copied
    with op.batch_alter_table("applications", schema=None) as batch_op:
        for name, kind in COLUMNS:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.add_column(sa.Column("waited_days", sa.Integer(), nullable=False, server_default="0"))
        if op.get_context().dialect.name == "postgresql":
            batch_op.drop_constraint(op.f("ck_applications_status"), type_="check")
        allowed = ", ".join(f"'{one}'" for one in STATUSES)
        batch_op.create_check_constraint(op.f("ck_applications_status"), f"status IN ({allowed})")
        batch_op.create_index(batch_op.f("ix_applications_submitted_on"), ["submitted_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_applications_decided_on"), ["decided_on"], unique=False)
    op.create_index("ix_applications_email", "applications", [sa.text("lower(email)")], unique=False)
    _indices()
    # What is open has been promised nothing yet: the clock begins with it.
    found = sa.table("applications", sa.column("status", sa.String()), sa.column("next_at", Moment()),
                     sa.column("changed_at", Moment()))  # fmt: skip
    op.execute(found.update().where(found.c.status.in_(OPEN)).values(next_at=found.c.changed_at))


def _indices() -> None:
    for name, columns, where in (
        ("ix_applications_next_at", ["next_at"], "next_at IS NOT NULL"),
        ("ix_applications_due", ["due_on", "id"], "due_on IS NOT NULL"),
        ("ix_applications_decided", ["kind", "decided_on"], "decided_days IS NOT NULL"),
    ):
        op.create_index(
            name, "applications", columns, unique=False, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
        )

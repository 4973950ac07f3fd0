"""Create use cases."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.database import Moment
from shared.first_tables import create_house_tables

revision = "2026_11_23"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_house_tables()
    op.create_table(
        "use_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("themes", sa.String(length=400), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("strategies", sa.String(length=400), nullable=False),
        sa.Column("public_service", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("listed_at", Moment(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_cases")),
        sa.UniqueConstraint("application_id", name=op.f("uq_use_cases_application_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_use_cases_slug")),
    )
    with op.batch_alter_table("use_cases", schema=None) as batch_op:
        batch_op.create_index("ix_use_cases_order", ["pinned", "listed_at", "id"], unique=False)
    op.bulk_insert(use_cases(), [PLATFORM])


def use_cases() -> sa.TableClause:
    return sa.table(
        "use_cases",
        *(sa.column(name) for name in PLATFORM if name not in {"id", "listed_at"}),
        sa.column("id", sa.Uuid()),
        sa.column("listed_at", Moment()),
    )


#: Entry number one: what all others run on.
PLATFORM = {
    "id": UUID("b1e1efe1-d000-4000-8000-000000000001"),
    "slug": "city-plattform",
    "title": "City-Plattform Bielefeld",
    "summary": (
        "Die gemeinsame Datenplattform von Stadt und Stadtwerken: Hier laufen die Anwendungsfälle dieses Katalogs, "
        "im gemeinsamen Rechenzentrum, mit offenen Schnittstellen."
    ),
    "provider": "Stadt Bielefeld und Stadtwerke Bielefeld",
    "kind": "city_department",
    "themes": "mobility energy climate district",
    "stage": "operation",
    "strategies": "eckpunktepapier_digitalisierung",
    "public_service": True,
    "search": (
        "city-plattform bielefeld die gemeinsame datenplattform von stadt und stadtwerken: hier laufen die "
        "anwendungsfälle dieses katalogs, im gemeinsamen rechenzentrum, mit offenen schnittstellen. "
        "stadt bielefeld und stadtwerke bielefeld"
    ),
    "listed_at": datetime(2026, 11, 1, tzinfo=UTC),
    "pinned": True,
    "version": 1,
    "sequence": 0,
}

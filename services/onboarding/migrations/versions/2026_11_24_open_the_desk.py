"""The dead letter desk: what people did there, and the first signature under a discard."""

from shared.first_tables import add_desk

revision = "2026_11_24_desk"
down_revision = "2026_11_24_offer_models"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_desk()

"""Hold back events the broker refused."""

from shared.first_tables import add_refusals

revision = "2026_11_24_refused"
down_revision = "2026_11_24_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_refusals()

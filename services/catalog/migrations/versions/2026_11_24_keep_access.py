"""What has ended and which API keys there are: every service verifies credentials alone."""

from shared.first_tables import add_register

revision = "2026_11_24_access"
down_revision = "2026_11_24_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_register()

from alembic import context

from services.onboarding.tables import metadata
from shared.migrate import run

run(context, metadata)

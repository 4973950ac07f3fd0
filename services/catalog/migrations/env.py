from alembic import context

from services.catalog.tables import metadata
from shared.migrate import run

run(context, metadata)

from alembic import context

from services.notifications.tables import metadata
from shared.migrate import run

run(context, metadata)

"""`hub` as a function, and what its tests put into a house."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from typer.testing import CliRunner, Result

from services.cli import app
from shared.database import Database
from tests.support.builders import approved, envelope

OK, PROBLEMS, USAGE, UNREACHABLE = 0, 1, 2, 3
#: What the environment of whoever runs the tests must not decide.
SETTINGS = ("AMQP_URI", "DATABASE_URL", "HOUSE_SECRET_FILE", "ADMIN_TOKENS_FILE", "HOST")


def hub(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env=environment)


def told(house: dict[str, Database], at: datetime, *, published: bool) -> UUID:
    """Put an event into onboarding's outbox."""
    event = approved()
    sealed = envelope(event)
    row = {
        "event_id": UUID(sealed["id"]), "aggregate_id": event.application_id, "sequence": 1, "type": event.name,
        "envelope": json.dumps(sealed), "created_at": at, "published_at": at if published else None, "run": 1,
    }  # fmt: skip
    with house["onboarding"].transaction() as session:
        session.execute(insert(house["onboarding"].metadata.tables["outbox"]).values(row))
    return event.application_id

"""What lies on the desk of a house that was set up but does not run."""

from __future__ import annotations

import json
from importlib import import_module
from uuid import UUID, uuid4

from sqlalchemy import select

from shared.auth import Keyring
from shared.database import Database
from shared.delivery import Delivery
from shared.inbox import Inbox
from tests.support.builders import approved, delivery, envelope, withdrawn


def inbox(house: dict[str, Database], name: str = "catalog") -> Inbox:
    handlers = import_module(f"services.{name}.handlers")
    if name == "notifications":
        return Inbox(name, house[name], handlers.reactions("https://hub.example", Keyring(b"0" * 32)))
    return Inbox(name, house[name], handlers.REACTIONS)


def parked(house: dict[str, Database]) -> UUID:
    """Park an approval that lacks its title in the catalog, with a withdrawal waiting behind it."""
    application = uuid4()
    event = envelope(approved(application))
    del event["data"]["title"]
    box = inbox(house)
    box.take([Delivery("onboarding", json.dumps(event).encode()), delivery(withdrawn(application), sequence=2)])
    return UUID(event["id"])


def statuses(house: dict[str, Database], name: str = "catalog") -> list[str]:
    table = house[name].metadata.tables["inbox"]
    with house[name].reading() as session:
        return list(session.scalars(select(table.c.status).order_by(table.c.sequence)))

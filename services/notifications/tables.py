"""How notifications lies on disk, and how its classes lie on that."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Enum,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import registry, relationship

from services.notifications.domain import Contact, Delivery, Message, Person, Status
from shared.database import Moment, house_metadata
from shared.register import register_tables

metadata = house_metadata()
register_tables(metadata)

contacts = Table(
    "contacts",
    metadata,
    Column("application_id", Uuid, primary_key=True),
    Column("number", String(20), nullable=False),
    Column("owner", String(100), nullable=False, index=True),
    Column("person", String(200), nullable=False),
    Column("email", String(320), nullable=False),
    Column("language", String(2), nullable=False),
    Column("proved", Boolean, nullable=False),
)
people = Table(
    "people",
    metadata,
    Column("subject", String(100), primary_key=True),
    Column("email", String(320), nullable=False),
    Column("language", String(2), nullable=False),
)
members = Table(
    "members",
    metadata,
    Column("subject", String(100), primary_key=True),
    Column("application_id", Uuid, primary_key=True),
)
messages = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, index=True),  # none if it is about the house
    Column("recipient", String(200), nullable=False),
    Column("not_for", String(200)),
    Column("template", String(200), nullable=False),
    Column("words", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("ix_messages_inbox", messages.c.recipient, messages.c.at, messages.c.id)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", Uuid, ForeignKey("messages.id"), nullable=False),
    Column("application_id", Uuid, index=True),  # none if it is about the house
    Column("channel", String(20), nullable=False),
    Column(
        "status",
        Enum(Status, native_enum=False, values_callable=list, length=20, create_constraint=True, name="status"),
        nullable=False,
    ),
    Column("at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment),
    Column("error", String(500)),
    UniqueConstraint("message_id", "channel"),
)
_due = deliveries.c.due_at.is_not(None)
Index("ix_deliveries_due", deliveries.c.due_at, postgresql_where=_due, sqlite_where=_due)

reads = Table(
    "reads",
    metadata,
    Column("message_id", Uuid, ForeignKey("messages.id"), primary_key=True),
    Column("reader", String(200), primary_key=True),
)

_registry = registry(metadata=metadata)
_registry.map_imperatively(Contact, contacts)
_registry.map_imperatively(Person, people)
_registry.map_imperatively(Delivery, deliveries)
_registry.map_imperatively(
    Message, messages, properties={"deliveries": relationship(Delivery, order_by=deliveries.c.channel)}
)

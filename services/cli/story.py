"""What happened with one application, gathered from the services that are here; nothing about a person."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.cli.opening import Installation, services_here

if TYPE_CHECKING:
    from sqlalchemy import Table

Story = dict[str, Any]

#: Mail servers repeat the address in what they refuse.
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


def story(house: Installation, asked: str) -> Story | None:
    """Return all that is known of the application with this number or id, None if nobody here knows it.

    {"application", "number", "status", "model", "here": [service], "timeline", "findings", "decisions", "events":
    [{"id", "type", "service", "sequence", "at", "published_at", "refused", "correlation", "cause", "heard": [...],
    "deeds": [...], "letters": [...]}], "letters": those of no event here}.
    """
    here = services_here()
    application_id = _find(house, asked)
    if application_id is None:
        return None
    told: Story = {"application": application_id, "number": None, "here": list(here)}
    if "onboarding" in here:
        told |= _case(house, application_id)
    events: dict[UUID, Story] = {}
    aggregates = {application_id, *_use_cases(house, application_id)}
    for name in here:
        _add_told(house, name, aggregates, events)
    for name in here:
        _add_heard(house, name, aggregates, events)
        _add_deeds(house, name, events)
    for event in events.values():
        _add_silent(event, here)
    told["events"] = sorted(events.values(), key=lambda one: (str(one["at"]), one["sequence"]))
    told["letters"] = _letters(house, application_id, told["events"]) if "notifications" in here else []
    return told


def _find(house: Installation, asked: str) -> UUID | None:
    """Look the number up where one is kept; an id stands for itself where anybody knows it."""
    from sqlalchemy import select

    number = asked.strip().upper()
    places = {"onboarding": ("applications", "id"), "notifications": ("contacts", "application_id")}
    for name in services_here():
        database = house.database(name)
        with database.reading() as session:
            if name in places:
                table = database.metadata.tables[places[name][0]]
                found: UUID | None = session.scalar(select(table.c[places[name][1]]).where(table.c.number == number))
            else:
                found = None
            if found is None and (id_ := _as_id(asked)):
                inbox, outbox = (database.metadata.tables[one] for one in ("inbox", "outbox"))
                found = session.scalar(select(outbox.c.aggregate_id).where(outbox.c.aggregate_id == id_).limit(1))
                found = found or session.scalar(
                    select(inbox.c.aggregate_id).where(inbox.c.aggregate_id == id_).limit(1)
                )
        if found is not None:
            return found
    return None


def _as_id(asked: str) -> UUID | None:
    try:
        return UUID(asked)
    except ValueError:
        return None


def _case(house: Installation, application_id: UUID) -> Story:
    from services.onboarding.repository import Applications
    from shared.kernel import NotFound

    with house.database("onboarding").reading() as session:
        try:
            case = Applications(session).get(application_id)
        except NotFound:
            return {}
        signed = ("outcome", "state", "reason", "proposed_by", "proposed_at", "signed_by", "signed_at", "comment")
        kept = ("rule", "model", "severity", "pointer", "clause", "text", "judged", "override")
        return {
            "number": case.number,
            "status": str(case.status),
            "model": case.model,
            "use_case": case.use_case,
            "timeline": [
                {"at": one["at"], "status": one["status"], "actor": _actor(one["actor"]), "note": one.get("note", "")}
                for one in case.timeline
            ],
            "findings": [{name: one[name] for name in kept if one.get(name)} for one in case.findings],
            "decisions": [{name: getattr(one, name) for name in signed} for one in case.decisions],
        }


def _use_cases(house: Installation, application_id: UUID) -> list[UUID]:
    if "catalog" not in services_here():
        return []
    from sqlalchemy import select

    database = house.database("catalog")
    table = database.metadata.tables["use_cases"]
    with database.reading() as session:
        return list(session.scalars(select(table.c.id).where(table.c.application_id == application_id)))


def _add_told(house: Installation, name: str, aggregates: set[UUID], events: dict[UUID, Story]) -> None:
    for row in _rows(house, name, "outbox", aggregates):
        events[row.event_id] = _event(row.event_id, row.type, name, row.sequence) | {
            "at": row.created_at,
            "published_at": row.published_at,
            "refused": row.error if row.published_at is None else None,
            "correlation": json.loads(row.envelope).get("correlationid"),
            "cause": row.cause,
        }


def _add_heard(house: Installation, name: str, aggregates: set[UUID], events: dict[UUID, Story]) -> None:
    for row in _rows(house, name, "inbox", aggregates):
        event = events.setdefault(
            row.event_id, _event(row.event_id, row.type, row.teller, row.sequence) | {"at": row.received_at}
        )
        event["heard"].append(
            {
                "service": name,
                "status": row.status,
                "attempts": row.attempts,
                "error": row.error,
                "received_at": row.received_at,
                "due_at": row.due_at,
            }
        )


def _add_silent(event: Story, here: tuple[str, ...]) -> None:
    """Name the listeners that have not heard of it yet."""
    from shared.contracts import LISTENERS

    heard = {one["service"] for one in event["heard"]}
    for name in LISTENERS.get(event["service"], ()):
        if name in here and name not in heard:
            nothing = dict.fromkeys(("attempts", "error", "received_at", "due_at"))
            event["heard"].append({"service": name, "status": "not heard"} | nothing)


def _add_deeds(house: Installation, name: str, events: dict[UUID, Story]) -> None:
    from sqlalchemy import select

    table = house.database(name).metadata.tables["desk_log"]
    query = select(table).where(table.c.event_id.in_(list(events))).order_by(table.c.position)
    with house.database(name).reading() as session:
        for row in session.execute(query):
            deed = {"service": name, "at": row.at, "actor": row.actor, "action": row.action, "reason": row.reason}
            events[row.event_id]["deeds"].append(deed)


def _event(id_: UUID, type_: str, service: str, sequence: int) -> Story:
    unknown = dict.fromkeys(("at", "published_at", "refused", "correlation", "cause"))
    lists: Story = {"heard": [], "deeds": [], "letters": []}
    return {"id": id_, "type": type_, "service": service, "sequence": sequence} | unknown | lists


def _rows(house: Installation, name: str, table_name: str, aggregates: set[UUID]) -> list[Any]:
    from sqlalchemy import select

    database = house.database(name)
    table: Table = database.metadata.tables[table_name]
    with database.reading() as session:
        query = select(table).where(table.c.aggregate_id.in_(aggregates)).order_by(table.c.sequence)
        return list(session.execute(query).all())


def _letters(house: Installation, application_id: UUID, events: list[Story]) -> list[Story]:
    """Put each letter beside the event it tells of; return those whose event is not here."""
    from services.notifications.repository import Messages

    letters: dict[UUID, Story] = {}
    with house.database("notifications").reading() as session:
        for delivery, message in Messages(session).ledger(application_id):
            letter = letters.setdefault(
                message.id,
                {"template": message.template, "to": _actor(message.recipient), "at": message.at, "deliveries": []},
            )
            letter["deliveries"].append(
                {
                    "channel": delivery.channel,
                    "status": str(delivery.status),
                    "at": delivery.at,
                    "attempts": delivery.attempts,
                    "error": _ADDRESS.sub("(hidden)", delivery.error) if delivery.error else None,
                }
            )
    alone: list[Story] = []
    for letter in sorted(letters.values(), key=lambda one: str(one["at"])):
        mine = [one for one in events if one["type"] == letter["template"] and one["at"] and one["at"] <= letter["at"]]
        (mine[-1]["letters"] if mine else alone).append(letter)
    return alone


def _actor(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return "applicant" if kind == "applicant" else name or kind

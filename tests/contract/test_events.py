"""Each side of the wire keeps its word: tellers by the schema, listeners by taking every example."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.notifications import handlers as notifications
from services.onboarding.commands import Contact
from services.onboarding.domain import Application
from services.onboarding.domain.versions import version_id
from services.onboarding.repository import Applications
from services.publish.asyncapi import asyncapi
from shared import migrate
from shared.auth import Keyring
from shared.contracts import EVENTS, LISTENERS
from shared.contracts.onboarding import ContactChanged
from shared.contracts.people import PersonChanged
from shared.database import Database
from shared.delivery import Delivery
from shared.envelope import BrokenContract, check, schema, seal, unseal
from shared.inbox import Inbox
from shared.kernel import Event

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "shared" / "contracts"
#: `{event: {"required": [...], "properties": {name: hash}}}` of what has been released. Only add to it.
RELEASED: dict[str, Any] = json.loads((Path(__file__).parent / "released_events.json").read_text("utf-8"))
NAMES = sorted(EVENTS)
HEARD = [
    (listener, name)
    for teller, listeners in LISTENERS.items()
    for listener in listeners
    for name in NAMES
    if name.startswith(f"{teller}.")
]


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema(name)["examples"][0]
    return found


def event(name: str) -> Event:
    return unseal(EVENTS[name], {"data": example(name)})


def pin(name: str) -> dict[str, Any]:
    """What clients rely on: which data there is, and what each looks like."""
    found = schema(name)
    canonical = {key: json.dumps(value, sort_keys=True) for key, value in found["properties"].items()}
    hashes = {key: hashlib.sha256(text.encode()).hexdigest()[:16] for key, text in canonical.items()}
    return {"required": sorted(found["required"]), "properties": hashes}


def test_every_event_has_a_contract_and_every_contract_an_event() -> None:
    documents = {"openapi", "asyncapi"}
    written = {path.name.removesuffix(".json") for path in FOLDER.glob("*.json")} - documents

    assert written == set(EVENTS)


@pytest.mark.parametrize("name", NAMES)
def test_class_and_contract_say_the_same(name: str) -> None:
    kind, contract = EVENTS[name], schema(name)

    assert contract["$id"] == name == kind.name
    assert contract["title"] == kind.__name__
    assert contract["description"] == kind.__doc__
    assert list(contract["properties"]) == [one.name for one in fields(kind)]
    assert contract["required"] == [one.name for one in fields(kind) if one.default is MISSING]


@pytest.mark.parametrize("name", NAMES)
def test_an_event_from_before_a_field_was_added_is_still_understood(name: str) -> None:
    kind, required = EVENTS[name], schema(name)["required"]
    old = {key: value for key, value in example(name).items() if key in required}

    assert unseal(kind, {"data": old}) == kind(**{key: getattr(event(name), key) for key in required})


@pytest.mark.parametrize("name", NAMES)
def test_an_event_is_the_same_after_the_wire(name: str) -> None:
    told = event(name)

    envelope = json.loads(json.dumps(seal(told, subject=uuid4(), sequence=1, correlation="test")))

    assert unseal(EVENTS[name], envelope) == told
    assert envelope["data"] == example(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_in_the_published_document_is_a_whole_message(name: str) -> None:
    payload = asyncapi()["components"]["messages"][name]["examples"][0]["payload"]

    sealed = seal(event(name), subject=UUID(payload["subject"]), sequence=1, correlation="test")

    assert set(payload) == set(sealed)
    assert {key: payload[key] for key in ("type", "source", "data")} == {
        key: sealed[key] for key in ("type", "source", "data")
    }


@pytest.mark.parametrize("name", NAMES)
def test_data_that_lacks_a_field_breaks_the_contract(name: str) -> None:
    for field in schema(name)["required"]:
        data = {key: value for key, value in example(name).items() if key != field}
        with pytest.raises(BrokenContract, match=r"required"):
            check(name, data)


@pytest.mark.parametrize("name", NAMES)
def test_data_nobody_knows_yet_is_ignored(name: str) -> None:
    grown = {"data": example(name) | {"brand_new": {"deep": [1]}}, "brandnew": 1}

    assert unseal(EVENTS[name], grown) == event(name)


def test_personal_data_stands_in_two_events_only_and_is_marked_there() -> None:
    marked = [name for name in NAMES if "x-personal" in schema(name)]

    assert marked == [ContactChanged.name, PersonChanged.name]
    for name in marked:
        assert set(schema(name)["x-personal"]) <= set(schema(name)["properties"])


@pytest.mark.parametrize("name", sorted(RELEASED))
def test_a_released_contract_only_grows(name: str) -> None:
    assert name in EVENTS, "a released event stays until nobody can hold one any more"
    now, released = pin(name), RELEASED[name]

    assert now["required"] == released["required"], "old events lack a new field: make a version 2"
    assert released["properties"].items() <= now["properties"].items()


def test_every_event_is_pinned() -> None:
    assert set(RELEASED) == set(EVENTS), f"add to released_events.json: {json.dumps({n: pin(n) for n in NAMES})}"


@pytest.mark.parametrize(("listener", "name"), HEARD)
def test_a_listener_takes_what_it_is_told(listener: str, name: str, tmp_path: Path) -> None:
    with inbox_of(listener, tmp_path) as inbox:
        teller = name.split(".", 1)[0]
        prepare(inbox)

        inbox.take([Delivery(teller, message(name, sequence=1))])
        another = {"application_id": str(uuid4())} if listener == "catalog" else {}  # which lists each one once
        inbox.take([Delivery(teller, message(name, sequence=2, brand_new=True, **another))])

        with inbox.database.reading() as session:
            rows = session.execute(select(inbox.table.c.status, inbox.table.c.error)).all()
        wanted = "processed" if name in inbox.reactions else "skipped"
        assert [row.status for row in rows] == [wanted, wanted], rows


def message(name: str, sequence: int, **more: Any) -> bytes:
    """Write `name`'s example as it stands on the wire, about a subject of its own."""
    data = example(name)
    subject = UUID(
        data.get("use_case_id")
        or data.get("application_id")
        or data.get("campaign_id")
        or data.get("barrier_id")
        or str(version_id("1.1"))
    )
    sealed = seal(event(name), subject=subject, sequence=sequence, correlation="test")
    return json.dumps(sealed | {"data": data | more}).encode()


@contextmanager
def inbox_of(listener: str, folder: Path) -> Iterator[Inbox]:
    """Open the real inbox of a service on a fresh database."""
    url = f"sqlite:///{folder}/{listener}.db"
    migrate.upgrade(url, listener)
    database = Database(url, import_module(f"services.{listener}.tables").metadata)
    if listener == "notifications":
        reactions = notifications.reactions("https://hub.example", Keyring(b"0" * 32))
    else:
        reactions = import_module(f"services.{listener}.handlers").REACTIONS
    yield Inbox(listener, database, reactions)
    database.dispose()


def prepare(inbox: Inbox) -> None:
    """Let there be what came before: the contact of the application, and in onboarding the application itself."""
    contact = event(ContactChanged.name)
    assert isinstance(contact, ContactChanged)
    with inbox.database.transaction() as session:
        if inbox.service == "notifications":
            inbox.reactions[ContactChanged.name][1](contact, session)
        if inbox.service == "onboarding":
            application = Application.start(
                number=contact.number,
                owner=contact.owner,
                filed_by=None,
                model="1.0",
                contact=Contact(email=contact.email, name=contact.person, language=contact.language),
                at=datetime.now(UTC),
            )
            application.id = contact.application_id
            application.collect_events()
            Applications(session).add(application)

"""`hub why`: the chain of one case, from the door to the letter, also where something went wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update

from services.notifications import tables as notifications
from services.onboarding import tables as onboarding
from shared.database import Database
from tests.support import hub as hubs
from tests.support.builders import NOON, envelope, withdrawn
from tests.support.command_line import OK, SETTINGS, USAGE, hub


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hubs.Hub]:
    running = hubs.embedded(tmp_path_factory.mktemp("why"))
    yield running
    running.stop()


@pytest.fixture
def case(house: hubs.Hub, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Lead an application to the catalog, park one event about it and let one letter fail."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(house.folder / "data"))
    application = house.client().apply("Warum-Melder").json()
    house.approve(application["id"])
    path = f"/api/v1/applications/{application['id']}"
    assert hubs.wait_for(lambda: house.vera.json(path)["links"].get("use_case"))
    tell_wrongly(house, UUID(application["id"]))
    fail_a_letter(house, UUID(application["id"]))
    return {"id": application["id"], "number": application["number"]}


def opened(house: hubs.Hub, name: str) -> Database:
    module = onboarding if name == "onboarding" else notifications
    return Database(f"sqlite:///{house.folder}/data/{name}.db", module.metadata)


def tell_wrongly(house: hubs.Hub, application: UUID) -> None:
    database = opened(house, "onboarding")
    outbox = onboarding.metadata.tables["outbox"]
    with database.transaction() as session:
        told = session.scalars(select(outbox.c.sequence).where(outbox.c.aggregate_id == application)).all()
        sealed = envelope(withdrawn(application), max(told) + 1) | {"data": {}}
        row = {
            "event_id": UUID(sealed["id"]), "aggregate_id": application, "sequence": sealed["sequence"],
            "type": sealed["type"], "envelope": json.dumps(sealed), "created_at": NOON,
        }  # fmt: skip
        session.execute(insert(outbox).values(row))
    database.dispose()


def fail_a_letter(house: hubs.Hub, application: UUID) -> None:
    database, deliveries = opened(house, "notifications"), notifications.deliveries
    mine = (deliveries.c.application_id == application) & (deliveries.c.channel == "email")
    with database.transaction() as session:
        first = session.scalars(select(deliveries.c.id).where(mine).limit(1)).one()
        failed = {"status": "failed", "attempts": 1, "due_at": None, "error": "550 <mina@parkpilot.example> unknown"}
        session.execute(update(deliveries).where(deliveries.c.id == first).values(failed))
    database.dispose()


def test_the_chain_of_a_case_is_printed_from_the_door_to_the_letter(case: dict[str, str]) -> None:
    def parked() -> bool:
        found = json.loads(hub("why", case["number"], "--json").stdout)
        return "parked" in {one["status"] for event in found["events"] for one in event["heard"]}

    assert hubs.wait_for(parked)
    told = hub("why", case["number"])
    story = json.loads(hub("why", case["id"], "--json").stdout)

    assert told.exit_code == OK
    events = {event["type"]: event for event in story["events"]}
    approved = events["onboarding.application.approved.v1"]
    listed = events["catalog.use_case.listed.v1"]
    assert approved["cause"] == "POST /api/v1/applications/<id>/decision/confirmation confirm"
    assert {one["service"]: one["status"] for one in approved["heard"]} == {
        "catalog": "processed",
        "notifications": "processed",
    }
    assert approved["published_at"]
    assert listed["cause"] == f"event {approved['id']}"
    assert listed["correlation"] == approved["correlation"]
    assert {one["service"] for one in listed["heard"]} == {"onboarding", "notifications"}
    assert [letter["to"] for letter in approved["letters"]].count("applicant") == 1
    (decision,) = story["decisions"]
    assert (decision["proposed_by"], decision["signed_by"]) == ("admin:Vera", "admin:Jonas")
    assert [one["status"] for one in story["timeline"]][-1] == "approved"
    failed = [
        one for event in story["events"] for letter in event["letters"] for one in letter["deliveries"] if one["error"]
    ]
    assert [one["error"] for one in failed] == ["550 <(hidden)> unknown"]
    assert "hub parked show" in told.stdout
    assert "notifications: parked" in told.stdout
    assert not {"mina@parkpilot.example", "Yıldız"} & set(told.stdout.split())


def test_a_number_nobody_knows_says_so(case: dict[str, str]) -> None:
    for unknown in ("BI-0000", str(uuid4()), "%"):
        found = hub("why", unknown)
        assert found.exit_code == USAGE
        assert "is known here" in found.stderr

"""`hub parked`, `hub replay`, `hub dlq`, `hub outbox republish`: what operators do about what had no effect."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner

from services.cli import app
from shared.auth import AUDITOR, OPERATOR, new_admin
from shared.contracts.onboarding import ContactChanged
from shared.database import Database
from shared.delivery import Delivery
from tests.support.builders import NOON, approved, delivery, envelope, withdrawn
from tests.support.command_line import OK, PROBLEMS, USAGE, hub, told
from tests.support.desk import inbox, parked, statuses


@pytest.fixture
def vera(folder: Path, house: dict[str, Database], monkeypatch: pytest.MonkeyPatch) -> str:
    """Let Vera act, an operator who also reviews. Returns the token of Jonas, who does, too."""
    tokens = [admin["token"] for admin in json.loads((folder / "access.json").read_text("utf-8"))["admins"]]
    monkeypatch.setenv("HUB_TOKEN", tokens[0])
    return str(tokens[1])


def as_role(folder: Path, role: str) -> dict[str, str]:
    """Return the environment of somebody who has this role and no other."""
    token, line = new_admin("Kim", [role])
    path = folder / "admin_tokens.json"
    path.write_text(json.dumps([*json.loads(path.read_text("utf-8")), line]), "utf-8")
    return {"HUB_TOKEN": token}


def logged(house: dict[str, Database], name: str = "catalog") -> list[tuple[str, str, str]]:
    table = house[name].metadata.tables["desk_log"]
    with house[name].reading() as session:
        query = select(table.c.actor, table.c.action, table.c.reason).order_by(table.c.position)
        return [tuple(row) for row in session.execute(query)]  # type: ignore[misc]


def payload(id_: UUID) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(hub("parked", "show", id_, "--json").stdout)["data"]
    return data


def written(tmp_path: Path, data: object) -> Path:
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(data), "utf-8")
    return file


def test_a_parked_message_is_listed_with_its_cause(house: dict[str, Database]) -> None:
    id_ = parked(house)

    listed = hub("parked", "list", "--status", "parked")
    rows = json.loads(hub("parked", "list", "--json").stdout)

    assert str(id_) in listed.stdout
    assert "BrokenContract" in listed.stdout
    assert [(row["service"], row["status"]) for row in rows] == [("catalog", "parked"), ("catalog", "waiting")]
    assert json.loads(hub("parked", "list", "--json", "--since", "2999-01-01").stdout) == []
    assert len(json.loads(hub("parked", "list", "--json", "--type", "onboarding.application.approved.v1").stdout)) == 1
    assert len(json.loads(hub("parked", "list", "--json", "--aggregate", rows[0]["aggregate_id"]).stdout)) == 2


def test_what_is_shown_says_which_place_breaks_what_and_what_helps(house: dict[str, Database]) -> None:
    shown = json.loads(hub("parked", "show", parked(house), "--json").stdout)

    assert shown["envelope"]["type"] == "onboarding.application.approved.v1"
    assert [(one["pointer"], one["keyword"]) for one in shown["complaints"]] == [("/title", "required")]
    assert shown["complaints"][0]["expected"]["type"] == "string"
    assert shown["correlation"] == "test"
    assert [one["sequence"] for one in shown["waiting"]] == [2]
    assert "correct the places named" in shown["suggestion"]


def test_an_unknown_message_is_wrong_usage(house: dict[str, Database], vera: str) -> None:
    for command in (("show", uuid4()), ("retry", uuid4()), ("discard", uuid4(), "--reason", "x"), ("retry",)):
        assert hub("parked", *command).exit_code == USAGE
    assert hub("parked", "list", "--status", "lost").exit_code == USAGE


def test_what_is_about_a_person_is_hidden_from_an_operator_and_seeing_it_is_written_down(
    house: dict[str, Database], folder: Path, vera: str
) -> None:
    event = envelope(
        ContactChanged(
            application_id=uuid4(), number="BI-7K4Q", owner="applicant:1", person="Mina Yıldız",
            email="mina@parkpilot.example", language="de", proved=False,
        )
    )  # fmt: skip
    event["data"] |= {"language": "tlh", "note": "Minas Telefon"}
    inbox(house, "notifications").take([Delivery("onboarding", json.dumps(event).encode())])

    hidden, whole = hub("parked", "show", event["id"]), hub("parked", "show", event["id"], "--personal")
    refused = hub("parked", "show", event["id"], "--personal", **as_role(folder, OPERATOR))

    assert "tlh" in hidden.stdout
    assert not {"Mina", "mina", "Telefon"} & set(hidden.stdout.replace('"', " ").replace("@", " ").split())
    assert "mina@parkpilot.example" in whole.stdout
    assert refused.exit_code == USAGE
    assert logged(house, "notifications") == [("admin:Vera", "seen", "")]


def test_bytes_nobody_can_read_are_shown_by_size_and_hash(house: dict[str, Database], vera: str) -> None:
    inbox(house).take([Delivery("onboarding", b"\xff no envelope of Mina")])
    (row,) = json.loads(hub("parked", "list", "--json").stdout)

    hidden, whole = hub("parked", "show", row["event_id"]), hub("parked", "show", row["event_id"], "--personal")

    assert "Mina" not in hidden.stdout
    assert '"size": 21' in hidden.stdout
    assert "no envelope of Mina" in whole.stdout
    assert hub("parked", "retry", row["event_id"], "--yes").exit_code == PROBLEMS


def test_trying_again_only_counts_until_asked(house: dict[str, Database], vera: str) -> None:
    good, known = approved(), approved(number="BI-8L5R")
    box = inbox(house)
    box.take([delivery(known)])
    for event in (good, known):
        park_as_it_is(house, envelope(event))

    counted = hub("parked", "retry", "--all")
    assert "1 would take effect, 1 are already known; add --yes" in counted.stdout
    assert (counted.exit_code, statuses(house), logged(house)) == (OK, ["processed", "parked", "parked"], [])

    done = hub("parked", "retry", "--all", "--yes", "--reason", "behoben")
    assert "1 took effect, 1 are already known" in done.stdout
    assert (done.exit_code, sorted(statuses(house))) == (OK, ["processed", "processed", "skipped"])
    assert logged(house) == [("admin:Vera", "retried", "behoben")] * 2


def test_a_message_that_fails_again_stays_parked_and_the_try_is_written_down(
    house: dict[str, Database], vera: str
) -> None:
    id_ = parked(house)

    counted, one, everything = (
        hub("parked", "retry", id_), hub("parked", "retry", id_, "--yes"), hub("parked", "retry", "--all", "--yes"),
    )  # fmt: skip

    assert {found.exit_code for found in (counted, one, everything)} == {PROBLEMS}
    assert "1 would fail again" in counted.stdout
    assert statuses(house) == ["parked", "waiting"]
    assert logged(house) == [("admin:Vera", "retried", "")] * 2


def test_only_an_operator_acts(house: dict[str, Database], folder: Path, tmp_path: Path) -> None:
    id_, file = parked(house), written(tmp_path, {})
    commands: tuple[tuple[object, ...], ...] = (
        ("parked", "retry", id_, "--yes"),
        ("parked", "edit", id_, "--file", file, "--reason", "x"),
        ("parked", "discard", id_, "--reason", "x"),
        ("outbox", "republish", "--since", "2026-01-01", "--yes"),
        ("replay", "--since", "2026-01-01", "--yes"),
        ("dlq", "drain", "--yes"),
    )

    for command in commands:
        assert hub(*command).exit_code == USAGE, command
        assert hub(*command, **as_role(folder, AUDITOR)).exit_code == USAGE, command

    assert (statuses(house), logged(house)) == (["parked", "waiting"], [])


def test_a_corrected_message_takes_effect_once_and_the_original_is_kept(
    house: dict[str, Database], vera: str, tmp_path: Path
) -> None:
    id_ = parked(house)
    file = written(tmp_path, payload(id_) | {"title": "Parkraum-Lotse"})

    found = hub("parked", "edit", id_, "--file", file, "--reason", "Titel fehlte")

    assert found.exit_code == OK, found.output
    assert statuses(house) == ["processed", "skipped"]
    assert logged(house) == [("admin:Vera", "edited", "Titel fehlte"), ("admin:Vera", "retried", "Titel fehlte")]
    table = house["catalog"].metadata.tables["desk_log"]
    with house["catalog"].reading() as session:
        before, after, body = session.execute(select(table.c.before, table.c.after, table.c.body)).first() or ()
    assert before != after
    assert "title" not in json.loads(body)["data"]
    assert hub("parked", "edit", id_, "--file", file, "--reason", "noch einmal").exit_code == USAGE


def test_a_correction_is_read_from_standard_input_and_keeps_what_is_hidden(
    house: dict[str, Database], vera: str
) -> None:
    event = envelope(
        ContactChanged(
            application_id=uuid4(), number="BI-7K4Q", owner="applicant:1", person="Mina Yıldız",
            email="mina@parkpilot.example", language="de", proved=False,
        )
    )  # fmt: skip
    event["data"]["language"] = "tlh"
    inbox(house, "notifications").take([Delivery("onboarding", json.dumps(event).encode())])
    corrected = json.dumps(payload(UUID(event["id"])) | {"language": "en"})

    command = ["parked", "edit", event["id"], "--reason", "Sprache gibt es nicht"]
    found = CliRunner().invoke(app, command, input=corrected)

    assert found.exit_code == OK, found.output
    contacts = house["notifications"].metadata.tables["contacts"]
    with house["notifications"].reading() as session:
        kept = session.execute(select(contacts.c.person, contacts.c.email, contacts.c.language)).one()
    assert tuple(kept) == ("Mina Yıldız", "mina@parkpilot.example", "en")


def test_a_correction_that_breaks_the_contract_changes_nothing(
    house: dict[str, Database], vera: str, tmp_path: Path
) -> None:
    id_ = parked(house)

    for wrong in (payload(id_) | {"title": 7}, [], {}):
        found = hub("parked", "edit", id_, "--file", written(tmp_path, wrong), "--reason", "x")
        assert found.exit_code == USAGE
    assert "/title breaks the contract" in found.stderr
    assert (statuses(house), logged(house)) == (["parked", "waiting"], [])


def test_bytes_nobody_can_read_are_replaced_by_a_whole_envelope(
    house: dict[str, Database], vera: str, tmp_path: Path
) -> None:
    inbox(house).take([Delivery("onboarding", b"torn")])
    (row,) = json.loads(hub("parked", "list", "--json").stdout)

    foreign = written(tmp_path, envelope(approved(), source="/kitchen"))
    assert hub("parked", "edit", row["event_id"], "--file", foreign, "--reason", "x").exit_code == USAGE
    whole = written(tmp_path, envelope(approved()))
    assert hub("parked", "edit", row["event_id"], "--file", whole, "--reason", "zerrissen").exit_code == OK

    assert statuses(house) == ["processed"]


def test_a_letter_of_notifications_is_written_when_its_contact_is_there(house: dict[str, Database], vera: str) -> None:
    application = uuid4()
    failed = envelope(withdrawn(application))
    inbox(house, "notifications").take([Delivery("onboarding", json.dumps(failed).encode())])
    assert statuses(house, "notifications") == ["retry"]
    assert "hub replay --aggregate" in hub("parked", "show", failed["id"]).stdout
    contacts = house["notifications"].metadata.tables["contacts"]
    with house["notifications"].transaction() as session:
        session.execute(insert(contacts).values(contact(application)))

    found = hub("parked", "retry", failed["id"], "--yes")

    assert found.exit_code == OK, found.output
    assert statuses(house, "notifications") == ["processed"]


def test_without_the_keys_of_the_house_notifications_does_nothing(
    house: dict[str, Database], folder: Path, vera: str
) -> None:
    failed = envelope(withdrawn(uuid4()))
    inbox(house, "notifications").take([Delivery("onboarding", json.dumps(failed).encode())])
    (folder / "secret").unlink()

    found = hub("parked", "retry", failed["id"], "--yes")

    assert found.exit_code == USAGE
    assert statuses(house, "notifications") == ["retry"]
    assert not (folder / "secret").exists()


def test_two_people_give_a_message_up_and_the_next_goes_on(house: dict[str, Database], vera: str) -> None:
    id_ = parked(house)

    proposed = hub("parked", "discard", id_, "--reason", "von Hand gelistet")
    again = hub("parked", "discard", id_, "--reason", "ich bin sicher")
    assert "proposed" in proposed.stdout
    assert again.exit_code == USAGE
    assert "second person" in again.stderr
    assert statuses(house) == ["parked", "waiting"]
    assert "von Hand gelistet" in hub("parked", "show", id_).stdout

    confirmed = hub("parked", "discard", id_, "--reason", "gesehen", HUB_TOKEN=vera)

    assert (confirmed.exit_code, statuses(house)) == (OK, ["discarded", "skipped"])
    assert logged(house) == [
        ("admin:Vera", "discard proposed", "von Hand gelistet"),
        ("admin:Jonas", "discarded", "gesehen"),
    ]
    assert "von Hand gelistet" in hub("parked", "log", id_).stdout
    assert hub("parked", "discard", id_, "--reason", "noch einmal").exit_code == USAGE


def test_a_correction_voids_the_first_signature(house: dict[str, Database], vera: str, tmp_path: Path) -> None:
    id_ = parked(house)
    table = house["catalog"].metadata.tables["inbox"]
    hub("parked", "discard", id_, "--reason", "wertlos")
    with house["catalog"].transaction() as session:
        session.execute(table.update().where(table.c.event_id == id_).values(body=b'{"another": "message"}'))

    second = hub("parked", "discard", id_, "--reason", "gesehen", HUB_TOKEN=vera)

    assert "proposed" in second.stdout
    assert statuses(house) == ["parked", "waiting"]


def test_giving_up_needs_a_reason(house: dict[str, Database], vera: str) -> None:
    id_ = parked(house)

    assert hub("parked", "discard", id_).exit_code == USAGE
    assert hub("parked", "discard", id_, "--reason", " ").exit_code == USAGE
    assert statuses(house) == ["parked", "waiting"]


def test_what_a_listener_missed_is_handed_in_without_a_broker(house: dict[str, Database], vera: str) -> None:
    told(house, NOON, published=True)
    known = told(house, NOON, published=True)
    hub("replay", "--aggregate", known, "--service", "catalog", "--yes")
    since = ("replay", "--since", NOON.isoformat(), "--service", "catalog")

    assert "1 would be handed in, 1 are already known" in hub(*since).stdout
    assert "1 are handed in, 1 are already known" in hub(*since, "--yes", "--reason", "Sicherung").stdout
    assert "0 would be handed in, 2 are already known" in hub(*since).stdout

    assert statuses(house) == ["processed", "processed"]
    assert logged(house)[-1] == ("admin:Vera", "replayed", "Sicherung")
    assert hub("replay").exit_code == USAGE


def test_a_broker_in_the_process_has_no_dead_letters(house: dict[str, Database], vera: str) -> None:
    assert "the broker lives in the process" in hub("dlq", "list").stdout
    assert hub("dlq", "drain").exit_code == OK


def park_as_it_is(house: dict[str, Database], event: dict[str, Any]) -> None:
    """Park a message nothing is wrong with any more: its cause was mended."""
    row = {
        "event_id": uuid4() if event["id"] is None else UUID(event["id"]), "teller": "onboarding",
        "type": event["type"], "aggregate_id": UUID(event["subject"]), "sequence": event["sequence"],
        "status": "parked", "attempts": 10, "error": "KeyError: 'x'", "body": json.dumps(event).encode(),
        "received_at": datetime.now(UTC),
    }  # fmt: skip
    with house["catalog"].transaction() as session:
        session.execute(insert(house["catalog"].metadata.tables["inbox"]).values(row))


def contact(application: UUID) -> dict[str, Any]:
    return {
        "application_id": application, "number": "BI-7K4Q", "owner": f"applicant:{uuid4()}", "person": "Mina",
        "email": "mina@parkpilot.example", "language": "de", "proved": True,
    }  # fmt: skip

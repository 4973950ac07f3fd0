"""`hub` on a DATA_DIR of its own: what it prints, what it changes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from services.house import NAMES
from shared.auth import Keyring
from shared.database import Database
from shared.inbox import Delivery, Inbox
from tests.support.builders import NOON, approved, delivery, envelope, withdrawn
from tests.support.command_line import OK, PROBLEMS, UNREACHABLE, USAGE, hub, told

HEAVY = {"sqlalchemy", "nameko", "kombu", "marshmallow", "eventlet", "alembic", "apispec"}
ROOT = Path(__file__).resolve().parents[2]


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


def test_help_comes_at_once() -> None:
    code = f"import sys, services.cli; print(sorted({HEAVY!r} & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
    assert hub("--help").exit_code == OK


def test_set_up_makes_all_databases_and_may_be_repeated(folder: Path) -> None:
    first, again = hub("setup"), hub("setup")

    assert (first.exit_code, again.exit_code) == (OK, OK)
    assert {path.name for path in folder.glob("*.db")} == {f"{name}.db" for name in NAMES}
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.db"))


def test_one_service_can_be_set_up_alone(folder: Path) -> None:
    assert hub("setup", "catalog").exit_code == OK
    assert [path.name for path in folder.glob("*.db")] == ["catalog.db"]


def test_a_service_nobody_knows_is_wrong_usage(folder: Path) -> None:
    found = hub("setup", "kitchen")

    assert found.exit_code == USAGE
    assert "kitchen" in found.stderr
    assert not folder.exists()


def test_wrong_settings_are_wrong_usage(folder: Path) -> None:
    found = hub("outbox", "status", HOST="0.0.0.0")

    assert found.exit_code == USAGE
    assert "HOST" in found.stderr


def test_a_database_that_is_away_is_unreachable(folder: Path, tmp_path: Path) -> None:
    away = {
        "AMQP_URI": "amqp://127.0.0.1:1//",
        "DATABASE_URL": "postgresql+psycopg2://hub:hub@127.0.0.1:1/{service}",
        "HOUSE_SECRET_FILE": str(tmp_path / "secret"),
        "ADMIN_TOKENS_FILE": str(tmp_path / "tokens"),
    }

    found = hub("outbox", "status", **away)
    checked = hub("check", **away)

    assert found.exit_code == UNREACHABLE
    assert "cannot be reached" in found.stderr
    assert checked.exit_code == PROBLEMS
    assert "mend AMQP_URI" in checked.stdout
    assert checked.stdout.count("mend DATABASE_URL") == len(NAMES)


def test_looking_makes_no_database(folder: Path) -> None:
    found = hub("inbox", "list")

    assert found.exit_code == UNREACHABLE
    assert "hub setup onboarding" in found.stderr
    assert not folder.exists()


def test_a_database_without_tables_says_how_to_set_it_up(folder: Path) -> None:
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.db").touch()

    assert "hub setup" in hub("outbox", "status").stderr
    assert hub("check").stdout.count("hub setup") == len(NAMES)


def test_the_outbox_tells_what_waits(house: dict[str, Database]) -> None:
    told(house, datetime.now(UTC), published=False)

    rows = json.loads(hub("outbox", "status", "--json").stdout)

    assert {row["service"]: row["waiting"] for row in rows} == {"onboarding": 1, "catalog": 0, "notifications": 0}


def test_telling_again_counts_first_and_does_it_when_asked(house: dict[str, Database]) -> None:
    early, late = told(house, NOON - timedelta(days=1), published=True), told(house, NOON, published=True)
    since = ("outbox", "republish", "--service", "onboarding", "--since", NOON.isoformat())
    one = ("outbox", "republish", "--service", "onboarding", "--aggregate", early)
    outbox = house["onboarding"].metadata.tables["outbox"]

    def waiting() -> list[UUID]:
        with house["onboarding"].reading() as session:
            return list(session.scalars(select(outbox.c.aggregate_id).where(outbox.c.published_at.is_(None))))

    assert "1 events would be told again" in hub(*since).stdout
    assert waiting() == []
    assert "1 events are told again" in hub(*since, "--yes").stdout
    assert waiting() == [late]
    assert "1 events would be told again" in hub(*one).stdout
    assert "1 events are told again" in hub(*one, "--yes").stdout
    assert sorted(waiting()) == sorted([early, late])


def test_telling_everything_again_by_accident_is_not_possible(house: dict[str, Database]) -> None:
    assert hub("outbox", "republish", "--yes").exit_code == USAGE
    assert hub("outbox", "republish", "--since", "yesterday").exit_code == USAGE


def test_a_parked_message_is_listed_and_shown(house: dict[str, Database]) -> None:
    id_ = parked(house)

    listed = hub("inbox", "list", "--status", "parked")
    rows = json.loads(hub("inbox", "list", "--json").stdout)
    shown = json.loads(hub("inbox", "show", id_, "--json").stdout)

    assert str(id_) in listed.stdout
    assert [(row["service"], row["status"]) for row in rows] == [("catalog", "parked"), ("catalog", "waiting")]
    assert shown["body"]["type"] == "onboarding.application.approved.v1"
    assert "Parkpilot" in hub("inbox", "show", id_).stdout


def test_an_unknown_message_is_wrong_usage(house: dict[str, Database]) -> None:
    for command in (("show", uuid4()), ("replay", uuid4()), ("discard", uuid4(), "--reason", "x"), ("replay",)):
        assert hub("inbox", *command).exit_code == USAGE
    assert hub("inbox", "list", "--status", "lost").exit_code == USAGE


def test_bytes_nobody_can_read_are_shown_as_they_are(house: dict[str, Database]) -> None:
    inbox(house).take([Delivery("onboarding", b"\xff no envelope")])
    (row,) = json.loads(hub("inbox", "list", "--json").stdout)

    assert "no envelope" in hub("inbox", "show", row["event_id"]).stdout
    assert hub("inbox", "replay", row["event_id"]).exit_code == PROBLEMS


def test_a_message_that_fails_again_stays_parked(house: dict[str, Database]) -> None:
    id_ = parked(house)

    one, everything = hub("inbox", "replay", id_), hub("inbox", "replay", "--all")

    assert (one.exit_code, everything.exit_code) == (PROBLEMS, PROBLEMS)
    assert f"{id_}: parked" in one.stdout
    assert "0 of 1" in everything.stdout
    assert statuses(house) == ["parked", "waiting"]


def test_a_mended_message_is_done_and_the_waiting_one_behind_it(house: dict[str, Database]) -> None:
    id_ = parked(house)
    table = house["catalog"].metadata.tables["inbox"]
    with house["catalog"].transaction() as session:
        body = json.loads(session.scalar(select(table.c.body).where(table.c.event_id == id_)) or b"")
        body["data"]["title"] = "Parkraum-Lotse"
        session.execute(update(table).where(table.c.event_id == id_).values(body=json.dumps(body).encode()))

    found = hub("inbox", "replay", "--all")

    assert found.exit_code == OK
    assert "1 of 1" in found.stdout
    assert statuses(house) == ["processed", "skipped"]


def test_a_letter_of_notifications_is_written_when_its_contact_is_there(house: dict[str, Database]) -> None:
    application = uuid4()
    box = inbox(house, "notifications")
    failed = envelope(withdrawn(application))
    box.take([Delivery("onboarding", json.dumps(failed).encode())])
    assert statuses(house, "notifications") == ["retry"]
    contacts = house["notifications"].metadata.tables["contacts"]
    with house["notifications"].transaction() as session:
        session.execute(insert(contacts).values(contact(application)))

    found = hub("inbox", "replay", failed["id"])

    assert found.exit_code == OK, found.output
    assert statuses(house, "notifications") == ["processed"]


def test_without_the_keys_of_the_house_notifications_does_nothing(house: dict[str, Database], folder: Path) -> None:
    failed = envelope(withdrawn(uuid4()))
    inbox(house, "notifications").take([Delivery("onboarding", json.dumps(failed).encode())])
    (folder / "secret").unlink()

    found = hub("inbox", "replay", failed["id"])

    assert found.exit_code == USAGE
    assert statuses(house, "notifications") == ["retry"]
    assert not (folder / "secret").exists()


def test_what_is_given_up_keeps_its_reason_and_the_next_goes_on(house: dict[str, Database]) -> None:
    id_ = parked(house)

    found = hub("inbox", "discard", id_, "--reason", "von Hand gelistet")

    assert found.exit_code == OK
    assert statuses(house) == ["discarded", "skipped"]
    assert "von Hand gelistet" in hub("inbox", "show", id_).stdout
    assert hub("inbox", "discard", id_, "--reason", "noch einmal").exit_code == USAGE


def test_giving_up_needs_a_reason(house: dict[str, Database]) -> None:
    id_ = parked(house)

    assert hub("inbox", "discard", id_).exit_code == USAGE
    assert hub("inbox", "discard", id_, "--reason", " ").exit_code == USAGE
    assert statuses(house) == ["parked", "waiting"]


def test_the_models_of_this_house_are_listed_and_sound(house: dict[str, Database]) -> None:
    versions = json.loads(hub("model", "list", "--json").stdout)

    published = [one["version"] for one in versions if one["status"] == "published"]
    assert [one["version"] for one in versions if one["current"]] == published[-1:]
    assert hub("model", "validate", versions[0]["version"]).exit_code == OK
    assert hub("model", "validate", "9.9").exit_code == USAGE


def test_a_draft_is_judged_with_every_complaint(tmp_path: Path) -> None:
    released = ROOT / "services" / "onboarding" / "model" / "1.0.json"
    draft: dict[str, Any] = json.loads(released.read_text("utf-8")) | {"status": "draft", "version": "1.1"}
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(draft), "utf-8")
    bad.write_text(json.dumps(draft | {"rules": [draft["rules"][0] | {"pointer": "/moon"}]}), "utf-8")

    assert hub("model", "validate", good).exit_code == OK
    found = hub("model", "validate", bad)
    assert found.exit_code == PROBLEMS
    assert "bad.json" in found.stdout


def test_all_is_well_after_set_up(house: dict[str, Database]) -> None:
    found = hub("check")

    assert found.exit_code == OK, found.stdout
    assert "All well." in found.stdout


def test_nothing_is_well_before(folder: Path) -> None:
    found = hub("check")

    assert found.exit_code == PROBLEMS
    assert found.stdout.count("-> hub setup") == len(NAMES)
    assert not folder.exists()


def test_wrong_settings_are_the_first_line_of_a_check(folder: Path) -> None:
    found = hub("check", HOST="0.0.0.0")

    assert found.exit_code == PROBLEMS
    assert found.stdout.startswith(" !!  settings")


def test_every_fault_names_what_helps(house: dict[str, Database]) -> None:
    parked(house)
    told(house, datetime.now(UTC) - timedelta(minutes=5), published=False)

    lines = {one["what"]: one for one in json.loads(hub("check", "--json").stdout)}

    assert {what for what, one in lines.items() if not one["ok"]} == {"catalog inbox", "onboarding outbox"}
    assert lines["catalog inbox"]["help"] == "hub inbox list --service catalog"
    assert hub("check").exit_code == PROBLEMS


def test_an_event_that_waits_too_long_for_an_earlier_one_is_a_fault(house: dict[str, Database]) -> None:
    inbox(house).take([delivery(withdrawn(uuid4()), sequence=2)])
    assert hub("check").exit_code == OK

    table = house["catalog"].metadata.tables["inbox"]
    with house["catalog"].transaction() as session:
        session.execute(update(table).values(received_at=datetime.now(UTC) - timedelta(minutes=11)))

    assert hub("check").exit_code == PROBLEMS


def test_contracts_are_printed_as_they_are_committed() -> None:
    for name in ("openapi", "asyncapi"):
        assert hub(name).stdout == (ROOT / "shared" / "contracts" / f"{name}.json").read_text("utf-8")


def contact(application: UUID) -> dict[str, Any]:
    return {
        "application_id": application, "number": "BI-7K4Q", "owner": f"applicant:{uuid4()}", "person": "Mina",
        "email": "mina@parkpilot.example", "language": "de", "proved": True,
    }  # fmt: skip

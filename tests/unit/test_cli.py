"""`hub` on a DATA_DIR of its own: what it prints, what it changes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from services.house import NAMES
from shared.database import Database
from tests.integration.test_delivery import an_application_to_tell_of
from tests.support.builders import NOON, delivery, withdrawn
from tests.support.command_line import OK, PROBLEMS, UNREACHABLE, USAGE, hub, told
from tests.support.desk import inbox, parked

HEAVY = {"sqlalchemy", "nameko", "kombu", "marshmallow", "eventlet", "alembic", "apispec"}
ROOT = Path(__file__).resolve().parents[2]


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
    found = hub("parked", "list")

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


def test_telling_again_counts_first_and_does_it_when_asked(
    house: dict[str, Database], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = json.loads((folder / "access.json").read_text("utf-8"))
    monkeypatch.setenv("HUB_TOKEN", access["admins"][0]["token"])
    early, late = told(house, NOON - timedelta(days=1), published=True), told(house, NOON, published=True)
    since = ("outbox", "republish", "--service", "onboarding", "--since", NOON.isoformat())
    one = ("outbox", "republish", "--service", "onboarding", "--aggregate", early)
    outbox = house["onboarding"].metadata.tables["outbox"]

    def waiting() -> list[UUID]:
        with house["onboarding"].reading() as session:
            return list(session.scalars(select(outbox.c.aggregate_id).where(outbox.c.published_at.is_(None))))

    counted = hub(*since).stdout
    assert "1 events would be told again" in counted
    assert "catalog: 1 would take effect, 0 are already known" in counted
    assert waiting() == []
    assert "1 events are told again" in hub(*since, "--yes").stdout
    assert waiting() == [late]
    assert "1 events would be told again" in hub(*one).stdout
    assert "1 events are told again" in hub(*one, "--yes").stdout
    assert sorted(waiting()) == sorted([early, late])


def test_a_listener_is_told_again_how_things_stand_by_somebody_who_is_written_down(
    house: dict[str, Database], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = json.loads((folder / "access.json").read_text("utf-8"))
    monkeypatch.setenv("HUB_TOKEN", access["admins"][0]["token"])
    application = an_application_to_tell_of(house["onboarding"])
    every = ("outbox", "snapshot", "--to", "catalog", "--all")
    outbox, log = (house["onboarding"].metadata.tables[name] for name in ("outbox", "desk_log"))

    def told_to(listener: str) -> list[str]:
        with house["onboarding"].reading() as session:
            sealed = [json.loads(one) for one in session.scalars(select(outbox.c.envelope).order_by(outbox.c.position))]
        return [one["type"].split(".", 1)[1] for one in sealed if one.get("toldagainto") == listener]

    assert hub(*every).stdout == "onboarding: 1 would be told again to catalog; add --yes\n"
    assert told_to("catalog") == []
    assert hub(*every, "--yes", "--reason", "restored").stdout == "onboarding: 1 are told again to catalog\n"
    assert told_to("catalog") == ["contact.changed.v1", "application.approved.v1"]
    with house["onboarding"].reading() as session:
        [line] = session.execute(select(log)).all()
    assert (line.action, line.reason) == ("told again", "restored")
    assert line.details == {"to": "catalog", "aggregate": str(application.id)}
    assert hub("outbox", "snapshot", "--to", "catalog").exit_code == USAGE
    assert hub("outbox", "snapshot", "--to", "nobody", "--all").exit_code == USAGE
    assert hub("outbox", "snapshot", "--to", "catalog", "--aggregate", str(uuid4())).exit_code == PROBLEMS


def test_telling_everything_again_by_accident_is_not_possible(house: dict[str, Database]) -> None:
    assert hub("outbox", "republish", "--yes").exit_code == USAGE
    assert hub("outbox", "republish", "--since", "yesterday").exit_code == USAGE


def test_the_models_of_this_house_are_listed_and_sound(house: dict[str, Database]) -> None:
    versions = json.loads(hub("model", "list", "--json").stdout)

    published = [one["version"] for one in versions if one["status"] == "published"]
    assert [one["version"] for one in versions if one["current"]] == published[-1:]
    assert hub("model", "validate", versions[0]["version"]).exit_code == OK
    assert hub("model", "validate", "9.9").exit_code == USAGE


def test_a_draft_is_judged_with_every_complaint(tmp_path: Path) -> None:
    released = ROOT / "services" / "onboarding" / "model" / "1.0.json"
    draft: dict[str, Any] = json.loads(released.read_text("utf-8")) | {
        "status": "draft",
        "version": "1.1",
        "changes": {"from": "1.0", "moved": []},
    }
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
    assert lines["catalog inbox"]["help"] == "hub parked list --service catalog"
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

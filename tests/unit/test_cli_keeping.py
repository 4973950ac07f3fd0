"""What `hub` keeps safe: tokens of admins, backups."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer import Exit

from services.cli.opening import installation
from shared import embedded
from shared.auth import Keyring, read_admins
from shared.database import Database
from tests.support.builders import NOON
from tests.support.command_line import OK, PROBLEMS, USAGE, hub, told


def test_a_token_is_shown_once_and_only_its_hash_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "admins.json"

    first = hub("tokens", "new", "Ada", "--role", "approver", "--role", "reviewer", "--file", file)
    second = hub("tokens", "new", "Grace", "--role", "auditor", ADMIN_TOKENS_FILE=str(file))

    keyring = Keyring(b"0" * 32, read_admins(file))
    ada = keyring.of_token(first.stdout.strip())
    grace = keyring.of_token(second.stdout.strip())
    assert ada
    assert grace
    assert (ada.name, ada.roles, grace.name) == ("Ada", {"approver", "reviewer"}, "Grace")
    assert first.stdout.strip() not in file.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("token", "roles", "says"),
    [("", (), "Who are you?"), ("bhadm_wrong", (), "no access token"), (None, ("auditor",), "Vera is no auditor")],
)
def test_who_must_be_known_and_is_not_is_told_so(
    house: dict[str, Database], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    token: str | None, roles: tuple[str, ...], says: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("HUB_TOKEN", tokens_of(folder)[0] if token is None else token)

    with installation() as opened, pytest.raises(Exit) as ended:
        opened.person(*roles)

    assert ended.value.exit_code == USAGE
    assert says in capsys.readouterr().err


def test_whose_token_the_environment_holds_is_who_acts(
    house: dict[str, Database], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_TOKEN", tokens_of(folder)[1])

    with installation() as opened:
        assert opened.person("operator", "editor").subject == "admin:Jonas"


def tokens_of(folder: Path) -> list[str]:
    return [one["token"] for one in json.loads((folder / "access.json").read_text("utf-8"))["admins"]]


def test_without_a_file_the_line_for_it_is_printed() -> None:
    token, line = hub("tokens", "new", "Ada", "--role", "approver").stdout.splitlines()

    assert token.startswith("bhadm_")
    assert json.loads(line).keys() == {"name", "roles", "sha256"}


@pytest.mark.parametrize("content", ["no json", '{"name": "Ada"}', '[{"name": "Ada"}]'])
def test_a_file_that_holds_something_else_is_left_alone(tmp_path: Path, content: str) -> None:
    file = tmp_path / "admins.json"
    file.write_text(content, "utf-8")

    assert hub("tokens", "new", "Ada", "--role", "approver", "--file", file).exit_code == USAGE
    assert file.read_text("utf-8") == content


def test_a_role_nobody_knows_is_refused() -> None:
    assert hub("tokens", "new", "Ada", "--role", "king").exit_code == USAGE


def test_a_backup_comes_back_whole_in_an_empty_folder(house: dict[str, Database], folder: Path, tmp_path: Path) -> None:
    application = told(house, NOON, published=True)
    target = tmp_path / "kept.tar"

    saved = hub("backup", target)
    restored = hub("restore", target, DATA_DIR=str(tmp_path / "new"))

    assert (saved.exit_code, restored.exit_code) == (OK, OK), restored.output
    assert target.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new" / "secret").read_bytes() == (folder / "secret").read_bytes()
    assert (tmp_path / "new" / "access.json").stat().st_mode & 0o777 == 0o600
    rows = hub("outbox", "republish", "--aggregate", application, DATA_DIR=str(tmp_path / "new"))
    assert "onboarding: 1 events" in rows.stdout
    assert hub("check", DATA_DIR=str(tmp_path / "new")).exit_code == OK


def test_a_folder_gets_a_backup_named_after_the_time(house: dict[str, Database], tmp_path: Path) -> None:
    assert hub("backup", tmp_path).exit_code == OK
    assert [path.name.split("-")[0] for path in tmp_path.glob("*.tar")] == ["innovationshub"]
    assert not list(tmp_path.glob(".backup-*"))


def test_a_backup_never_replaces_a_file_and_a_restore_never_a_house(house: dict[str, Database], tmp_path: Path) -> None:
    target = tmp_path / "kept.tar"
    assert hub("backup", target).exit_code == OK
    before = target.read_bytes()

    assert hub("backup", target).exit_code == USAGE
    assert hub("restore", target).exit_code == USAGE
    assert target.read_bytes() == before


def test_a_restore_waits_for_nobody_who_runs_on_that_folder(house: dict[str, Database], tmp_path: Path) -> None:
    target = tmp_path / "kept.tar"
    assert hub("backup", target).exit_code == OK

    with embedded.claim(tmp_path / "busy"):
        found = hub("restore", target, DATA_DIR=str(tmp_path / "busy"))

    assert found.exit_code == USAGE
    assert "already running" in found.stderr


@pytest.mark.parametrize("harm", ["cut", "changed", "other"])
def test_a_damaged_backup_restores_nothing(house: dict[str, Database], tmp_path: Path, harm: str) -> None:
    target, new = tmp_path / "kept.tar", tmp_path / "new"
    assert hub("backup", target).exit_code == OK
    whole = target.read_bytes()
    at = whole.index(b"SQLite format 3")
    target.write_bytes(
        {"cut": whole[: len(whole) // 2], "changed": whole[: at + 200] + b"?" + whole[at + 201 :], "other": b"x"}[harm]
    )

    found = hub("restore", target, DATA_DIR=str(new))

    assert found.exit_code == PROBLEMS, found.output
    assert [path.name for path in new.iterdir()] == ["lock"]


def test_only_files_can_be_backed_up(tmp_path: Path) -> None:
    elsewhere = {
        "AMQP_URI": "amqp://127.0.0.1:1//",
        "DATABASE_URL": "postgresql+psycopg2://hub:hub@127.0.0.1:1/{service}",
        "HOUSE_SECRET_FILE": os.devnull,
        "ADMIN_TOKENS_FILE": os.devnull,
    }

    found = hub("backup", tmp_path, **elsewhere)

    assert found.exit_code == USAGE
    assert "pg_dump" in found.stderr


def test_a_broker_in_the_process_of_the_house_needs_no_topology(tmp_path: Path) -> None:
    people = hub("topology", "show", DATA_DIR=str(tmp_path))
    programs = hub("topology", "show", "--json", DATA_DIR=str(tmp_path))

    assert (people.exit_code, "lives in the process of the house" in people.stdout) == (OK, True)
    assert (programs.exit_code, programs.stdout.strip()) == (OK, "[]")

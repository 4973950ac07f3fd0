"""The secrets of a Compose installation are made once, by plain Python, in the form that the house reads."""

import json
import subprocess
import sys
from pathlib import Path

from shared.auth import Keyring, read_admins
from tests.support.manifests import ROOT


def _make(folder: Path) -> None:
    # -S: no installed packages; the program must run before anything is installed.
    program = ROOT / "deploy" / "compose" / "make_secrets.py"
    subprocess.run([sys.executable, "-S", program, folder], check=True, capture_output=True)


def test_two_approvers_are_recognised_by_their_tokens(tmp_path: Path) -> None:
    _make(tmp_path)
    keyring = Keyring(b"house", read_admins(tmp_path / "admin-tokens.json"))
    admins = json.loads((tmp_path / "access.json").read_text())["admins"]
    callers = [keyring.of_token(admin["token"]) for admin in admins]
    assert [caller.name for caller in callers if caller] == [admin["name"] for admin in admins]
    assert len({caller.subject for caller in callers if caller}) == 2
    assert all(caller and {"reviewer", "approver"} <= caller.roles for caller in callers)


def test_a_second_run_keeps_what_the_first_made(tmp_path: Path) -> None:
    _make(tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    _make(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_every_installation_has_a_secret_of_its_own(tmp_path: Path) -> None:
    for one in ("here", "there"):
        _make(tmp_path / one)
    secrets = {(tmp_path / one / "house-secret").read_text() for one in ("here", "there")}
    assert len(secrets) == 2
    assert all(len(secret) > 60 for secret in secrets)


def test_tokens_are_for_the_owner_and_mounted_files_for_the_containers_user(tmp_path: Path) -> None:
    _make(tmp_path / "made")
    modes = {path.name: path.stat().st_mode & 0o777 for path in [tmp_path / "made", *(tmp_path / "made").iterdir()]}
    assert modes == {"made": 0o700, "access.json": 0o600, "house-secret": 0o644, "admin-tokens.json": 0o644}


def test_plain_tokens_are_not_in_what_the_containers_see(tmp_path: Path) -> None:
    _make(tmp_path)
    mounted = (tmp_path / "admin-tokens.json").read_text()
    admins = json.loads((tmp_path / "access.json").read_text())["admins"]
    assert not any(admin["token"] in mounted for admin in admins)

"""What the embedded default makes for itself in DATA_DIR: a secret, four admins, access.json, and one owner."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import IO, Any

from shared.auth import APPROVER, EDITOR, OPERATOR, REVIEWER, new_admin
from shared.settings import WrongSettings

#: Two decide, and two others can look at a decline again.
ADMINS = ("Vera", "Jonas", "Amira", "Henrik")


def claim(folder: Path) -> IO[str]:
    """Make `folder` ours for as long as the returned file is open. Raises WrongSettings if it is somebody's."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / "lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise WrongSettings(
            f"Another Innovationshub is already running on {folder}; stop it or set DATA_DIR."
        ) from None
    return lock


def secret(folder: Path) -> Path:
    """Return the file with the house secret, made at the first start."""
    path = folder / "secret"
    if not path.exists():
        _write(path, secrets.token_urlsafe(48))
    return path


def admins(folder: Path, url: str) -> Path:
    """Return the tokens file of the built-in approvers, made at the first start beside access.json."""
    path, access = folder / "admin_tokens.json", folder / "access.json"
    if not (path.exists() and access.exists()):
        made = [(name, *new_admin(name, (REVIEWER, APPROVER, EDITOR, OPERATOR))) for name in ADMINS]
        _write(path, json.dumps([line for _, _, line in made], indent=2))
        _write_access(access, url, [{"name": name, "token": token} for name, token, _ in made])
    else:
        known: dict[str, Any] = json.loads(access.read_text("utf-8"))
        if known.get("url") != url:
            _write_access(access, url, known["admins"])
    return path


def _write_access(path: Path, url: str, people: list[dict[str, str]]) -> None:
    _write(path, json.dumps({"url": url, "admins": people}, indent=2, ensure_ascii=False))


def _write(path: Path, text: str) -> None:
    """Write `path` whole or not at all, readable by its owner only."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)

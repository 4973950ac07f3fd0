# ruff: noqa: INP001, T201
"""Makes the secrets of a Compose installation once: `python3 deploy/compose/make_secrets.py`.

Runs before anything is installed. What exists is kept, so a second run changes nothing.
"""

import hashlib
import json
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "data" / "compose"
#: Two, because nobody confirms an own proposal. They are for a try-out; `hub tokens new` makes real ones.
APPROVERS = ("vera", "yusuf")


def make(folder: Path) -> None:
    # The folder keeps other users of the machine out; the two files that are mounted must be readable for the
    # containers' user, who is nobody on this machine.
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    _write(folder / "house-secret", secrets.token_urlsafe(48) + "\n", 0o644)
    if not (folder / "admin-tokens.json").exists():
        tokens = {name: "bhadm_" + secrets.token_urlsafe(32) for name in APPROVERS}
        access = {"admins": [{"name": name, "token": token} for name, token in tokens.items()]}
        _write(folder / "access.json", json.dumps(access, indent=1) + "\n", 0o600)
        known = [_hashed(name, token) for name, token in tokens.items()]
        _write(folder / "admin-tokens.json", json.dumps(known, indent=1) + "\n", 0o644)


def _hashed(name: str, token: str) -> dict[str, object]:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return {"name": name, "roles": ["reviewer", "approver"], "sha256": digest}


def _write(path: Path, text: str, mode: int) -> None:
    if not path.exists():
        path.touch(mode=mode)
        path.chmod(mode)
        path.write_text(text)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    make(target)
    print(f"{target} holds the secrets; the two approvers' tokens are in {target / 'access.json'}.")

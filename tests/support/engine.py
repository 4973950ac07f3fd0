"""Finds the Docker engine, or says why a test that needs it is skipped (with REQUIRE_DOCKER=1: fails)."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]


def docker(*arguments: str, timeout: float = 120, check: bool = True, **environment: str) -> str:
    """Run `docker ARGUMENTS` in the project's folder and return what it printed."""
    done = subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"docker {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-4000:]}")
    return done.stdout


def require_engine() -> None:
    require_client()
    if not docker("info", "--format", "{{.ServerVersion}}", check=False).strip():
        _missing("no Docker engine answers; start one, or `bash .ci/engine/engine.sh` and read its env file")


def require_client() -> None:
    """Compose's own check of its file needs the client and its plugin, and no engine."""
    if not shutil.which("docker") or "Compose" not in docker("compose", "version", check=False):
        _missing("there is no docker client with the compose plugin")


def _missing(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_DOCKER") == "1":
        pytest.fail(f"REQUIRE_DOCKER is set, but {reason}")
    pytest.skip(reason)

"""What a user would pick instead, each in an environment of its own; see peers/*.py for what they leave out."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from tests.support.hub import ROOT, wait_for

FOLDER = Path(__file__).parent / "peers"
NAMES = ("peer_faststream", "peer_nameko")
PACKAGES = {
    "peer_faststream": [
        "fastapi",
        "uvicorn",
        "uvloop",
        "httptools",
        "faststream[rabbit]",
        "sqlalchemy[asyncio]",
        "asyncpg",
        "jsonschema",
    ],
    "peer_nameko": ["nameko==2.14.1", "psycopg2-binary", "sqlalchemy", "jsonschema", "setuptools<81"],
}
URLS = {"peer_faststream": "http://127.0.0.1:8300", "peer_nameko": "http://127.0.0.1:8301"}


def measure(name: str, amqp: str, database: str, load: Callable[[str, Path], dict[str, Any]]) -> dict[str, Any]:
    """Start the peer, warm it up, load it, and end it."""
    python = _environment(name)
    driver = "asyncpg" if name == "peer_faststream" else "psycopg2"
    url = database.replace("{service}", "postgres").replace("psycopg2", driver)
    command = [python, "-W", "ignore", f"{name}.py"]
    if name == "peer_faststream":
        words = ["--port", "8300", "--log-level", "warning", "--no-access-log"]
        command = [python, "-m", "uvicorn", f"{name}:app", *words]
    with (ROOT / ".cache" / f"{name}.log").open("wb") as log:
        child = subprocess.Popen(
            command, cwd=FOLDER, env={**os.environ, "PEER_DB": url, "PEER_AMQP": amqp}, stdout=log, stderr=log
        )
    try:
        assert wait_for(lambda: _answers(URLS[name]), within=30), f"{name} did not start; see .cache/{name}.log"
        body = FOLDER / "peer_body.json"
        load(URLS[name], body)
        return load(URLS[name], body)
    finally:
        child.terminate()
        child.wait(20)


def _answers(url: str) -> bool:
    try:
        requests.get(f"{url}/nothing", timeout=1)
    except requests.RequestException:
        return False
    return True


def _environment(name: str) -> str:
    folder = ROOT / ".cache" / "peers" / name
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"installing {name} (once) ...", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES[name]], check=True)
    return str(python if python.exists() else sys.executable)

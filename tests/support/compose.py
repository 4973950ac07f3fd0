"""The Compose installation under its own project name and port, driven over HTTP through its proxy."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import requests

from tests.support.engine import ROOT, docker

Found = TypeVar("Found")
#: The machine may be slow and busy; nothing takes this long when all is well.
PATIENCE_S = 120
APPLICANT = {"email": "ada.weber@example.org", "name": "Ada Weber", "language": "de"}


def eventually(look: Callable[[], Found]) -> Found:
    """Return what `look` finds as soon as it is not empty. Raises AssertionError when patience ends."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError(f"nothing came within {PATIENCE_S} s")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Installation:
    """The stack of docker-compose.yml; `down` removes its containers, networks and volumes."""

    secrets: Path
    port: int = field(default_factory=free_port)
    project: str = field(default_factory=lambda: f"hub-test-{uuid4().hex[:8]}")

    def compose(self, *arguments: str, timeout: float = 600, check: bool = True) -> str:
        environment = {"PORT": str(self.port), "SECRETS": str(self.secrets)}
        return docker("compose", "-p", self.project, *arguments, timeout=timeout, check=check, **environment)

    def up(self) -> None:
        program = ROOT / "deploy" / "compose" / "make_secrets.py"
        subprocess.run([sys.executable, program, self.secrets], check=True, capture_output=True)
        self.compose("up", "--detach", "--wait")

    def down(self) -> None:
        self.compose("down", "--volumes", "--timeout", "10")

    def container(self, service: str) -> dict[str, Any]:
        """Return what the engine knows about the container of `service`, running or not."""
        number = self.compose("ps", "--all", "--quiet", service).strip()
        (found,) = json.loads(docker("inspect", number))
        return dict(found)

    def inside(self, service: str, *command: str) -> str:
        return self.compose("exec", "-T", service, *command, check=False)

    def admins(self) -> list[str]:
        """Return the tokens of two different approvers."""
        access = json.loads((self.secrets / "access.json").read_text())
        return [admin["token"] for admin in access["admins"]]

    def call(self, method: str, path: str, token: str = "", etag: str = "", body: Any = None) -> requests.Response:
        headers = {"Idempotency-Key": uuid4().hex} if method == "POST" else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"If-Match": etag} if etag else {}
        url = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, url, headers=headers, json=body, timeout=30)

    def get(self, path: str, token: str = "") -> Any:
        answer = self.call("GET", path, token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def apply(self, title: str) -> "Case":
        """Submit the model's own sound example, as somebody who comes from outside would."""
        model = self.get("/api/v1/models/current")
        answers = next(one["answers"] for one in model["examples"] if one["verdict"] == "sound")
        answers = answers | {"use_case": answers["use_case"] | {"title": title}}
        body = {"contact": APPLICANT, "answers": answers, "submit": True}
        answer = self.call("POST", "/api/v1/applications", body=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["status"] == "submitted", answer.text
        return Case(self, answer.json()["id"], answer.json()["token"], answer.headers["ETag"])


@dataclass
class Case:
    """One application and the credential of who made it."""

    at: Installation
    id: str
    token: str
    etag: str

    def move(self, name: str, token: str, body: Any) -> str:
        """Make a move on the application and return its status afterwards."""
        answer = self.at.call("POST", f"/api/v1/applications/{self.id}/{name}", token, self.etag, body)
        assert answer.status_code == 200, answer.text
        self.etag = answer.headers["ETag"]
        return str(answer.json()["status"])

    def approve(self) -> None:
        """Let one admin propose and another confirm."""
        first, second = self.at.admins()
        reason = "Das Vorhaben dient der Stadt und trägt sich."
        assert self.move("decision", first, {"outcome": "approve", "reason": reason}) == "proposed"
        assert self.move("decision/confirmation", second, {"agree": True}) == "approved"

    def seen(self) -> Any:
        return self.at.get(f"/api/v1/applications/{self.id}", self.token)

    def use_case(self) -> Any:
        """Return the listed use case, or None as long as it is not listed."""
        path = self.seen()["links"].get("use_case")
        answer = self.at.call("GET", path) if path else None
        return answer.json() if answer is not None and answer.status_code == 200 else None

    def messages(self) -> list[Any]:
        return list(self.at.get("/api/v1/messages?limit=100", self.token)["items"])

    def deliveries(self) -> list[Any]:
        return list(self.at.get(f"/api/v1/applications/{self.id}/deliveries", self.token)["items"])

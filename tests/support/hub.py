"""The hub as users meet it: child processes, and a client that speaks its public API."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from deploy.render import service_of
from drill.servers import free_port, wait_for
from shared.auth import new_admin

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 30


@dataclass
class Process:
    """One child process of the hub and the environment it runs in."""

    module: str
    environment: dict[str, str]
    log: Path
    child: subprocess.Popen[bytes] | None = None
    asked: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}"

    def start(self) -> Process:
        self.launch()
        return self.await_ready()

    def await_ready(self) -> Process:
        ready = wait_for(self.is_ready, within=READY_WITHIN_S)
        assert ready, f"{self.module} did not become ready:\n{self.log.read_text('utf-8')[-3000:]}"
        return self

    def launch(self) -> None:
        """Begin to start, and wait for nothing."""
        self.asked = False
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", self.module],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def is_ready(self) -> bool:
        assert self.child is not None
        if self.child.poll() is not None:
            said = self.log.read_text("utf-8")[-3000:]
            raise RuntimeError(f"{self.module} ended with {self.child.returncode}:\n{said}")
        try:
            return requests.get(f"{self.url}/health/ready", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """A power cut for this process."""
        assert self.child is not None
        self.child.kill()
        self.child.wait(10)

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        if self.child is None or self.child.poll() is not None:
            return 0
        self.ask_to_stop()
        return self.child.wait(20)

    def ask_to_stop(self) -> None:
        """Send SIGTERM, once: a second one would be the order to go at once."""
        if self.child is not None and self.child.poll() is None and not self.asked:
            self.child.send_signal(signal.SIGTERM)
            self.asked = True


@dataclass
class Client:
    """Speaks to the hub as one person. `bases` maps each service to where it listens."""

    bases: dict[str, str]
    token: str | None = None
    language: str = "de"
    session: requests.Session = field(default_factory=requests.Session)

    def as_(self, token: str | None) -> Client:
        return Client(self.bases, token, self.language)

    def url(self, path: str) -> str:
        return self.bases[service_of(path.split("?", 1)[0]) or "onboarding"] + path

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        given = {"Accept-Language": self.language} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            given.setdefault("Authorization", f"Bearer {self.token}")
        if method == "POST":
            given.setdefault("Idempotency-Key", str(uuid4()))
        given = {name: value for name, value in given.items() if value}
        return self.session.request(method, self.url(path), json=body, headers=given, timeout=30)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.call("GET", path, **headers)

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.call("POST", path, body, **headers)

    def example(self, verdict: str = "sound") -> dict[str, Any]:
        """Return a complete answer set of the current model."""
        examples = self.json("/api/v1/models/current")["examples"]
        found: dict[str, Any] = next(one["answers"] for one in examples if one["verdict"] == verdict)
        return found

    def apply(
        self,
        title: str | None = None,
        *,
        submit: bool = True,
        answers: Any = None,
        email: str = "mina@parkpilot.example",
        **headers: str,
    ) -> requests.Response:
        answers = answers if answers is not None else self.example()
        if title:
            answers = {**answers, "use_case": {**answers["use_case"], "title": title}}
        contact = {"email": email, "name": "Mina Yıldız", "language": "de"}
        return self.post("/api/v1/applications", {"contact": contact, "answers": answers, "submit": submit}, **headers)

    def move(self, id_: str, what: str, body: Any, **headers: str) -> requests.Response:
        """Make a move on an application as it stands now."""
        if "If_Match" not in headers:
            headers["If_Match"] = self.get(f"/api/v1/applications/{id_}").headers["ETag"]
        return self.post(f"/api/v1/applications/{id_}/{what}", body, **headers)


@dataclass
class Hub:
    """A running hub: its processes, its admins, and where its logs are."""

    processes: dict[str, Process]
    admins: list[str]
    folder: Path

    @property
    def bases(self) -> dict[str, str]:
        if "all" in self.processes:
            return dict.fromkeys(("onboarding", "catalog", "notifications"), self.processes["all"].url)
        return {name: process.url for name, process in self.processes.items()}

    def client(self, token: str | None = None) -> Client:
        return Client(self.bases, token)

    @property
    def vera(self) -> Client:
        return self.client(self.admins[0])

    @property
    def jonas(self) -> Client:
        return self.client(self.admins[1])

    def approve(self, id_: str) -> None:
        """Lead a submitted application through both signatures."""
        proposed = self.vera.move(id_, "decision", {"outcome": "approve", "reason": "Passt zur Plattform."})
        assert proposed.status_code == 200, proposed.text
        confirmed = self.jonas.move(id_, "decision/confirmation", {"agree": True})
        assert confirmed.status_code == 200, confirmed.text

    def stop(self) -> None:
        """Ask all to stop at once, and wait for each."""
        for process in self.processes.values():
            process.ask_to_stop()
        for process in self.processes.values():
            process.stop()


def embedded(folder: Path, **settings: str) -> Hub:
    """Start the embedded default on `folder`."""
    environment = {"PORT": str(free_port()), "DATA_DIR": str(folder / "data"), **settings}
    process = Process("services", environment, folder / "hub.log").start()
    access = json.loads((folder / "data" / "access.json").read_text("utf-8"))
    return Hub({"all": process}, [admin["token"] for admin in access["admins"]], folder)


def separate(folder: Path, amqp_uri: str, database_url: str, **settings: str) -> Hub:
    """Start the three services as three processes on a real broker and a real database."""
    secret, tokens = folder / "secret", folder / "admin_tokens.json"
    secret.write_text(uuid4().hex * 2, "utf-8")
    admins = [new_admin(name, ("reviewer", "approver")) for name in ("Vera", "Jonas", "Amira", "Henrik")]
    tokens.write_text(json.dumps([line for _, line in admins]), "utf-8")
    environment = {
        "AMQP_URI": amqp_uri,
        "DATABASE_URL": database_url,
        "HOUSE_SECRET_FILE": str(secret),
        "ADMIN_TOKENS_FILE": str(tokens),
        "MAIL_URL": "console:",
        "ATTACHMENTS_URL": f"file:{folder / 'attachments'}",
        **settings,
    }
    processes = {
        name: Process(f"services.{name}", {**environment, "PORT": str(free_port())}, folder / f"{name}.log")
        for name in ("onboarding", "catalog", "notifications")
    }
    for process in processes.values():
        process.launch()
    for process in processes.values():
        process.await_ready()
    return Hub(processes, [token for token, _ in admins], folder)

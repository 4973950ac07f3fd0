"""The embedded house loses power again and again: nothing accepted is lost, nothing happens twice.

`POWER_CUTS=20 pytest -s tests/e2e/test_power_cuts.py` is the drill.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from pathlib import Path
from uuid import uuid4

import requests

from tests.support import hub as hubs
from tests.support.hub import Client, Hub, wait_for

CUTS = int(os.environ.get("POWER_CUTS", "8"))


class Life:
    """Applicants and admins who go on whatever happens: each step is repeated with its key until it is answered."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.stopping = hub, threading.Event()
        self.approved: list[str] = []
        self.submitted: list[str] = []
        self.example = hub.client().example()

    def run(self) -> None:
        while not self.stopping.is_set():
            title = f"Fall {uuid4().hex[:8]}"
            application = self._until_answered(
                lambda key, title=title: self.hub.client().apply(title, answers=self.example, Idempotency_Key=key)
            )
            if application is None:
                return
            self.submitted.append(application["id"])
            path = f"/api/v1/applications/{application['id']}/decision"
            proposal = {"outcome": "approve", "reason": "gut"}
            proposed = self._until_answered(lambda key: self._move(self.hub.vera, path, proposal, application, key))
            if proposed is None:
                return
            confirm = f"{path}/confirmation"
            if self._until_answered(lambda key: self._move(self.hub.jonas, confirm, {"agree": True}, proposed, key)):
                self.approved.append(application["id"])

    def _move(self, admin: Client, path: str, body: object, seen: dict, key: str) -> requests.Response:
        return admin.post(path, body, If_Match=f'"{seen["version"]}"', Idempotency_Key=key)

    def _until_answered(self, ask) -> dict | None:
        key = str(uuid4())
        while not self.stopping.is_set():
            try:
                answer = ask(key)
            except requests.RequestException:
                time.sleep(0.05)
                continue
            if answer.status_code == 503:
                continue
            assert answer.ok, answer.text
            return answer.json()
        return None


def test_power_cuts_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    hub = hubs.embedded(tmp_path)
    lives = [Life(hub) for _ in range(3)]
    threads = [threading.Thread(target=life.run) for life in lives]
    for thread in threads:
        thread.start()
    process = hub.processes["all"]
    for _ in range(CUTS):
        time.sleep(random.uniform(0.05, 1.2))
        process.kill()
        process.start()
    for life in lives:
        life.stopping.set()
    for thread in threads:
        thread.join(30)

    submitted = {id_ for life in lives for id_ in life.submitted}
    approved = {id_ for life in lives for id_ in life.approved}
    data = tmp_path / "data"
    assert len(approved) > CUTS, "too little happened to say anything"
    kept = column(data / "onboarding.db", "SELECT lower(hex(id)) FROM applications")
    assert {id_.replace("-", "") for id_ in submitted} <= set(kept)
    decided = set(column(data / "onboarding.db", "SELECT lower(hex(id)) FROM applications WHERE status = 'approved'"))
    assert {id_.replace("-", "") for id_ in approved} <= decided

    def listed() -> list[str]:
        return column(data / "catalog.db", "SELECT lower(hex(application_id)) FROM use_cases WHERE NOT pinned")

    assert wait_for(lambda: len(listed()) >= len(decided), within=60), (len(listed()), len(decided))
    assert sorted(listed()) == sorted(decided)
    told = "SELECT lower(hex(application_id)) FROM messages WHERE template = 'catalog.use_case.listed.v1'"
    assert wait_for(lambda: len(column(data / "notifications.db", told)) >= len(decided), within=60)
    assert sorted(column(data / "notifications.db", told)) == sorted(decided)
    print(f"\n{CUTS} power cuts: {len(submitted)} submitted, {len(decided)} approved, none lost, none doubled")
    hub.stop()


def column(file: Path, query: str) -> list[str]:
    """Read a column; ids lie on disk as 32 hex digits in text or as bytes."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return [_plain(row[0]) for row in connection.execute(query)]
    finally:
        connection.close()


def _plain(value: str) -> str:
    return bytes.fromhex(value).decode() if len(value) == 64 else value

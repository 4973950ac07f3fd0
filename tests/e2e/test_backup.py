"""A backup taken while people apply and admins decide: after a restore nothing accepted before is missing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.support import hub as hubs
from tests.support.hub import Client, Hub, wait_for

BACKUPS = 3
BEFORE = 6


class Crowd:
    """Applies, and has every second application approved, until `stop` is called."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.stopping = hub, threading.Event()
        self.accepted: list[tuple[str, str]] = []  # id and token, as answered with 201
        self.approved: list[str] = []
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        stranger, vera, jonas = self.hub.client(), self.hub.vera, self.hub.jonas
        answers = stranger.example()
        while not self.stopping.is_set():
            count = len(self.accepted)
            answer = stranger.apply(f"Anwendungsfall {count}", answers=answers)
            assert answer.status_code == 201, answer.text
            self.accepted.append((answer.json()["id"], answer.json()["token"]))
            if count % 2:
                id_ = answer.json()["id"]
                assert vera.move(id_, "decision", {"outcome": "approve", "reason": "Passt."}).status_code == 200
                assert jonas.move(id_, "decision/confirmation", {"agree": True}).status_code == 200
                self.approved.append(id_)

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join()


def run_hub(*arguments: str, data: Path) -> None:
    command = [str(Path(sys.executable).with_name("hub")), *arguments]
    subprocess.run(command, check=True, env={**os.environ, "DATA_DIR": str(data)}, capture_output=True, timeout=60)


def test_everything_accepted_before_a_backup_is_there_after_a_restore(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    first = hubs.embedded(tmp_path / "first")
    crowd = Crowd(first)
    crowd.thread.start()
    known: list[tuple[list[tuple[str, str]], list[str], Path]] = []
    try:
        for number in range(BACKUPS):
            wait_for(lambda: len(crowd.approved) >= BEFORE * (number + 1), within=60)
            file = tmp_path / f"backup-{number}.tar"
            before = list(crowd.accepted), list(crowd.approved), file
            run_hub("backup", str(file), data=tmp_path / "first" / "data")
            known.append(before)
    finally:
        crowd.stop()
        first.stop()

    for number, (accepted, approved, file) in enumerate(known):
        folder = tmp_path / f"restored-{number}"
        run_hub("restore", str(file), data=folder / "data")
        restored = hubs.embedded(folder)
        try:
            check(restored, accepted, approved)
        finally:
            restored.stop()


def check(hub: Hub, accepted: list[tuple[str, str]], approved: list[str]) -> None:
    assert len(approved) >= BEFORE
    listed = set()
    for id_, token in accepted:
        applicant = hub.client(token)
        application = applicant.json(f"/api/v1/applications/{id_}")
        assert application["status"] == "approved" or id_ not in approved
        if application["status"] == "approved":
            assert wait_for(lambda one=applicant, id_=id_: use_case(one, id_)), f"{id_} was never listed"
            listed.add(use_case(applicant, id_))
        assert wait_for(lambda one=applicant: one.json("/api/v1/messages")["items"]), f"{id_} was never told"
    assert len(listed) >= len(approved)
    assert wait_for(lambda: in_catalog(hub) == in_queue(hub, "approved")), "the catalog and onboarding differ"
    for item in hub.vera.json("/api/v1/applications?limit=10")["items"]:
        goes_on(hub, item)


def use_case(applicant: Client, id_: str) -> str | None:
    found: str | None = applicant.json(f"/api/v1/applications/{id_}")["links"].get("use_case")
    return found


def in_catalog(hub: Hub) -> set[str]:
    items = hub.client().json("/api/v1/use-cases?limit=100")["items"]
    return {item["title"] for item in items if item["title"].startswith("Anwendungsfall")}


def in_queue(hub: Hub, status: str) -> set[str]:
    return {item["title"] for item in hub.vera.json(f"/api/v1/applications?limit=100&status={status}")["items"]}


def goes_on(hub: Hub, item: dict[str, Any]) -> None:
    """What happens to the newest after the restore is told, too: no listener is ahead of its teller."""
    path = f"/api/v1/applications/{item['id']}/deliveries"
    before = len(hub.vera.json(path)["items"])
    if item["status"] == "approved":
        return
    if item["status"] == "proposed":
        moved = hub.jonas.move(item["id"], "decision/confirmation", {"agree": False, "comment": "Noch nicht."})
    else:
        moved = hub.vera.move(item["id"], "questions", {"items": [{"text": "Und nun?"}]})
    assert moved.status_code == 200, moved.text
    assert wait_for(lambda: len(hub.vera.json(path)["items"]) > before), f"{item} was never told of"

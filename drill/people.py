"""Applicants and admins who go on whatever happens, and the ledger of every answer they got."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

ANSWERED_WITHIN_S = 90.0
OK = range(200, 300)
#: What a client tries again with the same key: nobody there, busy, or its own twin still at work.
AGAIN = {409, 500, 502, 503, 504}


@dataclass
class Ledger:
    """What people were told: every 2xx with the ids in it, and every trouble on the way to one."""

    tried: set[str] = field(default_factory=set)  #: titles of applications that were sent at least once
    submitted: dict[str, str] = field(default_factory=dict)  #: id -> title
    proposed: set[str] = field(default_factory=set)
    approved: set[str] = field(default_factory=set)
    troubles: Counter[str] = field(default_factory=Counter)
    given_up: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  #: of every answered POST, the last try only

    @property
    def answers(self) -> int:
        return len(self.seconds)


class Speaker:
    """One connection to one service, opened again when it breaks."""

    def __init__(self, port: int, ledger: Ledger, stopping: threading.Event) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.ledger, self.stopping = ledger, stopping

    def post(self, path: str, body: Any, **headers: str) -> dict[str, Any] | None:
        """Send until it is answered 2xx, with one key. None when that did not happen in time or we are stopping."""
        sent = json.dumps(body, ensure_ascii=False).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given |= {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        until, pause = time.monotonic() + ANSWERED_WITHIN_S, 0.05
        while time.monotonic() < until:
            began = time.monotonic()
            status, answer = self._once("POST", path, sent, given)
            if status in OK:
                self.ledger.seconds.append(time.monotonic() - began)
                found: dict[str, Any] = json.loads(answer)
                return found
            self.ledger.troubles[str(status or answer.decode())] += 1
            if status and status not in AGAIN:
                break
            if self.stopping.wait(pause):
                return None
            pause = min(pause * 1.5, 0.5)
        self.ledger.given_up.append(f"POST {path}: {status} {answer[:300].decode('utf-8', 'replace')}")
        return None

    def close(self) -> None:
        self.connection.close()

    def get(self, path: str) -> Any:
        status, answer = self._once("GET", path, None, {})
        if status not in OK:
            raise ConnectionError(f"GET {path}: {status} {answer[:200]!r}")
        return json.loads(answer)

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            self.connection.request(method, path, body, dict(headers))
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            return 0, type(error).__name__.encode()


class Crowd:
    """Threads that apply, propose and confirm until they have done what was asked or are told to stop."""

    def __init__(self, port: int, tokens: tuple[str, str], ledger: Ledger, name: str) -> None:
        self.port, self.tokens, self.ledger, self.name = port, tokens, ledger, name
        self.stopping = threading.Event()
        self._before = len(ledger.seconds), Counter(ledger.troubles)
        self.threads: list[threading.Thread] = []
        self._left = 0
        self._count = 0
        self._guard = threading.Lock()
        self.answers = self._example()

    def go(self, people: int, *, journeys: int = 10**9, rate: float = 0.0, decide: bool = True) -> Crowd:
        """Set `people` off for `journeys` in all; with `rate`, at that many applications per second in all."""
        self._left = journeys
        began, pause = time.monotonic(), people / rate if rate else 0.0
        self.threads = [
            threading.Thread(target=self._live, args=(began + n * pause / people, pause, decide), daemon=True)
            for n in range(people)
        ]
        for thread in self.threads:
            thread.start()
        return self

    @property
    def troubles(self) -> Counter[str]:
        """What went wrong since these people came, tried again or not."""
        return self.ledger.troubles - self._before[1]

    @property
    def seconds(self) -> list[float]:
        """How long each answer took since these people came, the fastest first."""
        return sorted(self.ledger.seconds[self._before[0] :])

    @property
    def p95_ms(self) -> float:
        ordered = self.seconds
        return ordered[int(len(ordered) * 0.95)] * 1000 if ordered else 0.0

    def finish(self) -> None:
        """Wait until all journeys are done."""
        for thread in self.threads:
            thread.join()

    def stop(self) -> None:
        """Take no new journey, end those that have begun where they can be ended, and wait."""
        with self._guard:
            self._left = 0
        self.finish()

    def _example(self) -> dict[str, Any]:
        with closing(Speaker(self.port, self.ledger, self.stopping)) as speaker:
            model = speaker.get("/api/v1/models/current")
        found: dict[str, Any] = next(one["answers"] for one in model["examples"] if one["verdict"] == "sound")
        return found

    def _live(self, due: float, pause: float, decide: bool) -> None:
        with closing(Speaker(self.port, self.ledger, self.stopping)) as speaker:
            while (title := self._next()) is not None:
                if pause:
                    self.stopping.wait(max(0.0, due - time.monotonic()))
                    due += pause
                self._journey(speaker, title, decide=decide)

    def _next(self) -> str | None:
        with self._guard:
            if self._left <= 0 or self.stopping.is_set():
                return None
            self._left -= 1
            self._count += 1
            return f"{self.name} {self._count}"

    def _journey(self, speaker: Speaker, title: str, *, decide: bool) -> None:
        answers = {**self.answers, "use_case": {**self.answers["use_case"], "title": title}}
        contact = {"email": "mina@parkpilot.example", "name": "Mina Yıldız", "language": "de"}
        self.ledger.tried.add(title)
        made = speaker.post("/api/v1/applications", {"contact": contact, "answers": answers, "submit": True})
        if made is None:
            return
        id_ = made["id"]
        self.ledger.submitted[id_] = title
        if not decide:
            return
        path = f"/api/v1/applications/{id_}/decision"
        vera, jonas = ({"Authorization": f"Bearer {token}"} for token in self.tokens)
        seen = {"If_Match": f'"{made["version"]}"'}
        proposed = speaker.post(path, {"outcome": "approve", "reason": "Passt zur Plattform."}, **vera, **seen)
        if proposed is None:
            return
        self.ledger.proposed.add(id_)
        seen = {"If_Match": f'"{proposed["version"]}"'}
        if speaker.post(f"{path}/confirmation", {"agree": True}, **jonas, **seen):
            self.ledger.approved.add(id_)

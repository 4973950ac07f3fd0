"""The three services as three processes, under a supervisor that starts again what died."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drill.servers import free_port, wait_for
from services.house import NAMES

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_S = 60
WATCH_S = 0.05


class NotReady(Exception):
    """A service did not come up; the text holds the end of its log."""


@dataclass(frozen=True)
class Death:
    """A process that ended without being asked to stop. `by_us` if the drill meant it."""

    service: str
    at: float
    code: int
    by_us: bool


@dataclass
class Service:
    """One service: its process of the moment, and how it has fared."""

    name: str
    environment: Mapping[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    child: subprocess.Popen[bytes] | None = None
    failpoints: str = ""
    wanted: bool = False
    guard: threading.RLock = field(default_factory=threading.RLock)

    def start(self, failpoints: str = "") -> None:
        with self.guard, self.log.open("ab") as log:
            self.failpoints, self.wanted = failpoints, True
            armed = {"HUB_FAILPOINTS": failpoints} if failpoints else {}
            self.child = subprocess.Popen(
                [sys.executable, "-m", f"services.{self.name}"],
                cwd=ROOT,
                env={**os.environ, **self.environment, "PORT": str(self.port), **armed},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> float:
        """Ask it to stop, and return how many seconds that took. It stays down."""
        with self.guard:
            self.wanted, child = False, self.child
        began = time.monotonic()
        if child and child.poll() is None:
            child.send_signal(signal.SIGTERM)
            child.wait(120)
        return time.monotonic() - began

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)  # noqa: PLR2004
        except (OSError, urllib.error.URLError, ValueError):
            return False

    def memory_mb(self) -> float:
        """Return the resident memory of its process, 0 while it has none."""
        with contextlib.suppress(OSError, AttributeError, ValueError, IndexError):
            pages = Path(f"/proc/{self.child.pid}/statm").read_text("ascii").split()[1]  # type: ignore[union-attr]
            return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
        return 0.0


class House:
    """Three services and who watches over them."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.services = {name: Service(name, settings, folder / f"{name}.log") for name in NAMES}
        self.deaths: list[Death] = []
        self._ours: set[int] = set()
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    @property
    def bases(self) -> dict[str, int]:
        return {name: service.port for name, service in self.services.items()}

    def start(self) -> None:
        for service in self.services.values():
            service.start()
        self._watcher.start()
        for name in self.services:
            self.wait_ready(name)

    def wait_ready(self, name: str) -> None:
        service = self.services[name]
        if not wait_for(service.ready, within=READY_WITHIN_S, every=0.1):
            raise NotReady(f"{name} did not become ready:\n{service.log.read_text('utf-8', 'replace')[-3000:]}")

    def kill(self, name: str) -> None:
        """End a service by SIGKILL; the supervisor starts it again."""
        service = self.services[name]
        with service.guard:
            child = service.child
            if child is None or child.poll() is not None:
                return
            self._ours.add(child.pid)
            child.kill()

    def arm(self, name: str, failpoints: str) -> int:
        """Start a service again with `failpoints`; returns its process id. They hold until it dies."""
        service = self.services[name]
        service.stop()
        service.start(failpoints)
        if service.child is None:
            raise NotReady(name)
        return service.child.pid

    def restart(self, name: str) -> float:
        """Stop a service in order, and start it again. Returns how long stopping took in seconds."""
        took = self.services[name].stop()
        self.services[name].start()
        self.wait_ready(name)
        return took

    def stop(self) -> dict[str, float]:
        """Stop everything in order. Returns the seconds each service took."""
        self._closing.set()
        return {name: service.stop() for name, service in self.services.items()}

    def unexpected_deaths(self) -> list[Death]:
        return [death for death in self.deaths if not death.by_us]

    def _watch(self) -> None:
        while not self._closing.wait(WATCH_S):
            for service in self.services.values():
                with service.guard:
                    child = service.child
                    if not service.wanted or child is None or child.poll() is None:
                        continue
                    meant = child.pid in self._ours or (
                        "kill" in service.failpoints and child.returncode == -signal.SIGKILL
                    )
                    self.deaths.append(Death(service.name, time.monotonic(), child.returncode or 0, meant))
                    service.start()

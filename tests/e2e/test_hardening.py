"""Whatever comes to the front door: slow, half, too many, or out of descriptors. The hub goes on answering."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.support import hub as hubs
from tests.support.hub import ROOT, Hub, Process, wait_for


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Hub]:
    """A hub that a test may torture."""
    hub = hubs.embedded(tmp_path)
    yield hub
    hub.stop()


def port_of(hub: Hub) -> int:
    return int(hub.processes["all"].environment["PORT"])


@contextmanager
def connections(hub: Hub, count: int, say: bytes) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(_connected(hub, say)) for _ in range(count)]


def _connected(hub: Hub, say: bytes) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port_of(hub)), timeout=30)
    sock.sendall(say)
    return sock


def answers(hub: Hub) -> bool:
    try:
        return requests.get(f"{hub.bases['onboarding']}/api/v1/use-cases", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_bodies_that_never_come_hold_up_nobody(own: Hub) -> None:
    half = b"POST /api/v1/checks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    with connections(own, 100, half):
        assert answers(own)
        assert own.client().apply("Trotzdem").status_code == 201


def test_headers_that_never_end_are_cut_off(own: Hub) -> None:
    with connections(own, 20, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ") as slow:
        assert answers(own)
        for sock in slow:
            while sock.recv(4096):  # until the hub closes
                pass


def test_more_connections_than_the_hub_takes_are_turned_away_politely(own: Hub) -> None:
    with connections(own, 230, b""):
        said = [_first_line(own) for _ in range(3)]
        assert any(b"503" in line for line in said), said
    assert wait_for(lambda: answers(own))


def _first_line(hub: Hub) -> bytes:
    with _connected(hub, b"") as sock:
        sock.settimeout(2)
        try:
            return sock.recv(4096).split(b"\r\n", 1)[0]
        except TimeoutError:
            return b"accepted"


def test_running_out_of_descriptors_ends_nothing(own: Hub) -> None:
    child = own.processes["all"].child
    assert child is not None
    used = len(os.listdir(f"/proc/{child.pid}/fd"))
    before = resource.prlimit(
        child.pid, resource.RLIMIT_NOFILE, (used + 15, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    with connections(own, 60, b"GET /health/live HTTP/1.1\r\nHost: x\r\n"):
        assert child.poll() is None
    resource.prlimit(child.pid, resource.RLIMIT_NOFILE, before)

    assert wait_for(lambda: answers(own))
    assert own.client().apply("Danach").status_code == 201


def test_it_stops_in_order_when_asked_and_at_once_when_asked_twice(tmp_path: Path) -> None:
    first = hubs.embedded(tmp_path)
    assert first.processes["all"].stop() == 0
    second = hubs.embedded(tmp_path)
    child = second.processes["all"].child
    assert child is not None
    child.send_signal(signal.SIGINT)
    child.send_signal(signal.SIGINT)
    assert child.wait(10) in {0, 128 + signal.SIGINT}


def refused(**settings: str) -> str:
    """Start the hub with `settings` that it refuses, and return the one sentence it says."""
    command = [sys.executable, "-m", "services"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    [line] = done.stderr.strip().splitlines()
    return line


def test_a_taken_port_is_refused_with_one_sentence(own: Hub, tmp_path: Path) -> None:
    port = str(port_of(own))
    assert f"Port {port}" in refused(PORT=port, DATA_DIR=str(tmp_path / "other"))


def test_a_second_start_on_the_same_folder_is_refused_with_one_sentence(own: Hub, tmp_path: Path) -> None:
    assert "already running" in refused(PORT=str(hubs.free_port()), DATA_DIR=str(tmp_path / "data"))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"HOST": "0.0.0.0"}, "loopback"),
        ({"PORT": "many"}, "PORT"),
        ({"ROLES": "doors,dancer"}, "dancer"),
        ({"DATABASE_URL": "sqlite:///one.db"}, "{service}"),
        ({"MAIL_URL": "pigeon://loft"}, "MAIL_URL"),
        ({"AMQP_URI": "amqp://localhost"}, "HOUSE_SECRET_FILE"),
    ],
)
def test_a_wrong_setting_is_refused_with_one_sentence(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    assert says in refused(**{"DATA_DIR": str(tmp_path), "PORT": str(hubs.free_port())} | settings)


def test_access_json_is_for_its_owner_only_and_fresh_for_each_folder(own: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert {path.name for path in folder.iterdir() if path.stat().st_mode & 0o077} == set()
    assert len(set(own.admins)) == 4


def test_a_process_without_doors_only_says_how_it_is(tmp_path: Path) -> None:
    environment = {"PORT": str(hubs.free_port()), "DATA_DIR": str(tmp_path), "ROLES": "relay,listener,clock,sender"}
    process = Process("services", environment, tmp_path / "log").start()
    try:
        assert requests.get(f"{process.url}/health/ready", timeout=5).status_code == 200
        assert requests.get(f"{process.url}/api/v1/use-cases", timeout=5).status_code == 404
    finally:
        process.stop()

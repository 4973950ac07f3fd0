"""A drill that cannot fail says nothing: it finds what was broken on purpose, and its tools do what they say."""

from __future__ import annotations

import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.house import ROOT
from drill.mailbox import Mailbox
from drill.proxy import Proxy
from drill.stage import Servers


@pytest.mark.parametrize(("sabotage", "named"), [("lost", "lost: event "), ("doubled", "doubled: 2 instead of 1")])
def test_a_broken_promise_ends_the_drill_with_1_and_is_named(
    servers: Servers, tmp_path: Path, sabotage: str, named: str
) -> None:
    with servers.own_queues() as broker:
        words = ["--short", "--part", "flood", "--events", "150", "--sabotage", sabotage, "--report", str(tmp_path)]
        done = hub("drill", *words, "--amqp", broker, "--database", servers.database_url, "--yes")

    assert done.returncode == 1, done.stdout + done.stderr
    assert named in done.stdout
    assert "FAULTS" in done.stdout
    assert sabotage in (tmp_path / "report.json").read_text("utf-8")
    assert "| flood | 1 |" in (tmp_path / "report.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--part", "weather"), "There is no part weather"),
        (("--amqp", "amqp://broker/", "--part", "flood"), "add --yes"),
        (("--amqp", "amqp://broker/", "--part", "broker-kills"), "private one only"),
        (("--database", "postgresql://db/hub", "--yes", "--part", "flood"), "{service}"),
        (("--sabotage", "boredom"), "There is no sabotage boredom"),
    ],
)
def test_nothing_is_broken_by_mistake(words: tuple[str, ...], said: str) -> None:
    done = hub("drill", *words)

    assert done.returncode == 2
    assert said in done.stderr


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that says everything again."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=serve, args=(door,), daemon=True).start()
        yield door.getsockname()


@pytest.fixture
def proxy(echo: tuple[str, int]) -> Iterator[Proxy]:
    running = Proxy(echo).start()
    yield running
    running.close()


def serve(door: socket.socket) -> None:
    while True:
        try:
            near, _ = door.accept()
        except OSError:
            return
        threading.Thread(target=repeat, args=(near,), daemon=True).start()


def repeat(near: socket.socket) -> None:
    with near:
        try:
            while piece := near.recv(4096):
                near.sendall(piece)
        except OSError:
            return


def client(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=1)


def test_the_proxy_carries_and_cuts(proxy: Proxy) -> None:
    with client(proxy) as near:
        near.sendall(b"there")
        assert near.recv(10) == b"there"
        proxy.cut()
        assert near.recv(10) == b""


def test_the_proxy_refuses_and_comes_back_at_the_same_port(proxy: Proxy) -> None:
    with client(proxy) as before:
        before.sendall(b"there")
        assert before.recv(10) == b"there"
        with proxy.refusing():
            with pytest.raises(ConnectionResetError):
                before.recv(10)
            with pytest.raises(ConnectionRefusedError):
                client(proxy)
    with client(proxy) as after:
        after.sendall(b"again")
        assert after.recv(10) == b"again"


def test_the_proxy_swallows(proxy: Proxy) -> None:
    with client(proxy) as near:
        near.sendall(b"one")
        assert near.recv(10) == b"one"
        with proxy.silent():
            near.sendall(b"two")
            with pytest.raises(TimeoutError):
                near.recv(10)
            with client(proxy) as other, pytest.raises(TimeoutError):
                other.sendall(b"three")
                other.recv(10)


def test_the_proxy_holds_back(proxy: Proxy) -> None:
    with client(proxy) as near, proxy.slow(0.2):
        began = time.monotonic()
        near.sendall(b"there")
        assert near.recv(10) == b"there"
        assert time.monotonic() - began >= 0.4


def test_the_proxy_cuts_in_mid_message(proxy: Proxy) -> None:
    with client(proxy) as near, proxy.cutting(3):
        near.sendall(b"ab")
        assert near.recv(10) == b"ab"
        near.sendall(b"cd")
        rest = b"".join(iter(lambda: near.recv(10), b""))
        assert rest in {b"", b"c"}, "the third byte went through, and may have been answered; no fourth did"


def test_the_mailbox_keeps_mail_and_can_interrupt_its_answer() -> None:
    mailbox = Mailbox().start()
    asked: list[int] = []
    mailbox.before_answer = lambda: asked.append(len(mailbox.mails))
    try:
        host, port = mailbox.url.removeprefix("smtp://").split(":")
        with smtplib.SMTP(host, int(port), timeout=5) as server:
            for _ in range(2):
                server.sendmail("a@b.example", ["c@d.example"], "Message-ID: <1@x>\r\n\r\n.dot\r\n")
    finally:
        mailbox.close()

    assert {name: len(times) for name, times in mailbox.mails.items()} == {"<1@x>": 2}
    assert asked == [1, 1]


def hub(*words: str) -> subprocess.CompletedProcess[str]:
    code = "from services.cli import app; app()"
    return subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )

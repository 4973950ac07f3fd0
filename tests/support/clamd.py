"""A virus scanner of ours that speaks the protocol of clamd over TCP, and behaves as badly as a test asks."""

from __future__ import annotations

import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.files import EICAR


@dataclass
class Clamd:
    """What it does next: `fine`, `silent`, `hangs up`, `in pieces`, `nonsense`, `too large` or `holds` until `go`."""

    url: str = ""
    mood: str = "fine"
    scanned: list[bytes] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        clamd: Clamd = self.server.clamd  # type: ignore[attr-defined]
        command = self._until_nul()
        if clamd.mood == "hangs up":
            return
        if command == b"zPING":
            self.request.sendall(b"PONG\0")
            return
        assert command == b"zINSTREAM", command
        if clamd.mood == "too large":
            self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        data = b""
        while size := struct.unpack("!I", self._exactly(4))[0]:
            data += self._exactly(size)
        clamd.scanned.append(data)
        self._answer(clamd, b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in data else b"stream: OK\0")

    def _answer(self, clamd: Clamd, said: bytes) -> None:
        if clamd.mood == "silent":
            time.sleep(3)
        elif clamd.mood == "nonsense":
            self.request.sendall(b"stream: maybe\0")
        elif clamd.mood == "in pieces":
            for place in range(len(said)):
                self.request.sendall(said[place : place + 1])
                time.sleep(0.005)
        else:
            if clamd.mood == "holds":
                clamd.go.wait(30)
            self.request.sendall(said)

    def _until_nul(self) -> bytes:
        said = b""
        while not said.endswith(b"\0"):
            said += self._exactly(1)
        return said[:-1]

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.request.recv(size - len(data))
            if not piece:
                raise ConnectionError
            data += piece
        return data


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None: ...


@contextmanager
def clamd(port: int = 0) -> Iterator[Clamd]:
    """A scanner that runs as long as the block."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        made = Clamd(f"tcp://127.0.0.1:{server.server_address[1]}")
        server.clamd = made  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield made
        finally:
            made.go.set()
            server.shutdown()
            thread.join()

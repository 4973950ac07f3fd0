"""A TCP proxy that misbehaves on request, between the services and what they depend on."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

CHUNK = 65536
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Carries bytes between `port` here and `target`. What it does wrong is asked of it while it runs."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target, self.port = target, 0
        self.delay_s, self.cut_after = 0.0, 0
        self.carried = self.accepted = 0
        self._flowing = threading.Event()
        self._flowing.set()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._door: socket.socket | None = None

    def start(self) -> Proxy:
        """Listen on the port of before, or on a free one the first time."""
        door = socket.create_server(("127.0.0.1", self.port), backlog=200)
        self.port, self._door = door.getsockname()[1], door
        threading.Thread(target=self._accept, args=(door,), daemon=True).start()
        return self

    def close(self) -> None:
        self._shut_door()
        self.cut()

    def cut(self, *, reset: bool = False) -> None:
        """End every connection there is; with `reset` by RST, as a firewall does."""
        with self._guard:  # who carries closes both ends behind it, so all of them are told before one is closed
            ends, self._open = list(self._open), set()
            for end in ends:
                with contextlib.suppress(OSError):
                    if reset:
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    # Closing alone wakes nobody who waits in recv, and reading no more says nothing to the other side.
                    end.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Nobody answers here: what is open is reset, and new connections are refused."""
        self._shut_door()
        self.cut(reset=True)
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Swallow everything, as a lost route does: connections stay open and nothing arrives."""
        self._flowing.clear()
        try:
            yield
        finally:
            self.cut()
            self._flowing.set()

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Hold every piece back for `seconds`."""
        self.delay_s = seconds
        try:
            yield
        finally:
            self.delay_s = 0.0

    @contextmanager
    def cutting(self, after: int) -> Iterator[None]:
        """End every connection once `after` bytes have gone through it in one direction."""
        self.cut_after = after
        try:
            yield
        finally:
            self.cut_after = 0

    def _shut_door(self) -> None:
        door, self._door = self._door, None
        if door:
            with contextlib.suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)  # closing alone does not wake who waits in accept
            door.close()

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        self._flowing.wait()
        try:
            far = socket.create_connection(self.target, timeout=5)
        except OSError:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            near.close()
            return
        far.settimeout(None)
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._guard:
            self._open |= {near, far}
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        gone = 0
        with contextlib.suppress(OSError):
            while piece := one.recv(CHUNK):
                self._flowing.wait()
                if self.delay_s:
                    time.sleep(self.delay_s)
                if self.cut_after and gone + len(piece) > self.cut_after:
                    other.sendall(piece[: self.cut_after - gone])
                    break
                other.sendall(piece)
                gone += len(piece)
                self.carried += len(piece)
        with self._guard:
            ours = self._open & {one, other}
            self._open -= ours
        for end in (one, other):
            with contextlib.suppress(OSError):
                if end in ours:
                    end.shutdown(socket.SHUT_RDWR)
            end.close()

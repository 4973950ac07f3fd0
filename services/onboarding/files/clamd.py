"""Asks a virus scanner by the protocol of clamd: INSTREAM, in pieces, over TCP or a socket on this machine."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

CONNECT_WITHIN_S, ANSWER_WITHIN_S = 5.0, 120.0
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner could not be reached, or did not say anything that is a verdict."""


class Scanner:
    """A clamd at `tcp://host:port` or `unix:/path`."""

    def __init__(self, url: str, within_s: float = ANSWER_WITHIN_S) -> None:
        self.url, self.within_s = urlsplit(url), within_s

    def scan(self, pieces: Iterable[bytes]) -> str | None:
        """Return the name of what was found, None for nothing. Raises ScannerAway: then nobody knows."""
        answer = self._ask(b"zINSTREAM\0", pieces)
        if answer == "stream: OK":
            return None
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise ScannerAway(answer or "the scanner hung up")

    def ping(self) -> None:
        """Raise ScannerAway if it does not answer."""
        if (answer := self._ask(b"zPING\0", None)) != "PONG":
            raise ScannerAway(answer or "the scanner hung up")

    def _ask(self, command: bytes, pieces: Iterable[bytes] | None) -> str:
        until = time.monotonic() + self.within_s
        try:
            with self._connected() as sock:
                _send(sock, command, until)
                try:
                    for piece in pieces or ():
                        _send(sock, struct.pack("!I", len(piece)) + piece, until)
                    if pieces is not None:
                        _send(sock, struct.pack("!I", 0), until)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it has heard enough, and may have said why
                return _read(sock, until)
        except OSError as error:
            raise ScannerAway(str(error) or type(error).__name__) from error

    def _connected(self) -> socket.socket:
        if self.url.scheme == "unix":
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(CONNECT_WITHIN_S)
            try:
                sock.connect(unquote(self.url.path))
            except OSError:
                sock.close()
                raise
            return sock
        return socket.create_connection((str(self.url.hostname), int(self.url.port or 0)), CONNECT_WITHIN_S)


def _send(sock: socket.socket, data: bytes, until: float) -> None:
    sock.settimeout(_left(until))
    sock.sendall(data)


def _read(sock: socket.socket, until: float) -> str:
    """Return what it says up to the NUL or the end; an answer comes in as many pieces as it likes."""
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        sock.settimeout(_left(until))
        piece = sock.recv(1024)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the scanner took too long")
    return left

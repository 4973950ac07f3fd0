"""A mail server that remembers every mail and when it came, and can end its client between mail and answer."""

from __future__ import annotations

import socketserver
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from typing import Any


class Mailbox:
    """Listens on a free port of loopback. `mails` holds, per Message-ID, when each copy came."""

    def __init__(self) -> None:
        self.mails: dict[str, list[float]] = defaultdict(list)
        self.before_answer: Callable[[], None] = lambda: None
        mailbox = self

        class Session(_Session):
            def keep(self, mail: Message) -> None:
                mailbox.mails[str(mail["Message-ID"])].append(time.monotonic())
                mailbox.before_answer()

        self._server = _Server(("127.0.0.1", 0), Session)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Mailbox:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients of a drill die in the middle of everything."""


class _Session(socketserver.StreamRequestHandler, ABC):
    """As much of RFC 5321 as it takes to be handed a mail."""

    timeout = 60

    @abstractmethod
    def keep(self, mail: Message) -> None:
        """Note a mail before it is said to be taken."""

    def handle(self) -> None:
        self._say(b"220 drill")
        while line := self.rfile.readline(1000):
            match line[:4].upper():
                case b"DATA":
                    self._say(b"354 go on")
                    self.keep(message_from_bytes(self._data()))
                    self._say(b"250 kept")
                case b"QUIT":
                    self._say(b"221 bye")
                    return
                case _:
                    self._say(b"250 fine")

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise ConnectionError("the client went away inside a mail")
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

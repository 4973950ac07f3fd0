"""A load generator as cheap as Python allows: raw sockets, one thread per connection, keep-alive.

Run as a process of its own, so that what it costs is the same for everybody it measures:
    python -m tests.bench.load HOST:PORT PATH BODY_FILE CONNECTIONS SECONDS [RATE]
Prints one JSON line: {"answered", "refused", "seconds", "per_second", "p50_ms", "p95_ms"}.
"""

from __future__ import annotations

import json
import socket
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4


class Connection(threading.Thread):
    """Sends one request after the other until the time is up; with `pause`, at most one per `pause` seconds."""

    def __init__(self, address: str, path: str, body: bytes, until: float, pause: float, wait: float) -> None:
        super().__init__(daemon=True)
        host, port = address.split(":")
        self.address, self.until, self.pause, self.wait = (host, int(port)), until, pause, wait
        head = f"POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n"
        self.head, self.body = head.encode() + b"Content-Length: %d\r\n" % len(body), body
        self.times: list[float] = []
        self.refused = 0

    def run(self) -> None:
        with socket.create_connection(self.address, timeout=30) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = sock.makefile("rb")
            due = time.monotonic() + self.wait
            while time.monotonic() < self.until:
                if self.pause:
                    due += self.pause
                    time.sleep(max(0.0, due - time.monotonic()))
                started = time.monotonic()
                sock.sendall(self.head + b"Idempotency-Key: %s\r\n\r\n" % uuid4().hex.encode() + self.body)
                status = self._read(reader)
                if 200 <= status < 300:
                    self.times.append(time.monotonic() - started)
                else:
                    self.refused += 1

    @staticmethod
    def _read(reader) -> int:
        status, length = int(reader.readline().split()[1]), 0
        while (line := reader.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        reader.read(length)
        return status


def measured(threads: Sequence[Any], started: float) -> dict[str, Any]:
    """Let all ask, and return what came of it; each keeps the `times` of its answers, and how many were `refused`."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    times = sorted(one for thread in threads for one in thread.times)
    return {
        "answered": len(times),
        "refused": sum(thread.refused for thread in threads),
        "seconds": round(took, 2),
        "per_second": round(len(times) / took, 1),
        "p50_ms": round(statistics.median(times) * 1000, 1) if times else None,
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1) if times else None,
    }


def main(address: str, path: str, body_file: str, connections: str, seconds: str, rate: str = "0") -> None:
    count, started = int(connections), time.monotonic()
    pause = count / float(rate) if float(rate) else 0.0
    body = Path(body_file).read_bytes()
    until = started + float(seconds)
    # A steady rate is spread evenly over the connections, not sent in bursts of all of them.
    threads = [Connection(address, path, body, until, pause, pause * n / count) for n in range(count)]
    print(json.dumps(measured(threads, started)))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Visitors as cheap as Python allows: one thread and one connection each, in a process of their own.

    python -m tests.bench.visits HOST:PORT PLAN SECONDS

PLAN is a JSON list with one entry per connection: {"method", "path", "headers", "body", "etag", "version"}. With `etag`
every request carries the ETag of the answer before as If-Match; with `version` the body is a form whose `version` goes
up by one with each save. Prints {"answered", "refused", "seconds", "per_second", "p50_ms", "p95_ms"}.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.bench.load import measured


class Visitor(threading.Thread):
    """Asks one after the other, as soon as the answer before is there."""

    def __init__(self, address: str, plan: dict[str, Any], until: float) -> None:
        super().__init__(daemon=True)
        host, port = address.split(":")
        self.address, self.until, self.plan = (host, int(port)), until, plan
        self.times: list[float] = []
        self.refused, self.etag, self.version = 0, plan.get("etag"), plan.get("version")

    def run(self) -> None:
        with socket.create_connection(self.address, timeout=30) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = sock.makefile("rb")
            while time.monotonic() < self.until:
                asked = self._request()
                started = time.monotonic()
                sock.sendall(asked)
                status = self._read(reader)
                if 200 <= status < 400:
                    self.times.append(time.monotonic() - started)
                    self.version = self.version + 1 if self.version is not None else None
                else:
                    self.refused += 1

    def _request(self) -> bytes:
        headers = {"Host": "127.0.0.1", **self.plan["headers"]}
        body = self.plan.get("body") or ""
        if self.version is not None:
            body += f"&version={self.version}&idempotency_key={uuid4().hex}"
        if self.etag is not None:
            headers["If-Match"] = self.etag
        if self.plan["method"] != "GET":
            headers["Content-Length"] = str(len(body.encode()))
        lines = [f"{self.plan['method']} {self.plan['path']} HTTP/1.1", *(f"{a}: {b}" for a, b in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def _read(self, reader: Any) -> int:
        status, length = int(reader.readline().split()[1]), 0
        while (line := reader.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"etag" and self.etag is not None:
                self.etag = value.strip().decode()
        reader.read(length)
        return status


def main(address: str, plan_file: str, seconds: str) -> None:
    plans, started = json.loads(Path(plan_file).read_text("utf-8")), time.monotonic()
    threads = [Visitor(address, plan, started + float(seconds)) for plan in plans]
    print(json.dumps(measured(threads, started)))


if __name__ == "__main__":
    main(*sys.argv[1:])

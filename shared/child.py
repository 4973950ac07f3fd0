"""A program that works for us for a bounded time, in a process of its own: what ends it ends nothing of ours."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from typing import IO

Stream = IO[bytes] | int


def work(
    command: Sequence[str],
    within_s: float,
    *,
    given: bytes | None = None,
    stdin: Stream = subprocess.PIPE,
    stdout: Stream = subprocess.PIPE,
) -> tuple[int, bytes, bytes]:
    """Return how `command` ended (0 is well, less than that a signal) and what it said; after `within_s` it is killed.

    By a timer: the timeout of `communicate` is raised in another class of the same name under eventlet.
    """
    child = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)  # noqa: S603 - callers' own
    end = threading.Timer(within_s, child.kill)
    end.start()
    try:
        out, err = child.communicate(given)
    finally:
        end.cancel()
        if child.poll() is None:
            child.kill()
    return child.returncode, out or b"", err

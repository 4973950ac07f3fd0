"""Places where a drill ends, stops or holds up this process: `reach("relay.claimed")`.

Without HUB_FAILPOINTS when this is imported, `reach` and `midway` do nothing. With it, as in
`relay.claimed=kill@2;inbox.acted=raise`, the second passing of one place is the end by SIGKILL, and the first of
another raises. `docs/kill-points.md` lists the places.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

_FORM = re.compile(
    r"(?P<name>[a-z_.]+)=(?P<action>kill|raise|sleep:(?P<seconds>\d+(\.\d+)?))(@(?P<at>[1-9]\d*)(-(?P<to>[1-9]\d*))?)?"
)


class Reached(Exception):
    """What a failpoint raises: an error that nobody expects."""


@dataclass
class _Point:
    action: str
    seconds: float
    at: int
    to: int
    passings: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def reach(self, name: str) -> None:
        if not self.at <= next(self.passings) <= self.to:
            return
        if self.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.action == "raise":
            raise Reached(name)
        time.sleep(self.seconds)


def points(asked: str) -> dict[str, _Point]:
    """Read HUB_FAILPOINTS. Raises ValueError."""
    read = {}
    for one in filter(None, asked.split(";")):
        found = _FORM.fullmatch(one)
        if not found:
            raise ValueError(
                f"HUB_FAILPOINTS knows name=kill, name=raise and name=sleep:SECONDS, each with @N; not {one}"
            )
        action = found["action"].partition(":")[0]
        at = int(found["at"] or 1)
        read[found["name"]] = _Point(action, float(found["seconds"] or 0), at, int(found["to"] or at))
    return read


def _nothing(_: str) -> None: ...


def _whole(_: str, parts: Iterable[bytes]) -> Iterable[bytes]:
    return parts


def _armed(asked: dict[str, _Point]) -> tuple[Callable[[str], None], Callable[[str, Iterable[bytes]], Iterable[bytes]]]:
    def reach(name: str) -> None:
        if name in asked:
            asked[name].reach(name)

    def midway(name: str, parts: Iterable[bytes]) -> Iterable[bytes]:
        body = b"".join(parts)
        yield body[: len(body) // 2]
        reach(name)
        yield body[len(body) // 2 :]

    return reach, midway


ASKED = os.environ.get("HUB_FAILPOINTS", "")
#: `reach(name)` says that the process is at a place; `midway(name, parts)` puts the place into the middle of an answer.
reach, midway = _armed(points(ASKED)) if ASKED else (_nothing, _whole)

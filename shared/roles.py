"""What a process does beside answering at its doors."""

from __future__ import annotations

from typing import Protocol


class Role(Protocol):
    """A loop that runs until it is told to stop, and keeps what it has begun."""

    def run(self) -> None: ...

    def stop(self) -> None: ...

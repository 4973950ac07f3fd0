"""Who may do what: the table `tests/e2e/access.toml`, every door, and what each cell of both must answer."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from services.house import NAMES
from shared.auth import ADMIN_ROLES
from shared.web.server import FrontDoor

TABLE = Path(__file__).resolve().parents[1] / "e2e" / "access.toml"
ADMINS = tuple(sorted(ADMIN_ROLES))
APPLICANTS = ("owner", "other", "intermediary")
ACTORS = ("stranger", *APPLICANTS, *ADMINS)
WORDS = {"anybody": ACTORS, "admin": ADMINS, "applicant": APPLICANTS}
#: Things that are somebody's: to everybody else they do not exist, whatever they may do elsewhere.
OWNED = ("applications", "messages")
#: Who advises applicants, and so may see what is not handed in yet. Everybody else waits until it is.
ADVISE = ("reviewer", "approver")


@dataclass(frozen=True)
class Door:
    """`name` is the method and the path; `who` may go through; `twin` is what does the same at the API."""

    name: str
    who: tuple[str, ...]
    twin: str = ""
    absent: tuple[str, ...] = ()
    late: bool = False
    open: bool = False
    no_twin: str = ""

    @property
    def method(self) -> str:
        return self.name.split(" ")[0]

    @property
    def path(self) -> str:
        return self.name.split(" ")[1]

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def kind(self) -> str:
        """What the id in the path is of, "" if there is none."""
        if not re.search(r"[<{](id|version|slug)[>}]", self.path):
            return ""
        parts = [part for part in self.path.split("/") if part and part not in {"api", "v1"}]
        return ".".join(parts[:2]) if parts[0] in {"workbench", "desk"} and parts[1][0] not in "<{" else parts[0]

    @property
    def is_owned(self) -> bool:
        return self.kind in OWNED or self.kind == "workbench"


@cache
def doors() -> dict[str, Door]:
    """Return the table, by the names of the doors."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    return {name: _door(name, line) for part in ("api", "pages") for name, line in table[part].items()}


def _door(name: str, line: str | dict[str, Any]) -> Door:
    line = {"who": line} if isinstance(line, str) else line
    who = tuple(actor for word in line["who"].split(" or ") for actor in WORDS.get(word, (word,)))
    return Door(
        name,
        who,
        line.get("twin", ""),
        tuple(line.get("absent", ())),
        line.get("late", False),
        line.get("open", False),
        line.get("no_twin", ""),
    )


def standing() -> Iterator[str]:
    """Yield every door that the code opens, pages and API, by name."""
    for service in NAMES:
        module = import_module(f"services.{service}.service")
        for _, function in inspect.getmembers(module.Service, inspect.isfunction):
            for door in getattr(function, "nameko_entrypoints", ()):
                url = re.sub(r"<([a-z]+)>", r"{\1}", door.url) if door.url.startswith("/api/") else door.url
                yield f"{door.method} {url}"


def builtins() -> list[str]:
    """Return the paths that every process answers, once a service has been loaded."""
    return sorted(FrontDoor.builtins)


def sees(actor: str, thing: str) -> bool:
    """Whether the application called `thing` exists for `actor`."""
    if actor in ADMINS:
        return thing != "draft" or actor in ADVISE
    return actor == {"vouched": "other"}.get(thing, "owner")


def expected(door: Door, actor: str, thing: str) -> set[str]:
    """Return what may be answered, of "in", "401", "403" and "404".

    `thing` is "", "unknown", "malformed", or one that is there.
    """
    if actor == "stranger" and actor not in door.who:
        return {"401"}
    allowed = "in" if {actor, _part(door, actor, thing)} & set(door.who) else "403"
    nothing = thing in {"unknown", "malformed"}
    if thing in door.absent and allowed == "in":
        return {"404"}
    if not thing or (door.late and nothing):
        return {allowed}
    if not door.is_owned:
        return {"404"} | ({"403"} if allowed == "403" else set()) if nothing else {allowed}
    return {"404"} if nothing or not _has(door, actor, thing) else {allowed}


def _part(door: Door, actor: str, thing: str) -> str:
    """Who is an owner of one thing is somebody else at the next."""
    own = actor not in ADMINS and door.kind in {"applications", "workbench"} and thing and sees(actor, thing)
    return "owner" if own else actor


def _has(door: Door, actor: str, thing: str) -> bool:
    if door.kind == "messages":
        return actor == "owner" or door.late
    return sees(actor, thing) or (door.open and actor in ADMINS)

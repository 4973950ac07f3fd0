"""Every door, asked as everybody for every kind of thing: who gets in, and that nobody hears of what is not theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import requests

from services.publish.openapi import openapi
from shared.auth import new_admin
from tests.support import access
from tests.support import hub as hubs
from tests.support.access import ACTORS, ADMINS, Door, doors
from tests.support.case import APPROVE, Case
from tests.support.html import Page
from tests.support.hub import Client, Hub, wait_for

DOORS = doors()
REFUSED = {401: "401", 403: "403", 404: "404"}
#: What a refused answer would give away: each is part of an application that no other test knows.
SECRETS = ("title", "name", "email", "number", "text")


@dataclass
class Cast:
    """The people, and one thing of each kind: `things` maps kind and name to what stands in the path."""

    hub: Hub
    tokens: dict[str, str | None]
    things: dict[str, dict[str, str]]
    secrets: dict[str, list[str]]
    browsers: dict[str, tuple[requests.Session, str]] = field(default_factory=dict)

    def ask(self, door: Door, actor: str, thing: str) -> requests.Response:
        path = self.path(door, thing)
        if door.is_api:
            body = None if door.method == "GET" else {"no such field": 1}
            return self.hub.client(self.tokens[actor]).call(door.method, path, body)
        session, csrf = self.browser(actor)
        url = self.hub.processes["all"].url + path
        if door.path.startswith("/sign"):  # this may end the session
            self.browsers.pop(actor)
        if door.method == "GET":
            return session.get(url, allow_redirects=False, timeout=30)
        return session.post(url, {"csrf": csrf}, allow_redirects=False, timeout=30)

    def path(self, door: Door, thing: str) -> str:
        values = {"unknown": str(uuid4()), "malformed": "1"} | self.things.get(door.kind, {})
        if door.kind.endswith("models") and thing == "unknown":
            values["unknown"] = "9.9"
        chosen = {"number": "1", "section": "organisation", "rule": "BM-01", "slug": thing, "key": "x", "secret": "x"}
        chosen["attachment"], chosen["person"] = str(uuid4()), str(uuid4())
        for name in ("id", "version", "slug", "key"):
            chosen[name] = values.get(thing, chosen.get(name, thing))
        return re.sub(r"[<{]([a-z]+)[>}]", lambda found: chosen[found[1]], door.path)

    def browser(self, actor: str) -> tuple[requests.Session, str]:
        """Return the browser of `actor`, signed in, and what its forms must carry."""
        if actor not in self.browsers:
            self.browsers[actor] = self._signed_in(self.tokens[actor])
        return self.browsers[actor]

    def _signed_in(self, token: str | None) -> tuple[requests.Session, str]:
        session, url = requests.Session(), self.hub.processes["all"].url
        if token:
            session.post(f"{url}/sign-in", {"csrf": _csrf(session, url), "/token": token}, timeout=30)
        return session, _csrf(session, url)


def _csrf(session: requests.Session, url: str) -> str:
    return Page(session.get(f"{url}/apply", timeout=30).text).form("/apply").sent["csrf"][0]


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    folder = tmp_path_factory.mktemp("access")
    people = {"Vera": ("reviewer", "approver"), "Jonas": ("approver",)} | {role: (role,) for role in ADMINS}
    made = {name: new_admin(name, roles) for name, roles in people.items()}
    (folder / "data").mkdir()
    (folder / "data" / "admin_tokens.json").write_text(json.dumps([line for _, line in made.values()]), "utf-8")
    known = {"url": "", "admins": [{"name": name, "token": token} for name, (token, _) in made.items()]}
    (folder / "data" / "access.json").write_text(json.dumps(known), "utf-8")
    running = hubs.embedded(folder)
    yield _played(running, {role: made[role][0] for role in ADMINS})
    running.stop()


def _played(hub: Hub, tokens: dict[str, str]) -> Cast:
    """Make a draft, an application that is handed in, a voucher for a third, and a message."""
    stranger = hub.client()
    organisation = stranger.example()["organisation"]
    house = organisation | {"kind": "intermediary", "name": "Founders Foundation", "on_behalf_consent": True}
    partner = Case(hub, "Gründungszentrum", answers=stranger.example() | {"organisation": house})
    partner.by(hub.vera, "decision", APPROVE)
    partner.by(hub.jonas, "decision/confirmation", {"agree": True})
    draft = _applied(stranger, "draft", submit=False)
    owner = hub.client(draft["token"])
    submitted, vouched = _applied(owner, "submitted"), _applied(stranger, "vouched")
    code = hub.client(vouched["token"]).post(f"/api/v1/applications/{vouched['id']}/vouching", {}).json()["code"]
    voucher = partner.applicant.post("/api/v1/vouchers", {"code": code, "text": "Kennen wir."}).json()["id"]
    barrier = stranger.post("/api/v1/barriers", {"text": "Der Knopf ist zu klein.", "page": "/"})
    message = wait_for(lambda: owner.json("/api/v1/messages")["items"])[0]["id"]
    made = {"draft": draft["id"], "submitted": submitted["id"], "vouched": vouched["id"]}
    shared = {"there": (barrier.headers.get("Location") or "/1").rsplit("/", 1)[1]}
    current = {"there": stranger.json("/api/v1/models/current")["version"]}
    things = {
        "applications": made, "workbench": made, "messages": {"there": message}, "vouchers": {"there": voucher},
        "vouching": {"there": voucher}, "barriers": shared, "workbench.barriers": shared,
        "models": current, "workbench.models": current,
    }  # fmt: skip
    tokens = {
        "stranger": None,
        "owner": owner.token,
        "other": vouched["token"],
        "intermediary": partner.applicant.token,
        **tokens,
    }
    secrets = {one["status_"]: _secrets(one) for one in (draft, submitted, vouched)}
    return Cast(hub, tokens, things, secrets)


def _applied(client: Client, what: str, *, submit: bool = True) -> dict[str, Any]:
    answers = client.example()
    answers = {**answers, "use_case": {**answers["use_case"], "title": f"Geheimnis {what}"}}
    contact = {"email": f"geheim-{what}@hub.example", "name": f"Verborgene {what}", "language": "de"}
    made = client.post("/api/v1/applications", {"contact": contact, "answers": answers, "submit": submit})
    assert made.status_code == 201, made.text
    return {"token": client.token, **made.json(), "status_": what}


def _secrets(made: dict[str, Any]) -> list[str]:
    what = made["status_"]
    return [f"Geheimnis {what}", f"geheim-{what}@", f"Verborgene {what}", made["number"]]


def test_every_door_stands_in_the_table_and_every_line_has_its_door() -> None:
    assert set(DOORS) == set(access.standing())


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.is_api])
def test_the_contract_tells_of_the_same_people(name: str) -> None:
    method, path = name.split(" ")
    said = {_said(one) for one in openapi()["paths"][path][method.lower()]["security"]}
    listed = DOORS[name].who

    assert ("" in said) == ("stranger" in listed)
    if "" in said:
        return
    assert ("applicant" in said) == bool(set(listed) & {"owner", "other", "intermediary"})
    assert bool(said & {"admin", *ADMINS}) == bool(set(listed) & set(ADMINS))


def _said(one: dict[str, list[str]]) -> str:
    for scheme, roles in one.items():
        return roles[0] if roles else scheme
    return ""


def things_of(door: Door, cast: Cast) -> list[str]:
    return [*cast.things.get(door.kind, {}), "unknown", "malformed"] if door.kind else [""]


@pytest.mark.parametrize("name", DOORS)
def test_nobody_gets_in_or_hears_of_it_but_who_the_table_says(cast: Cast, name: str) -> None:
    door, wrong = DOORS[name], []
    for actor in ACTORS:
        for thing in things_of(door, cast):
            answer = cast.ask(door, actor, thing)
            wanted, found = access.expected(door, actor, thing), outcome(answer)
            if not fits(door, wanted, found):
                wrong.append(
                    f"{actor}, {thing or 'no thing'}: {found} instead of {sorted(wanted)} ({answer.status_code})"
                )
            wrong += [f"{actor}, {thing}: tells {secret!r}" for secret in leaks(cast, actor, answer)]

    assert not wrong, "\n".join([name, *wrong])


def outcome(answer: requests.Response) -> str:
    """Say in a word how a door answered. A page leads a stranger to the sign-in, which is its 401."""
    there = answer.headers.get("Location", "")
    if answer.status_code == 303 and there.startswith("/sign-in?next="):
        return "401"
    return REFUSED.get(answer.status_code, "in" if answer.status_code < 500 else "broken")


def fits(door: Door, wanted: set[str], found: str) -> bool:
    """A page may look at the role, or for the thing, first: what counts is that it says no."""
    no = {"403", "404"} if wanted & {"403", "404"} else {"404"} if wanted == {"401"} else set()
    return found in wanted or (not door.is_api and found in no)


def leaks(cast: Cast, actor: str, answer: requests.Response) -> list[str]:
    hidden = [thing for thing in cast.secrets if not access.sees(actor, thing)]
    if actor == "intermediary":  # who vouched for it sees number and title
        hidden.remove("vouched")
    return [secret for thing in hidden for secret in cast.secrets[thing] if secret in answer.text]


def test_a_page_says_the_same_of_what_is_somebody_elses_and_of_what_is_not_there(cast: Cast) -> None:
    for name, door in DOORS.items():
        if door.is_api or door.kind not in {"applications", "workbench"}:
            continue
        theirs, nobodys = (outcome(cast.ask(door, "other", thing)) for thing in ("submitted", "unknown"))
        assert theirs == nobodys, name


def test_what_a_form_does_a_program_can_do_too() -> None:
    forms = [door for door in DOORS.values() if not door.is_api and door.method == "POST"]

    assert not [door.name for door in forms if not door.twin and not door.no_twin]
    assert not [door.name for door in forms if door.twin and door.twin not in DOORS]


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.twin])
def test_a_form_and_its_twin_are_for_the_same_people(name: str) -> None:
    twin = DOORS[DOORS[name].twin]

    assert set(DOORS[name].who) <= set(twin.who)

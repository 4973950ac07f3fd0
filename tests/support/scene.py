"""One application in each state, and how a test says what must be refused and left as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

from tests.support.hub import Client, Hub

APPLICATIONS = "/api/v1/applications"
CONTACT = {"email": "mina@parkpilot.example", "name": "Mina Yıldız", "language": "de"}
LANGUAGES = ("de", "en")
PROBLEM = "application/problem+json"

#: What leaks when an exception is shown instead of a sentence.
LEAKS = ("Traceback", "Error(", "Exception", ".py", "sqlalchemy", "marshmallow", "werkzeug", "Expecting", "NoneType")


@dataclass
class Scene:
    """`ids` has an application of the same applicant for each key, standing in that state."""

    hub: Hub
    applicant: Client
    other: Client
    ids: dict[str, str] = field(default_factory=dict)
    log_began: int = 0

    def as_(self, who: str, language: str = "de") -> Client:
        """Return the client of `applicant`, `other`, `vera`, `jonas`, `stranger`, or of somebody with that token."""
        people = {"applicant": self.applicant.token, "other": self.other.token, "stranger": None}
        people |= {"vera": self.hub.admins[0], "jonas": self.hub.admins[1]}
        return Client(self.hub.bases, people.get(who, who), language)

    def path(self, state: str, move: str = "") -> str:
        return f"{APPLICATIONS}/{self.ids.get(state, state)}" + (f"/{move}" if move else "")

    def etag(self, state: str) -> str:
        etag: str = self.hub.vera.get(self.path(state)).headers["ETag"]
        return etag

    def question(self) -> str:
        """Return the id of a question that waits for its reply."""
        asked: str = self.applicant.json(self.path("clarification"))["questions"][0]["id"]
        return asked

    def log(self) -> str:
        """Return what the hub logged since the scene was built."""
        return self.hub.processes["all"].log.read_text("utf-8")[self.log_began :]

    def footprint(self) -> tuple[Any, ...]:
        """Return what every refused request leaves as it was: all versions, events, decisions and kept answers."""
        file = self.hub.folder / "data" / "onboarding.db"
        counts = ("applications", "decisions", "assessments", "outbox", "idempotency")
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
            rows = [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in counts]
            versions = dict(database.execute("SELECT id, version FROM applications"))
        return (*rows, *(versions[id_.replace("-", "")] for id_ in self.ids.values()))


@dataclass(frozen=True)
class Bad:
    """One row of a table: `what` is wrong, how it is sent in a language, and what must come back."""

    what: str
    status: int
    send: Callable[[Scene, str], requests.Response]
    pointers: tuple[str, ...] = ()
    code: str | None = None

    def __str__(self) -> str:
        return self.what


def raw(client: Client, method: str, path: str, data: bytes | str | None, **headers: str) -> requests.Response:
    """Send `data` as it is."""
    given = {"Accept-Language": client.language, "Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    if client.token:
        given["Authorization"] = f"Bearer {client.token}"
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    given = {name: value for name, value in given.items() if value}
    data = data.encode() if isinstance(data, str) else data
    return requests.request(method, client.url(path), data=data, headers=given, timeout=30)


def must_refuse(scene: Scene, row: Bad) -> requests.Response:
    """Send `row` in both languages, check everything that all refusals have in common, return the German answer."""
    before = scene.footprint()

    answers = {language: row.send(scene, language) for language in LANGUAGES}

    problems = {language: check_problem(answer, row.status, language) for language, answer in answers.items()}
    german, english = problems["de"], problems["en"]
    assert german["title"] != english["title"], german
    assert german["code"] == english["code"] == (row.code or german["code"])
    for problem in problems.values():
        assert sorted(one["pointer"] for one in problem["errors"]) == sorted(row.pointers), problem
    for here, there in zip(german["errors"], english["errors"], strict=True):
        assert here["code"] == there["code"]
        assert here["detail"] != there["detail"], here
    assert scene.footprint() == before, "something was half-written"
    return answers["de"]


def check_problem(answer: requests.Response, status: int, language: str) -> dict[str, Any]:
    """Check that `answer` is a problem of RFC 9457 in `language` that tells nothing of our insides."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.headers["Content-Language"] == language
    assert not [leak for leak in LEAKS if leak in answer.text], answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["type"].endswith(problem["code"])
    return problem


def build(hub: Hub) -> Scene:
    """Lead applications into every state a refusal can be about."""
    first = hub.client().apply("Szene", submit=False)
    assert first.status_code == 201, first.text
    applicant = hub.client(first.json()["token"])
    other = hub.client(hub.client().apply("Nachbarin", submit=False).json()["token"])
    scene = Scene(hub, applicant, other, {"draft": first.json()["id"]})
    for state in ("submitted", "in_review", "clarification", "proposed", "declined", "withdrawn"):
        scene.ids[state] = applicant.apply(f"Szene {state}").json()["id"]
    scene.ids["filed"] = hub.vera.apply("Szene, von Vera eingereicht").json()["id"]
    scene.ids["unsound"] = applicant.apply(answers=applicant.example("unsound")).json()["id"]
    ask = {"items": [{"text": "Wie viele Sensoren?"}]}
    decline = {"outcome": "decline", "reason": "Das gibt es schon."}
    steps: list[tuple[Client, str, str, Any]] = [
        (hub.vera, "in_review", "questions", ask),
        (hub.vera, "clarification", "questions", ask),
        (hub.vera, "proposed", "decision", {"outcome": "approve", "reason": "Passt."}),
        (hub.vera, "declined", "decision", decline),
        (hub.jonas, "declined", "decision/confirmation", {"agree": True}),
        (applicant, "withdrawn", "withdrawal", {}),
    ]
    for who, state, move, body in steps:
        moved = who.move(scene.ids[state], move, body)
        assert moved.status_code == 200, moved.text
    asked = applicant.json(scene.path("in_review"))["questions"][0]["id"]
    applicant.move(scene.ids["in_review"], "replies", {"items": [{"question": asked, "text": "Zwölf."}]})
    for state, id_ in scene.ids.items():
        expected = {"filed": "submitted", "unsound": "draft"}.get(state, state)
        assert hub.vera.json(f"{APPLICATIONS}/{id_}")["status"] == expected
    scene.log_began = len(scene.log())
    return scene

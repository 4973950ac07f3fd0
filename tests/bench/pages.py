"""How long a page takes, and a save of a section, while sixteen people ask at once; and alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests

from tests.support import hub as hubs
from tests.support.html import Page
from tests.support.hub import ROOT, Client, Hub, wait_for

PART = "pages"
CONNECTIONS = 16
#: How many applications wait in the queue, and stand in the catalog.
WAITING, LISTED = 100, 20
SECTION = "operation"


def main(seconds: float) -> dict[str, Any]:
    """Measure on the embedded house with a queue and a catalog. Prints a line per page."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        hub = hubs.embedded(folder, MAIL_URL="console:", LOG_LEVEL="WARNING")
        try:
            filled(hub)
            drafts = [begun(hub, number) for number in range(CONNECTIONS)]
            result: dict[str, Any] = {"load_average": os.getloadavg()[0]}
            for name, plans in {**pages(hub, drafts), **saves(hub, drafts)}.items():
                alone = visit(hub, folder, plans[:1], min(seconds, 3))
                result[name] = visit(hub, folder, plans, seconds) | {"alone_p50_ms": alone["p50_ms"]}
                print(f"{name:24}", json.dumps(result[name]), flush=True)
            return result
        finally:
            hub.stop()


def filled(hub: Hub) -> None:
    for number in range(WAITING + LISTED):
        made = hub.client().apply(f"Anwendungsfall {number}").json()
        if number < LISTED:
            hub.approve(made["id"])
    assert wait_for(lambda: len(hub.client().json("/api/v1/use-cases?limit=100")["items"]) >= LISTED, within=30)


def begun(hub: Hub, number: int) -> tuple[Client, str, str]:
    """Return an applicant, the cookie of their browser, and their draft."""
    made = hub.client().apply(f"Entwurf {number}", submit=False).json()
    return hub.client(made["token"]), cookie_of(hub, made["token"]), made["id"]


def cookie_of(hub: Hub, token: str) -> str:
    url = hub.client().url("/sign-in")
    hidden = {"csrf": "", "idempotency_key": "", "lang": "de", "next": "/"}
    sent = {name: values[-1] for name, values in Page(requests.get(url, timeout=30).text).form("/sign-in").sent.items()}
    fields = {name: sent.get(name, other) for name, other in hidden.items()} | {"/token": token}
    answer = requests.post(url, fields, allow_redirects=False, timeout=30)
    assert answer.status_code == 303, answer.text[:300]
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


def pages(hub: Hub, drafts: list[tuple[Client, str, str]]) -> dict[str, list[dict[str, Any]]]:
    vera = cookie_of(hub, hub.admins[0])
    case = hub.vera.json("/api/v1/applications?limit=1")["items"][0]["id"]

    def same(path: str, cookie: str = "") -> list[dict[str, Any]]:
        return [get(path, cookie) for _ in range(CONNECTIONS)]

    return {
        "start": same("/"),
        "catalog": same("/catalog"),
        "task list": [get(f"/applications/{id_}", cookie) for _, cookie, id_ in drafts],
        "section": [get(f"/applications/{id_}/sections/{SECTION}", cookie) for _, cookie, id_ in drafts],
        "workbench": same("/workbench", vera),
        "case": same(f"/workbench/{case}", vera),
    }


def saves(hub: Hub, drafts: list[tuple[Client, str, str]]) -> dict[str, list[dict[str, Any]]]:
    """One field at the API, as an autosave sends it, and a whole section as its form sends it."""

    def one_field(who: Client, id_: str) -> dict[str, Any]:
        path = f"/api/v1/applications/{id_}"
        headers = {
            "Authorization": f"Bearer {who.token}",
            "Content-Type": "application/merge-patch+json",
            "Accept-Encoding": "gzip",
        }
        body = json.dumps({"answers": {SECTION: {"availability": 99.5}}})
        etag = who.get(path).headers["ETag"]
        return {"method": "PATCH", "path": path, "headers": headers, "body": body, "etag": etag}

    return {
        "autosave": [one_field(who, id_) for who, _, id_ in drafts],
        "save of a section": [section(hub, cookie, id_) for _, cookie, id_ in drafts],
    }


def section(hub: Hub, cookie: str, id_: str) -> dict[str, Any]:
    path = f"/applications/{id_}/sections/{SECTION}"
    answer = requests.get(hub.client().url(path), headers={"Cookie": cookie}, timeout=30)
    sent = Page(answer.text).form(path).sent
    version = int(sent.pop("version")[-1])
    sent.pop("idempotency_key")
    headers = get(path, cookie)["headers"] | {"Content-Type": "application/x-www-form-urlencoded"}
    return {
        "method": "POST",
        "path": path,
        "headers": headers,
        "body": urlencode(sent, doseq=True),
        "version": version,
    }


def get(path: str, cookie: str = "") -> dict[str, Any]:
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip", "Accept-Language": "de"}
    return {"method": "GET", "path": path, "headers": headers | ({"Cookie": cookie} if cookie else {})}


def visit(hub: Hub, folder: Path, plans: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    file = folder / "plans.json"
    file.write_text(json.dumps(refreshed(hub, plans)), "utf-8")
    address = hub.bases["onboarding"].removeprefix("http://")
    command = [sys.executable, "-m", "tests.bench.visits", address, str(file), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def refreshed(hub: Hub, plans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take the versions as they are now: a run before has moved them on."""
    for plan in plans:
        if "etag" in plan or "version" in plan:
            id_ = plan["path"].removeprefix("/api/v1").split("/")[2]
            version = hub.vera.json(f"/api/v1/applications/{id_}")["version"]
            plan.update({"etag": f'"{version}"'} if "etag" in plan else {"version": version})
    return plans

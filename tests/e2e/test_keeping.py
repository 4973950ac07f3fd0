"""What an applicant can take along, and how a draft is deleted so that nothing is left of it."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from uuid import uuid4

import requests

from drill.servers import wait_for
from tests.support.case import Case
from tests.support.hub import Hub
from tests.support.scene import APPLICATIONS
from tests.support.visitor import signed_in

ADDRESS, NAME, TITLE = "leonore.vergessen@weg.example", "Leonore Vergessen", "Streng geheimer Roboter"


def a_draft(hub: Hub, **how: str) -> Case:
    body = {"contact": {"email": ADDRESS, "name": NAME}, "answers": {"use_case": {"title": TITLE}}}
    case = Case.__new__(Case)
    case.made = hub.client().post(APPLICATIONS, body, **how)
    case.id, case.hub = case.made.json()["id"], hub
    case.path, case.applicant = f"{APPLICATIONS}/{case.id}", hub.client(case.made.json()["token"])
    return case


def delete(case: Case, **headers: str) -> int:
    headers.setdefault("If_Match", case.applicant.get(case.path).headers["ETag"])
    return case.applicant.call("DELETE", case.path, **headers).status_code


def test_all_that_is_known_can_be_taken_along_and_names_nobody_of_the_city(stack: Hub) -> None:
    case = Case(stack, "Mitnehmen").lead_to("declined")

    data = case.applicant.json(f"{case.path}/export")

    assert (data["number"], data["contact"]["email"]) == (case.now()["number"], "mina@parkpilot.example")
    assert data["answers"] == case.now()["answers"]
    title = next(one for one in data["answers_in_words"] if one["pointer"] == "/use_case/title")
    assert (title["value"], title["text"]["en"]) == ("Mitnehmen", "Mitnehmen")
    assert [one["why"] for one in data["versions"]] == ["submitted"]
    assert data["versions"][0]["answers"] == data["answers"]
    assert [one["outcome"] for one in data["decisions"]] == ["decline"]
    assert [step["status"] for step in data["timeline"]][-1] == "declined"
    assert "admin:" not in json.dumps(data)
    assert "Jonas" not in json.dumps(data)


def test_an_archive_can_be_read_without_the_hub(hub: Hub) -> None:
    case = Case(hub, "Mitnehmen <b>").lead_to("approved")
    mine = signed_in(hub, case.applicant.token)
    wait_for(lambda: "use_case" in case.now()["links"])  # else the catalog lists it between two archives

    answer = mine.get(f"/applications/{case.id}/export.zip")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        files = {name: packed.read(name).decode() for name in packed.namelist()}
    assert set(files) == {"data.json", "data.html", "receipt.html", "decision.html", "paper.css", "paper-alone.css"}
    assert json.loads(files["data.json"])["number"] == case.now()["number"]
    assert 'href="paper.css"' in files["data.html"]
    assert "Mitnehmen &lt;b&gt;" in files["data.html"]
    assert "genehmigt" in files["decision.html"]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{case.now()["number"]}.zip"'
    assert "Alles als Archiv mitnehmen" in mine.read(f"/applications/{case.id}/export")
    assert mine.get(f"/applications/{case.id}/export.zip").content == answer.content


def test_only_the_applicant_takes_data_along(hub: Hub) -> None:
    case, other = Case(hub), Case(hub)

    assert hub.vera.get(f"{case.path}/export").status_code == 403
    assert other.applicant.get(f"{case.path}/export").status_code == 404
    assert hub.client().get(f"{case.path}/export").status_code == 401
    assert signed_in(hub, other.applicant.token).get(f"/applications/{case.id}/export.zip").status_code == 404


def test_a_deleted_draft_is_gone_for_everybody(stack: Hub) -> None:
    case = a_draft(stack)

    answer = case.applicant.call("DELETE", case.path, If_Match=case.applicant.get(case.path).headers["ETag"])

    assert answer.status_code == 200
    assert answer.json() == {"id": case.id, "number": case.made.json()["number"], "status": "deleted"}
    assert case.applicant.get(case.path).status_code == 404
    assert stack.vera.get(case.path).status_code == 404
    assert case.applicant.call("DELETE", case.path, If_Match='"1"').status_code == 404
    assert case.applicant.json(APPLICATIONS)["items"] == []


def test_notifications_forget_the_address_and_say_so_once(stack: Hub) -> None:
    case = a_draft(stack)
    assert wait_for(lambda: case.applicant.get(f"{case.path}/deliveries").status_code == 200)

    assert delete(case) == 200

    assert wait_for(lambda: case.applicant.get(f"{case.path}/deliveries").status_code == 404)
    number = case.made.json()["number"]
    told = [one["subject"] for one in case.applicant.json("/api/v1/messages")["items"]]
    assert told == [f"Ihr Entwurf {number} ist gelöscht"]


def test_nothing_of_the_person_is_left_in_any_table(hub: Hub) -> None:
    case = a_draft(hub)
    assert wait_for(lambda: case.applicant.get(f"{case.path}/deliveries").status_code == 200)
    assert delete(case) == 200
    assert wait_for(lambda: case.applicant.get(f"{case.path}/deliveries").status_code == 404)

    left = {
        f"{file.name}:{table}"
        for file in Path(hub.folder / "data").glob("*.db")
        for table, text in rows(file)
        if any(word in text for word in (ADDRESS, NAME, TITLE))
    }

    assert left == set()


def rows(file: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            (table, " ".join(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in row))
            for table in tables
            for row in database.execute(f'SELECT * FROM "{table}"')
        ]


def test_a_repeated_beginning_does_not_bring_a_deleted_draft_back(hub: Hub) -> None:
    key = f"twice-{uuid4()}"
    case = a_draft(hub, Idempotency_Key=key)
    assert delete(case) == 200

    again = a_repetition(hub, key)

    assert (again.status_code, again.json()["code"]) == (404, "deleted")
    assert TITLE not in again.text


def a_repetition(hub: Hub, key: str) -> requests.Response:
    body = {"contact": {"email": ADDRESS, "name": NAME}, "answers": {"use_case": {"title": TITLE}}}
    return hub.client().post(APPLICATIONS, body, Idempotency_Key=key)


def test_a_draft_is_deleted_only_as_its_applicant_has_seen_it(hub: Hub) -> None:
    case, other = a_draft(hub), Case(hub)
    etag = case.applicant.get(case.path).headers["ETag"]

    assert case.applicant.call("DELETE", case.path).status_code == 428
    assert delete(case, If_Match='"99"') == 412
    assert hub.vera.call("DELETE", case.path, If_Match=etag).status_code == 403
    assert other.applicant.call("DELETE", case.path, If_Match=etag).status_code == 404
    assert case.applicant.get(case.path).status_code == 200


def test_what_the_city_has_seen_is_withdrawn_and_not_deleted(hub: Hub) -> None:
    case = Case(hub)

    answer = case.applicant.call("DELETE", case.path, If_Match=case.applicant.get(case.path).headers["ETag"])
    page = signed_in(hub, case.applicant.token).read(f"/applications/{case.id}/deletion")

    assert (answer.status_code, answer.json()["code"]) == (409, "state")
    assert "zurückziehen" in answer.json()["title"]
    assert "Sie können ihn zurückziehen" in page
    assert "Endgültig löschen" not in page


def test_people_are_asked_before_their_draft_is_deleted(hub: Hub) -> None:
    case = a_draft(hub)
    mine = signed_in(hub, case.applicant.token)
    page = f"/applications/{case.id}/deletion"
    assert page in mine.read(f"/applications/{case.id}")

    stale = mine.post(page, page, version="99")
    done = mine.post(page, page)

    assert stale.status_code == 412
    assert (done.status_code, done.headers["Location"]) == (303, "/applications?done=deleted")
    assert "Der Entwurf ist gelöscht." in mine.read("/applications?done=deleted")
    assert mine.get(f"/applications/{case.id}").status_code == 404

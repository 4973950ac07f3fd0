"""What a running hub answers is what its own OpenAPI document says, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from urllib3 import encode_multipart_formdata

from services.onboarding import model as room
from shared import papers
from tests.support import files
from tests.support import hub as hubs
from tests.support.contract import HeldClient, held
from tests.support.hub import Hub, wait_for
from tests.support.models import document
from tests.support.scene import raw

needs_libraries = pytest.mark.skipif(bool(papers.missing()), reason=f"missing here: {', '.join(papers.missing())}")

QUESTION = {"text": "Welche Daten verlassen die Stadt?", "pointer": "/data"}
NOBODY = "/api/v1/applications/5d0b7c1e-8a44-4d0f-9a52-0c5b0b6c7f21"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A model is published here, which changes every other test's, so this hub is nobody else's."""
    running = hubs.embedded(tmp_path_factory.mktemp("contract"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def stranger(hub: Hub) -> HeldClient:
    return held(hub)


@pytest.fixture(scope="module")
def vera(hub: Hub, stranger: HeldClient) -> HeldClient:
    return stranger.as_(hub.admins[0])


@pytest.fixture(scope="module")
def jonas(hub: Hub, stranger: HeldClient) -> HeldClient:
    return stranger.as_(hub.admins[1])


def applied(stranger: HeldClient, **more: Any) -> tuple[HeldClient, str]:
    """Return the applicant of a new application, and its id."""
    answer = stranger.apply(**more)
    assert answer.status_code == 201, answer.text
    return stranger.as_(answer.json()["token"]), answer.json()["id"]


def decided(vera: HeldClient, jonas: HeldClient, id_: str, proposal: dict[str, Any]) -> dict[str, Any]:
    assert vera.move(id_, "decision", {"reason": "Passt zur Plattform.", **proposal}).status_code == 200
    answer = jonas.move(id_, "decision/confirmation", {"agree": True})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_models_and_checks(stranger: HeldClient) -> None:
    version = stranger.json("/api/v1/models")["items"][0]["version"]
    stranger.json(f"/api/v1/models/{version}")

    for verdict in ("sound", "unsound"):
        found = stranger.post("/api/v1/checks", {"answers": stranger.example(verdict)}).json()
        assert found["verdict"] == verdict
    assert stranger.post("/api/v1/checks", {"answers": {}}).json()["findings"]


def test_a_draft_that_grows_and_is_handed_in(stranger: HeldClient, vera: HeldClient) -> None:
    applicant, id_ = applied(stranger, answers={}, submit=False)
    path = f"/api/v1/applications/{id_}"

    refused = applicant.move(id_, "submission", {})
    etag = applicant.get(path).headers["ETag"]
    changed = applicant.call("PATCH", path, {"answers": applicant.example(), "contact": {"name": "M"}}, If_Match=etag)
    submitted = applicant.move(id_, "submission", {})

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["severity"] == "violation"
    assert (changed.status_code, submitted.status_code) == (200, 200)
    assert vera.json("/api/v1/applications?status=submitted&kind=start_up&limit=1")["items"]
    assert applicant.json("/api/v1/applications")["items"][0]["id"] == id_


def test_questions_replies_and_a_decision_with_conditions(
    stranger: HeldClient, vera: HeldClient, jonas: HeldClient
) -> None:
    applicant, id_ = applied(stranger)
    path = f"/api/v1/applications/{id_}"

    asked = vera.move(id_, "questions", {"items": [QUESTION, {"text": "Und wann?"}], "due": "2030-01-31"}).json()
    replies = [{"question": one["id"], "text": "Keine."} for one in asked["questions"]]
    assert applicant.move(id_, "replies", {"items": replies}).json()["status"] == "in_review"
    conditions = [{"text": "Nachweis bis Ende März", "due": "2030-03-31"}, {"text": "Ohne Frist"}]
    proposed = vera.move(
        id_, "decision", {"outcome": "approve_with_conditions", "reason": "Gut.", "conditions": conditions}
    )
    assert proposed.json()["proposal"]["conditions"]
    assert "proposal" not in applicant.json(path)
    returned = jonas.move(id_, "decision/confirmation", {"agree": False, "comment": "Noch nicht."})
    assert returned.json()["status"] == "in_review"
    done = decided(vera, jonas, id_, {"outcome": "approve_with_conditions", "conditions": conditions})
    assert done["decision"]["signed_by"]

    listed = wait_for(lambda: applicant.json(path)["links"].get("use_case"))
    assert listed, "the catalog never told onboarding"
    stranger.json(listed)


def test_declined_and_withdrawn(stranger: HeldClient, vera: HeldClient, jonas: HeldClient) -> None:
    applicant, id_ = applied(stranger)
    assert decided(vera, jonas, id_, {"outcome": "decline"})["status"] == "declined"
    assert applicant.json(f"/api/v1/applications/{id_}")["decision"]["outcome"] == "decline"

    other, withdrawn = applied(stranger)
    assert other.move(withdrawn, "withdrawal", {"reason": "Wir warten."}).json()["status"] == "withdrawn"


def test_the_catalog_with_its_facets(stranger: HeldClient) -> None:
    page = stranger.json("/api/v1/use-cases?q=&theme=mobility&limit=1")

    assert set(page["facets"]) == {"theme", "stage", "provider", "strategy"}
    assert stranger.json("/api/v1/use-cases")["items"]


def test_messages_and_deliveries(stranger: HeldClient, vera: HeldClient) -> None:
    applicant, id_ = applied(stranger)
    path = f"/api/v1/applications/{id_}/deliveries"

    messages = wait_for(lambda: applicant.json("/api/v1/messages?limit=1")["items"])
    read = applicant.post(f"/api/v1/messages/{messages[0]['id']}/read", {})

    assert read.json()["read"] is True
    assert applicant.json(path)["items"]
    assert vera.json(path)["items"]
    assert vera.json("/api/v1/messages")["items"]


def test_refusals(stranger: HeldClient, vera: HeldClient, jonas: HeldClient) -> None:
    applicant, id_ = applied(stranger)
    path = f"/api/v1/applications/{id_}"
    key = str(uuid4())

    refused = {
        "no key": stranger.post("/api/v1/applications", {}, Idempotency_Key=""),
        "nobody": stranger.get(path),
        "role": applicant.move(id_, "questions", {"items": [QUESTION]}),
        "somebody else's": stranger.as_(applied(stranger)[0].token).get(path),
        "nothing": vera.get(NOBODY),
        "no JSON wanted": vera.get(path, Accept="text/html"),
        "state": applicant.move(id_, "replies", {"items": [{"question": "x", "text": "y"}]}),
        "stale": vera.move(id_, "questions", {"items": [QUESTION]}, If_Match='"99"'),
        "media type": stranger.post("/api/v1/checks", None, Content_Type="text/plain"),
        "content": stranger.post("/api/v1/checks", {"answers": {"moon": {}}, "model": 1}),
        "no match": vera.move(id_, "questions", {"items": [QUESTION]}, If_Match=""),
        "query": stranger.get("/api/v1/use-cases?limit=0"),
        "model in a path": stranger.get("/api/v1/models/9.9"),
        "model in a body": stranger.post("/api/v1/checks", {"answers": {}, "model": "9.9"}),
        "too large": stranger.post("/api/v1/checks", {"answers": {"x": "x" * 300_000}}),
        "method": vera.call("PUT", path),
        "address": stranger.get("/api/v1/nowhere"),
        "use case": stranger.get("/api/v1/use-cases/nowhere"),
        "message": vera.post(f"/api/v1/messages/{uuid4()}/read", {}),
        "deliveries": vera.get(f"{NOBODY}/deliveries"),
    }
    vera.move(id_, "decision", {"outcome": "decline", "reason": "Nein."})
    refused["four eyes"] = vera.move(id_, "decision/confirmation", {"agree": True})
    first = stranger.post(
        "/api/v1/applications", {"contact": {"email": "a@b.example", "name": "A"}}, Idempotency_Key=key
    )
    again = stranger.post(
        "/api/v1/applications", {"contact": {"email": "a@b.example", "name": "A"}}, Idempotency_Key=key
    )
    refused["key"] = stranger.post("/api/v1/applications", {}, Idempotency_Key=key)

    assert {name: answer.status_code for name, answer in refused.items()} == {
        "no key": 400, "nobody": 401, "role": 403, "somebody else's": 404, "nothing": 404, "no JSON wanted": 406,
        "state": 409, "stale": 412, "media type": 415, "content": 422, "no match": 428, "query": 422,
        "model in a path": 404, "model in a body": 422, "too large": 413, "method": 405, "address": 404,
        "use case": 404, "message": 404, "deliveries": 404, "four eyes": 403, "key": 422,
    }  # fmt: skip
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_version_comes_into_force_with_all_that_follows_and_is_taken_back(
    stranger: HeldClient, vera: HeldClient, jonas: HeldClient
) -> None:
    def step(who: HeldClient, version: str, what: str, body: Any) -> None:
        etag = vera.get(f"/api/v1/models/{version}").headers["ETag"]
        moved = who.post(f"/api/v1/models/{version}/{what}", body, If_Match=etag)
        assert moved.status_code == 200, moved.text

    examples = {one["key"]: one["answers"] for one in stranger.json("/api/v1/models/current")["examples"]}
    partner, approved = applied(stranger, answers=examples["school_routes"])  # whose availability will not do
    decided(vera, jonas, approved, {"outcome": "approve"})
    owner, draft = applied(stranger, submit=False)
    made = vera.call("PUT", "/api/v1/models/3.0", document("3.0"))
    assert made.status_code == 201, made.text
    etag, made = vera.get("/api/v1/models/1.1").headers["ETag"], room.parse(room.shipped()["1.1"].text, "1.1")
    assert vera.call("PUT", "/api/v1/models/1.1", made, If_Match=etag).status_code == 200
    assert vera.post("/api/v1/models/1.1/preview", {}).status_code == 202
    assert wait_for(lambda: vera.json("/api/v1/models/1.1/preview")["state"] != "running")

    step(vera, "1.1", "publication", {"reason": "Neue Satzung."})
    step(jonas, "1.1", "publication/confirmation", {"agree": True})
    assert stranger.json("/api/v1/models/1.1/diff?from=1.0")["items"]
    assert owner.json(f"/api/v1/applications/{draft}")["adoption"]["model"] == "1.1"
    assert owner.move(draft, "model", {"model": "1.1"}).json()["adopted"]["from"] == "1.0"

    path = f"/api/v1/applications/{approved}"
    assert wait_for(lambda: (partner.json(path)["conformity"] or {}).get("state") == "grace")
    assert partner.move(approved, "cure", {"answers": {"operation": {"availability": 99.9}}}).status_code == 200
    campaign = vera.json("/api/v1/campaigns")["items"][0]["links"]["self"]
    for move, body in (("stop", {"reason": "Pause."}), ("resume", {})):
        etag = vera.get(campaign).headers["ETag"]
        assert vera.post(f"{campaign}/{move}", body, If_Match=etag).status_code == 200

    _, judged = applied(stranger)
    rule = vera.json(f"/api/v1/applications/{judged}")["checklist"][0]["rule"]
    said = {"rule": rule, "verdict": "broken", "reason": "Das fehlt."}
    assert vera.move(judged, "judgements", said).status_code == 200
    assert vera.move(judged, "overrides", {"rule": rule, "reason": "Ausnahme."}).status_code == 200

    step(vera, "1.0", "retirement", {"reason": "Ersetzt."})
    step(jonas, "1.1", "withdrawal", {"reason": "Versehen."})
    assert stranger.json("/api/v1/models/current")["version"] == "1.0"
    assert wait_for(lambda: owner.json(f"/api/v1/applications/{draft}")["model"] == "1.0")


def test_an_intermediary_vouches_and_brings_a_cohort(stranger: HeldClient, vera: HeldClient, jonas: HeldClient) -> None:
    answers = stranger.example()
    organisation = answers["organisation"] | {"kind": "intermediary", "on_behalf_consent": True}
    house, own = applied(stranger, answers=answers | {"organisation": organisation})
    decided(vera, jonas, own, {"outcome": "approve"})
    partner, id_ = applied(stranger)
    code = partner.post(f"/api/v1/applications/{id_}/vouching", {}).json()["code"]
    voucher = house.post("/api/v1/vouchers", {"code": code, "text": "Kennen wir gut."}).json()["id"]

    assert house.json("/api/v1/vouchers")["items"][0]["id"] == voucher
    assert house.post(f"/api/v1/vouchers/{voucher}/revocation", {}).json()["revoked"]
    table = house.get("/api/v1/cohorts/template.csv", Accept="text/csv")
    brought = raw(house, "POST", "/api/v1/cohorts", table.content, Content_Type="text/csv")
    house.contract.hold("POST", "/api/v1/cohorts", brought)
    assert (table.status_code, brought.status_code) == (200, 200)


def test_a_barrier_is_reported_and_dealt_with(stranger: HeldClient, vera: HeldClient) -> None:
    reported = stranger.post("/api/v1/barriers", {"text": "Der Knopf hat keinen Namen.", "scheme": "dark"})
    assert reported.status_code == 201, reported.text
    path = f"/api/v1/barriers/{reported.json()['id']}"

    assert vera.json("/api/v1/barriers")["items"][0]["scheme"] == "dark"
    etag = vera.get(path).headers["ETag"]
    closed = vera.post(f"{path}/closing", {"note": "Er hat jetzt einen."}, If_Match=etag)
    assert closed.json()["closed_by"] == "admin:Vera"


def test_a_file_comes_is_read_and_goes(stranger: HeldClient) -> None:
    applicant, id_ = applied(stranger, submit=False)
    path, etag = f"/api/v1/applications/{id_}/attachments", applicant.get(f"/api/v1/applications/{id_}").headers["ETag"]
    form, media = encode_multipart_formdata({"file": ("plan.pdf", files.pdf())})

    made = raw(applicant, "POST", path, form, Content_Type=media, If_Match=etag)
    applicant.contract.hold("POST", path, made)
    one = applicant.json(path)["items"][0]

    assert applicant.json(one["links"]["self"]) == one
    assert applicant.get(one["links"]["content"]).status_code == 200
    assert applicant.call("DELETE", one["links"]["self"], If_Match=made.headers["ETag"]).json()["items"] == []


def test_versions_dates_and_data_of_an_application(stranger: HeldClient, vera: HeldClient) -> None:
    applicant, id_ = applied(stranger)
    path = f"/api/v1/applications/{id_}"
    vera.move(id_, "questions", {"items": [QUESTION]})
    question = applicant.json(path)["questions"][0]["id"]
    answers = {"operation": {"owner": "Stadtwerke"}}
    applicant.move(id_, "replies", {"items": [{"question": question, "text": "Keine."}], "answers": answers})

    versions = [one["number"] for one in applicant.json(f"{path}/versions")["items"]]
    assert versions == [1, 2]
    assert applicant.json(f"{path}/versions/2")["answers"]["operation"]["owner"] == "Stadtwerke"
    compared = vera.json(f"{path}/versions/1/differences?to=2")
    assert [one["pointer"] for one in compared["items"]] == ["/operation/owner"]
    assert compared["replies"][0]["reply"] == "Keine."
    assert applicant.json(f"{path}/export")["number"]
    assert b"BEGIN:VEVENT" in applicant.get(f"{path}/calendar.ics", Accept="text/calendar").content
    assert stranger.json("/api/v1/figures?kind=company")["received"] >= 1


@needs_libraries
def test_papers_of_a_decline_that_others_look_at_again(
    stranger: HeldClient, vera: HeldClient, jonas: HeldClient
) -> None:
    applicant, id_ = applied(stranger)
    path = f"/api/v1/applications/{id_}"
    decided(vera, jonas, id_, {"outcome": "decline"})

    for paper in ("receipt", "decision/letter"):
        assert "Bielefeld" in applicant.get(f"{path}/{paper}", Accept="text/html").text
        assert applicant.get(f"{path}/{paper}.pdf", Accept="application/pdf").content.startswith(b"%PDF-")
    assert applicant.json(path)["dates"]["reconsider_until"]
    asked = applicant.move(id_, "reconsideration", {"reason": "Die Zahlen sind neu."})
    assert (asked.status_code, asked.json()["status"]) == (200, "reconsidered")


def test_a_draft_is_kept_longer_and_deleted(stranger: HeldClient) -> None:
    applicant, id_ = applied(stranger, submit=False)
    path = f"/api/v1/applications/{id_}"

    assert applicant.move(id_, "extension", {}).status_code == 200
    etag = applicant.get(path).headers["ETag"]
    assert applicant.call("DELETE", path, If_Match=etag).json()["status"] == "deleted"
    assert applicant.get(path).status_code == 404


def test_people_and_keys(stranger: HeldClient) -> None:
    applicant, id_ = applied(stranger, submit=False)
    people = f"/api/v1/applications/{id_}/people"

    invited = applicant.post(people, {"email": "ceo@parkpilot.example"}).json()
    assert [one["email"] for one in applicant.json(people)["items"]] == ["ceo@parkpilot.example"]
    assert applicant.call("DELETE", f"{people}/{invited['id']}").json()["items"] == []

    issued = applicant.post("/api/v1/keys", {"name": "CI", "scopes": ["applications:read"]}).json()
    assert stranger.as_(issued["key"]).get(f"/api/v1/applications/{id_}").status_code == 200
    assert [one["id"] for one in applicant.json("/api/v1/keys")["items"]] == [issued["id"]]
    assert applicant.call("DELETE", f"/api/v1/keys/{issued['id']}").status_code == 200


def test_contracts_and_their_page(stranger: HeldClient) -> None:
    for path in ("/api/openapi.json", "/api/asyncapi.json", "/api/docs"):
        assert stranger.get(path).status_code == 200


def test_every_operation_was_seen_to_succeed(stranger: HeldClient) -> None:
    """Runs last in this file: the tests above went through the whole contract."""
    fine = {place.rsplit(" ", 1)[0] for place in stranger.contract.seen if place[-3] == "2"}
    paths = stranger.contract.document["paths"]

    assert fine == {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}

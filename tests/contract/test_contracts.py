"""The committed documents are what the code says, are valid, and name all that was promised."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from marshmallow import ValidationError
from openapi_spec_validator import validate

from services.notifications.schemas import ReadSchema
from services.onboarding import schemas
from services.publish import as_text
from services.publish.asyncapi import ENVELOPE, asyncapi
from services.publish.openapi import openapi, places
from services.publish.samples import example
from shared import envelope
from shared.contracts import LISTENERS
from shared.pages import Pages
from tests.support.builders import approved, delivery

ROOT = Path(__file__).resolve().parents[2]
ASYNCAPI_SCHEMA = Path(__file__).parent / "asyncapi" / "3.0.0.json"

#: What other people's clients rely on: never remove a line.
PROMISED = {
    "GET /api/v1/models",
    "GET /api/v1/models/current",
    "GET /api/v1/models/{version}",
    "GET /api/v1/models/{version}/diff",
    "PUT /api/v1/models/{version}",
    "POST /api/v1/models/{version}/publication",
    "POST /api/v1/models/{version}/publication/confirmation",
    "POST /api/v1/models/{version}/withdrawal",
    "POST /api/v1/models/{version}/retirement",
    "POST /api/v1/applications/{id}/model",
    "POST /api/v1/checks",
    "POST /api/v1/applications",
    "GET /api/v1/applications",
    "GET /api/v1/applications/{id}",
    "PATCH /api/v1/applications/{id}",
    "POST /api/v1/applications/{id}/submission",
    "POST /api/v1/applications/{id}/withdrawal",
    "POST /api/v1/applications/{id}/replies",
    "POST /api/v1/applications/{id}/questions",
    "POST /api/v1/applications/{id}/decision",
    "POST /api/v1/applications/{id}/decision/confirmation",
    "GET /api/v1/applications/{id}/deliveries",
    "POST /api/v1/applications/{id}/attachments",
    "GET /api/v1/applications/{id}/attachments",
    "GET /api/v1/applications/{id}/attachments/{attachment}",
    "DELETE /api/v1/applications/{id}/attachments/{attachment}",
    "GET /api/v1/applications/{id}/attachments/{attachment}/content",
    "GET /api/v1/use-cases",
    "GET /api/v1/use-cases/{slug}",
    "GET /api/v1/messages",
    "GET /api/openapi.json",
    "GET /api/asyncapi.json",
    "GET /api/docs",
}
CONDITION = {"text": "Bis Ende März nachweisen."}
PROPOSAL = {"outcome": "approve", "reason": "Passt."}

#: Bodies of each kind, and whether the house takes them.
BODIES: list[tuple[type[schemas.HouseSchema], Any, bool]] = [
    (schemas.CheckSchema, {"answers": {}}, True),
    (schemas.CheckSchema, {}, False),
    (schemas.CheckSchema, {"answers": []}, False),
    (schemas.CheckSchema, {"answers": {}, "modell": "1.0"}, False),
    (schemas.StartSchema, {"contact": {"email": "a@b.example", "name": "A"}}, True),
    (schemas.StartSchema, {"contact": {"email": "a@b.example", "name": ""}}, False),
    (schemas.StartSchema, {"contact": {"email": "a@b.example", "name": "A"}, "submit": "yes"}, False),
    (schemas.StartSchema, {"contact": {"email": "a@b.example", "name": "A", "language": "fr"}}, False),
    (schemas.ChangeSchema, {"contact": {"name": "B"}, "answers": {"use_case": None}}, True),
    (schemas.SubmitSchema, {}, True),
    (schemas.SubmitSchema, {"now": True}, False),
    (schemas.WithdrawSchema, {"reason": ""}, True),
    (schemas.AskSchema, {"items": [{"text": "Wie?", "pointer": "/use_case/title"}], "due": "2027-01-31"}, True),
    (schemas.AskSchema, {"items": []}, False),
    (schemas.RepliesSchema, {"items": [{"question": "1", "text": "So."}], "answers": {}}, True),
    (schemas.RepliesSchema, {"items": [{"text": "So."}]}, False),
    (schemas.ProposeSchema, PROPOSAL, True),
    (schemas.ProposeSchema, PROPOSAL | {"outcome": "approve_with_conditions", "conditions": [CONDITION]}, True),
    (schemas.ProposeSchema, PROPOSAL | {"outcome": "approve_with_conditions"}, False),
    (schemas.ProposeSchema, PROPOSAL | {"conditions": [CONDITION]}, False),
    (schemas.ProposeSchema, PROPOSAL | {"outcome": "maybe"}, False),
    (schemas.ConfirmSchema, {"agree": True}, True),
    (schemas.ConfirmSchema, {"agree": False, "comment": "Nein."}, True),
    (schemas.ConfirmSchema, {"agree": False}, False),
    (schemas.ConfirmSchema, {"agree": False, "comment": ""}, False),
    (schemas.PublicationSchema, {"reason": "Neue Satzung.", "adopt_until": "2027-01-31", "grace_days": 90}, True),
    (schemas.PublicationSchema, {"reason": ""}, False),
    (schemas.PublicationSchema, {"reason": "Weil.", "grace_days": 0}, False),
    (schemas.ConfirmPublicationSchema, {"agree": True}, True),
    (schemas.ConfirmPublicationSchema, {"agree": False}, False),
    (schemas.WithdrawPublicationSchema, {"reason": "Versehen."}, True),
    (schemas.RetireSchema, {"reason": "Alt.", "until": "2027-01-31"}, True),
    (schemas.AdoptSchema, {"model": "1.1"}, True),
    (schemas.AdoptSchema, {}, False),
    (ReadSchema, {}, True),
]


@cache
def document() -> dict[str, Any]:
    return openapi()


def operations() -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


@pytest.mark.parametrize(("name", "make"), [("openapi.json", openapi), ("asyncapi.json", asyncapi)])
def test_the_committed_contract_is_what_the_code_says(name: str, make: Any) -> None:
    committed = (ROOT / "shared" / "contracts" / name).read_text("utf-8")

    assert committed == as_text(make()), "run `make contracts` and look at what changes for clients"


def test_the_openapi_document_is_valid() -> None:
    validate(document())


def test_the_asyncapi_document_is_valid() -> None:
    schema = json.loads(ASYNCAPI_SCHEMA.read_text("utf-8"))

    jsonschema.Draft7Validator(schema).validate(asyncapi())


def test_the_asyncapi_schema_refuses_what_is_none() -> None:
    schema = json.loads(ASYNCAPI_SCHEMA.read_text("utf-8"))
    broken = asyncapi()
    broken["operations"]["catalog.tells"]["action"] = "shout"

    assert not jsonschema.Draft7Validator(schema).is_valid(broken)


def test_the_vendored_schema_asks_nobody() -> None:
    schema = json.loads(ASYNCAPI_SCHEMA.read_text("utf-8"))
    kept = {key: value for key, value in schema.items() if key != "examples"}

    assert "$id" not in schema
    assert not [ref for ref in references(kept) if not ref.startswith("#")]


def test_every_reference_in_the_openapi_document_leads_somewhere() -> None:
    for reference in set(references(document())):
        found: Any = document()
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found, reference


def test_all_that_was_promised_is_there() -> None:
    assert set(operations()) >= PROMISED


def test_every_door_of_the_api_is_in_the_document() -> None:
    doors = {f"{place.method} {place.path}".replace("<", "{").replace(">", "}") for place in places()}

    assert doors <= set(operations())


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_a_post_names_its_key_and_a_move_its_match(name: str) -> None:
    asked = [one.get("$ref", "").rsplit("/", 1)[-1] for one in operations()[name].get("parameters", [])]
    method, path = name.split(" ")

    assert ("IdempotencyKey" in asked) == (method == "POST" and path != "/api/v1/checks")
    moves = method in {"POST", "PATCH", "PUT", "DELETE"} and ("{id}" in path or "{version}" in path)
    assert ("IfMatch" in asked) == moves


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_operation_has_an_example_for_curl_whose_body_it_takes(name: str) -> None:
    method, path = name.split(" ")
    operation = operations()[name]
    [shown] = operation["x-codeSamples"]
    asked = [one["$ref"].rsplit("/", 1)[1] for one in operation.get("parameters", []) if "$ref" in one]

    assert shown["source"].startswith(f'curl -sS -X {method} "$HUB{path.split("{")[0]}')
    assert "{" not in shown["source"].splitlines()[0]
    assert ("Idempotency-Key" in shown["source"]) == ("IdempotencyKey" in asked)
    assert ("If-Match" in shown["source"]) == ("IfMatch" in asked)
    for media, said in operation.get("requestBody", {}).get("content", {}).items():
        if media.endswith("json"):
            body = example(said["schema"], document()["components"]["schemas"])
            jsonschema.Draft202012Validator(said["schema"] | {"components": document()["components"]}).validate(body)


def test_every_refusal_is_a_problem() -> None:
    for name, operation in operations().items():
        for status, response in operation["responses"].items():
            if status >= "400":
                assert response == {"$ref": f"#/components/responses/Refused{status}"}, name
    for name, response in document()["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], name


@pytest.mark.parametrize(("schema", "body", "taken"), BODIES)
def test_the_document_takes_the_bodies_that_the_house_takes(schema: Any, body: Any, taken: bool) -> None:
    name = schema.__name__.removesuffix("Schema") + "Input"
    said = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}

    assert jsonschema.Draft202012Validator(said).is_valid(body) == taken
    if taken:
        schema().load(body)
    else:
        with pytest.raises(ValidationError):
            schema().load(body)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_shows_every_operation_and_every_field_of_its_body(language: str) -> None:
    html = Pages().render("docs.html", language=language, caller=None, path="/api/docs", csrf="", document=document())

    for name, operation in operations().items():
        assert name.split(" ")[1] in html
        assert f'id="{operation["operationId"]}"' in html
    for name in ("conditions", "agree", "answers"):
        assert f"<code>{name}</code>" in html
    assert "style=" not in html
    assert "<script" not in html


@pytest.mark.parametrize("missing", [*ENVELOPE["required"], None])
def test_the_published_envelope_is_the_one_that_is_read(missing: str | None) -> None:
    event = json.loads(delivery(approved()).body)
    event.pop(missing or "", None)
    is_published = jsonschema.Draft202012Validator(ENVELOPE).is_valid(event)

    try:
        envelope.read(json.dumps(event).encode())
        is_read = True
    except envelope.BrokenContract:
        is_read = False

    assert is_published == is_read == (missing is None)


def test_every_queue_is_an_operation_of_its_listener() -> None:
    queues = {one["x-queue"] for one in asyncapi()["operations"].values() if one["action"] == "receive"}

    assert queues == {f"q.{listener}.{teller}" for teller, heard in LISTENERS.items() for listener in heard}


def test_only_the_event_about_a_person_is_marked_personal() -> None:
    messages = asyncapi()["components"]["messages"]

    personal = [name for name, one in messages.items() if "x-personal" in one]
    assert personal == ["onboarding.contact.changed.v1", "onboarding.person.changed.v1"]


def references(value: Any) -> list[str]:
    """Return all `$ref`s in a document; one inside a literal example is none."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for key, inner in value.items() if key != "examples" for one in references(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in references(inner)]
    return []

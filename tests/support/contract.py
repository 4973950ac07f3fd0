"""A client that holds every answer of the hub against the contract it publishes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import jsonschema
import requests

from tests.support.hub import Client, Hub


class Contract:
    """An OpenAPI document, made strict: an answer with a field it does not name breaks it, too."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.components = {"schemas": {name: _closed(one) for name, one in document["components"]["schemas"].items()}}
        self.templates = sorted(document["paths"], key=lambda path: path.count("{"))
        #: What was seen: `GET /api/v1/models 200`.
        self.seen: set[str] = set()

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        plain = path.split("?", 1)[0]
        for template in self.templates:
            if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", template), plain):
                return template, self.document["paths"][template].get(method.lower(), {})
        return None

    def hold(self, method: str, path: str, answer: requests.Response) -> None:
        """Fail unless status, media type, headers and body of `answer` are as the contract says."""
        found = self.operation(method, path)
        if found is None or not found[1]:
            assert answer.status_code in {404, 405}
            self.matches("Problem", answer.json())
            return
        template, operation = found
        place = f"{method} {template} {answer.status_code}"
        assert str(answer.status_code) in operation["responses"], f"{place} is not in the contract: {answer.text}"
        response = self.resolved(operation["responses"][str(answer.status_code)])
        for name in response.get("headers", {}):
            if name not in {"Idempotent-Replayed", "Link"}:
                assert name in answer.headers, f"{place} lacks {name}"
        media = answer.headers["Content-Type"].split(";")[0]
        assert media in response["content"], f"{place} is {media}"
        if media.endswith("json"):
            self.matches(response["content"][media]["schema"], answer.json())
        self.seen.add(place)

    def matches(self, schema: str | dict[str, Any], value: Any) -> None:
        wanted = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
        validator = jsonschema.Draft202012Validator(
            wanted | {"components": self.components}, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
        validator.validate(value)

    def resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        found: Any = part
        if "$ref" in part:
            found = self.document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
        return dict(found)


@dataclass
class HeldClient(Client):
    """Speaks to the hub and holds every answer against `contract`."""

    contract: Contract = field(kw_only=True)

    def as_(self, token: str | None) -> HeldClient:
        return HeldClient(self.bases, token, self.language, contract=self.contract)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        answer = super().call(method, path, body, **headers)
        self.contract.hold(method, path, answer)
        return answer


def held(hub: Hub) -> HeldClient:
    """Give a stranger whose every answer is held against the contract that the hub itself serves."""
    contract = Contract(hub.client().json("/api/openapi.json"))
    return HeldClient(hub.bases, contract=contract)


def _closed(schema: Any) -> Any:
    """Refuse what a schema does not name, wherever it names something."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    is_shape = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    return closed | ({"additionalProperties": False} if is_shape and "additionalProperties" not in schema else {})

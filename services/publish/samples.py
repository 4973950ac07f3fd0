"""A `curl` line for every operation, made from the contract itself: the body is the smallest that its schema takes."""

from __future__ import annotations

import json
import shlex
from typing import Any

Schema = dict[str, Any]

#: What people would write in fields of these names; for the others, the schema says enough.
WORDS: dict[str, Any] = {
    "name": "Mina Yıldız",
    "email": "mina@parkpilot.example",
    "reason": "Fits the mobility strategy.",
    "text": "How many sensors do you plan, and where?",
    "note": "The button is larger now.",
    "comment": "Agreed.",
    "answers": {"use_case": {"title": "Parking pilot"}},
    "question": "$QUESTION",
    "code": "$CODE",
    "model": "1.1",
    "rule": "BM-56",
}
#: What is no JSON: how curl sends it.
FILES = {"multipart/form-data": "-F 'file=@plan.pdf'", "text/csv": "--data-binary @cohort.csv"}
HEADERS = {"IdempotencyKey": "Idempotency-Key: $(uuidgen)", "IfMatch": "If-Match: $ETAG"}


def sample(method: str, path: str, operation: Schema, schemas: Schema) -> Schema:
    """Return the `x-codeSamples` entry of an operation; `$HUB`, `$TOKEN` and the like are the reader's to fill in."""
    address = path
    parameters = operation.get("parameters", [])
    for one in parameters:
        if one.get("in") == "path":
            address = address.replace(f"{{{one['name']}}}", f"${one['name'].upper()}")
    lines = [f'curl -sS -X {method} "$HUB{address}"']
    if operation.get("security") and {} not in operation["security"]:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    asked = [one["$ref"].rsplit("/", 1)[1] for one in parameters if "$ref" in one]
    lines += [f'-H "{HEADERS[name]}"' for name in asked if name in HEADERS]
    lines += _body(operation.get("requestBody", {}).get("content", {}), schemas)
    return {"lang": "Shell", "label": "curl", "source": " \\\n  ".join(lines)}


def example(schema: Schema, schemas: Schema, name: str = "") -> Any:
    """Return the smallest value that `schema` takes."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, name)
    if name in WORDS:
        return WORDS[name]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        wanted = schema.get("required", ())
        return {key: example(one, schemas, key) for key, one in schema.get("properties", {}).items() if key in wanted}
    if schema.get("type") == "array":
        return [example(schema["items"], schemas)]
    kinds = {"boolean": True, "integer": schema.get("minimum", 1), "number": schema.get("minimum", 1)}
    return kinds.get(schema.get("type", ""), "2027-03-31" if schema.get("format") == "date" else "…")


def _body(content: Schema, schemas: Schema) -> list[str]:
    if not content:
        return []
    media, said = next(iter(content.items()))
    if media in FILES:
        return [*([f"-H 'Content-Type: {media}'"] if media == "text/csv" else []), FILES[media]]
    text = json.dumps(example(said["schema"], schemas), ensure_ascii=False)
    quoted = '"' + text.replace('"', '\\"') + '"' if "$" in text else shlex.quote(text)
    return [f"-H 'Content-Type: {media}'", f"-d {quoted}"]

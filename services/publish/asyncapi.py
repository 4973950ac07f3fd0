"""The AsyncAPI document: what each service tells, who hears it, and in which envelope."""

from __future__ import annotations

from typing import Any

from services.onboarding.domain.versions import version_id
from shared.contracts import EVENTS, LISTENERS
from shared.envelope import schema as schema_of
from shared.kernel import Event

VERSION = "1.0.0"
CONTENT_TYPE = "application/cloudevents+json"
DESCRIPTION = """\
Services talk in events only. A change and its events commit together; a relay publishes them at least once, and whoever
hears them remembers the `id` and acts once. `sequence` counts the events of one `subject`, gapless from 1: act in this
order. Events carry ids and references; the only one about a person is marked with `x-personal`."""

Schema = dict[str, Any]

#: What is the same in every example.
EXAMPLE = {
    "specversion": "1.0",
    "id": "3f0c2a54-6b1e-4c55-9d3a-7a9d1f4b8e02",
    "sequence": 1,
    "time": "2026-11-23T09:30:00+00:00",
    "datacontenttype": "application/json",
    "correlationid": "9f5b8e0c1a2d4f6780b1c2d3e4f50617",
}
ENVELOPE: Schema = {
    "type": "object",
    "title": "Envelope",
    "description": "CloudEvents 1.0, structured mode, JSON.",
    "required": ["data", "id", "sequence", "source", "specversion", "subject", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "The same however often it is delivered."},
        "source": {"type": "string", "minLength": 2, "maxLength": 100, "description": "`/` and who tells it."},
        "type": {"type": "string", "minLength": 1, "maxLength": 200},
        "subject": {"type": "string", "format": "uuid", "description": "The aggregate it is about."},
        "sequence": {"type": "integer", "minimum": 1, "maximum": 2**53, "description": "Of this subject's events."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "correlationid": {"type": "string", "maxLength": 100, "description": "Follows one cause through the house."},
        "toldagainto": {
            "type": "string",
            "maxLength": 90,
            "description": "Tells this listener alone how things stand now: it goes on from here. Others skip it.",
        },
        "data": {"type": "object"},
    },
}


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of the whole house."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Innovationshub Bielefeld",
            "version": VERSION,
            "description": DESCRIPTION,
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {f"{teller}.events": _channel(teller) for teller in LISTENERS},
        "operations": _operations(),
        "components": {
            "messages": {name: _message(name, kind) for name, kind in EVENTS.items()},
            "schemas": {"Envelope": ENVELOPE} | {kind.__name__: _data(name) for name, kind in EVENTS.items()},
        },
    }


def told_by(teller: str) -> list[str]:
    """Return the names of all events of `teller`."""
    return sorted(name for name in EVENTS if name.split(".", 1)[0] == teller)


def _channel(teller: str) -> Schema:
    exchange = {"name": f"{teller}.events", "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": f"{teller}.events",
        "description": f"All that {teller} tells. The routing key is the type without its first word.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in told_by(teller)},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _operations() -> Schema:
    operations: Schema = {}
    for teller, listeners in LISTENERS.items():
        channel = {"channel": {"$ref": f"#/channels/{teller}.events"}}
        messages = {"messages": [{"$ref": f"#/channels/{teller}.events/messages/{name}"} for name in told_by(teller)]}
        operations[f"{teller}.tells"] = {
            "action": "send",
            "summary": f"{teller.capitalize()} tells what happened.",
            "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "bindingVersion": "0.3.0"}},
            **channel,
            **messages,
        }
        for listener in listeners:
            operations[f"{listener}.hears.{teller}"] = {
                "action": "receive",
                "summary": f"{listener.capitalize()} hears {teller}; what it does not know, it skips.",
                "bindings": {"amqp": {"ack": True, "bindingVersion": "0.3.0"}},
                "x-queue": f"q.{listener}.{teller}",
                **channel,
                **messages,
            }
    return operations


def _message(name: str, kind: type[Event]) -> Schema:
    data = schema_of(name)
    teller = name.split(".", 1)[0]
    fixed = {
        "type": {"const": name},
        "source": {"const": f"/{teller}"},
        "data": {"$ref": f"#/components/schemas/{kind.__name__}"},
    }
    example = data["examples"][0]
    known = EXAMPLE | {"type": name, "source": f"/{teller}", "subject": _subject(teller, example), "data": example}
    message = {
        "name": name,
        "title": kind.__name__,
        "summary": data["description"],
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, {"type": "object", "properties": fixed}]},
        "examples": [{"name": "example", "payload": known}],
    }
    return message | ({"x-personal": data["x-personal"]} if "x-personal" in data else {})


def _subject(teller: str, example: Schema) -> str:
    if teller == "catalog":
        return str(example["use_case_id"])
    own = ("sign_in_id", "standing_id", "key_id", "person_id", "application_id", "campaign_id", "barrier_id")
    found = next((example[one] for one in own if one in example), None)
    return str(found or version_id(example["model"]))


def _data(name: str) -> Schema:
    """Return the schema of an event's data as part of a larger document."""
    return {key: value for key, value in schema_of(name).items() if key not in {"$schema", "$id"}}

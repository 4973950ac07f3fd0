"""Seal an event into a CloudEvents 1.0 envelope, and open one. Nothing unchecked goes through."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, get_type_hints
from uuid import UUID, uuid4

import jsonschema_rs

from shared.kernel import Event

E = TypeVar("E", bound=Event)

Envelope = dict[str, Any]
LARGEST = 256 * 1024
#: NUL as JSON writes it: an odd number of backslashes before the code.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_HINTS: dict[str, dict[str, Any]] = {}

_ENVELOPE = jsonschema_rs.Draft202012Validator(
    {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "sequence", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid"},
            "source": {"type": "string", "pattern": "^/[a-z_]{1,90}$"},
            "type": {"type": "string", "pattern": "^[a-z0-9_.]{1,200}$"},
            "subject": {"type": "string", "format": "uuid"},
            "sequence": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
            "time": {"type": "string", "format": "date-time"},
            "correlationid": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,100}$"},
            "toldagainto": {"type": "string", "pattern": "^[a-z_]{1,90}$"},
            "data": {"type": "object"},
        },
    },
    validate_formats=True,
)


class BrokenContract(Exception):
    """An event does not keep its JSON Schema, or bytes are no envelope at all."""


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the event called `name`; FileNotFoundError if there is no contract."""
    text = files("shared.contracts").joinpath(f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator(name: str) -> Any:
    return jsonschema_rs.Draft202012Validator(schema(name), validate_formats=True)


def check(name: str, data: Any) -> None:
    """Raise BrokenContract, naming the first broken place, unless `data` keeps the contract `name`."""
    validator = _validator(name)
    try:
        error = None if validator.is_valid(data) else next(validator.iter_errors(data))
    except ValueError as odd:
        raise BrokenContract(f"{name}: holds half a character, or is too deep") from odd
    if error:
        place = "/".join(str(step) for step in error.instance_path)
        # The value stays out of the text: it may be personal, and errors are stored and logged.
        raise BrokenContract(f"{name}: /{place} breaks {'/'.join(str(s) for s in error.schema_path)}")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One place of a payload that breaks its contract; never the value, which may be personal."""

    pointer: str
    keyword: str
    expected: Any


def complaints(name: str, data: Any) -> list[Complaint]:
    """Return every place where `data` breaks the contract `name`, a missing field at its own place."""
    found: list[Complaint] = []
    try:
        errors = list(_validator(name).iter_errors(data))
    except ValueError:
        return [Complaint("/", "holds half a character, or is too deep", None)]
    for error in errors:
        *above, keyword = error.schema_path
        within: Any = schema(name)
        for step in above:
            within = within[step]
        place, expected = [str(step) for step in error.instance_path], within.get(str(keyword))
        if keyword == "required":
            place.append(error.kind.property)
            expected = within.get("properties", {}).get(error.kind.property)
        found.append(Complaint("/" + "/".join(place), str(keyword), expected))
    return found


def seal(event: Event, *, subject: UUID, sequence: int, correlation: str, again_to: str | None = None) -> Envelope:
    """Wrap `event` in an envelope (JSON-ready), or raise BrokenContract.

    What is told `again_to` a listener says how things stand now: it sets that listener's cursor, others pass it by.
    """
    data = {field.name: _plain(getattr(event, field.name)) for field in fields(event)}
    check(event.name, data)
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/" + event.name.split(".", 1)[0],
        "type": event.name,
        "subject": str(subject),
        "sequence": sequence,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "correlationid": correlation,
        "data": data,
    } | ({"toldagainto": again_to} if again_to else {})


def read(body: bytes) -> Envelope:
    """Parse the bytes of a message, or raise BrokenContract if they are no envelope."""
    if len(body) > LARGEST:
        raise BrokenContract(f"{len(body)} bytes are too many")
    try:
        text = body.decode()
        envelope: Envelope = _READER.decode(text)
        known = _ENVELOPE.is_valid(envelope)
        if "\\u" in text:
            json.dumps(envelope, ensure_ascii=False).encode()  # half a character is a ValueError
    except (ValueError, RecursionError) as error:
        raise BrokenContract(f"not JSON: {type(error).__name__}") from error
    if not known or _NUL.search(text):
        raise BrokenContract("not a CloudEvents envelope of this house")
    return envelope


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_READER = json.JSONDecoder(parse_constant=_refuse)


def unseal(kind: type[E], envelope: Envelope) -> E:
    """Return the `kind` event in `envelope`, or raise BrokenContract. Unknown data is dropped.

    A field with a default is one that older events lack.
    """
    data = envelope["data"]
    check(kind.name, data)
    hints = _hints(kind.name, kind)
    known = [field.name for field in fields(kind) if field.name in data or field.default is MISSING]
    try:
        return kind(**{name: _rich(data[name], hints[name]) for name in known})
    except (ValueError, OverflowError) as error:  # a moment only RFC 3339 knows, such as a leap second
        raise BrokenContract(f"{kind.name}: no such moment") from error


def _hints(name: str, kind: type[Event]) -> dict[str, Any]:
    if name not in _HINTS:
        _HINTS[name] = get_type_hints(kind)
    return _HINTS[name]


def _rich(value: Any, hint: Any) -> Any:
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if hint is date or (value is not None and hint == date | None):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case date():  # datetime is one, too
            return value.isoformat()
        case tuple() | list():
            return [_plain(item) for item in value]
        case _:
            return value

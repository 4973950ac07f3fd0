"""Messages nobody should send, and what must become of each: parked, skipped, processed, waiting, or dropped as a copy.

Whatever the sender wrote beside the body is not read, so odd headers change nothing: the bytes decide.
"""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.support.builders import approved, envelope

PARKED, SKIPPED, PROCESSED, WAITING, COPY = "parked", "skipped", "processed", "waiting", "copy"
KIB = 1024


@dataclass(frozen=True, kw_only=True)
class Poison:
    """One message. `raw_headers` are the bytes of an AMQP table, for what no decent client would write."""

    name: str
    becomes: str
    body: bytes
    id: UUID | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    raw_headers: bytes = b""
    on_sqlite: str = ""  # where SQLite keeps what PostgreSQL refuses


def good(**but: Any) -> dict[str, Any]:
    """Return the envelope of an approval nobody has told yet; `but` replaces parts of its data."""
    application = uuid4()
    fresh = approved(application, number=f"BI-{application.hex[:8].upper()}", title=f"Fall {application.hex}")
    sealed = envelope(fresh)
    sealed["data"] |= but
    return sealed


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in good().items() if key != name}


def spoiled(name: str, becomes: str, sealed: dict[str, Any], **more: Any) -> Poison:
    id_ = UUID(sealed["id"]) if becomes != PARKED or "on_sqlite" in more else None
    return Poison(name=name, becomes=becomes, body=json.dumps(sealed).encode(), id=id_, **more)


def written(name: str, template: str, becomes: str = PARKED) -> Poison:
    """A good envelope as text, with `template` in the place of its title."""
    sealed = good(title="@@")
    body = json.dumps(sealed).replace('"@@"', template).encode("utf-8", "surrogatepass")
    return Poison(name=name, becomes=becomes, body=body, id=None if becomes == PARKED else UUID(sealed["id"]))


def all_kinds() -> list[Poison]:
    """Return them in the order in which they are to be sent: some are about those before."""
    return [*_bytes(), *_json(), *_envelopes(), *_schema(), *_sizes(), *_copies(), *_properties(), *_headers()]


def _bytes() -> Iterator[Poison]:
    text = json.dumps(good())
    kinds = {
        "no bytes at all": b"",
        "one NUL": b"\0",
        "a page of NULs": b"\0" * 4 * KIB,
        "bytes of no encoding": b"\xff\xfe\xfd",
        "every byte there is": bytes(range(256)) * 16,
        "a byte order mark before a good one": b"\xef\xbb\xbf" + text.encode(),
        "a good one in UTF-16": text.encode("utf-16"),
        "a good one in UTF-32": text.encode("utf-32"),
        "UTF-8 that is longer than needed": text.encode().replace(b"Fall", b"F\xc1\xa1ll"),
        "half a character in UTF-8": text.encode().replace(b"Fall", b"\xed\xa0\x80"),
        "latin-1": json.dumps(good(title="Grüße"), ensure_ascii=False).encode("latin-1"),
        "a good one, gzipped": gzip.compress(text.encode()),
        "a pickle": pickle.dumps({"id": 7}),
        "a pickle that runs a command": b"cos\nsystem\n(S'true'\ntR.",
        "CBOR": b"\xa1\x62id\x07",
        "XML": b"<?xml version='1.0'?><event/>",
        "XML of billions of laughs": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
        "a web page": b"<!doctype html><title>502 Bad Gateway</title>",
        "YAML that makes an object": b"!!python/object/apply:os.system ['true']",
        "a form": b"id=7&type=onboarding.application.approved.v1",
        "a good one in base64": base64.b64encode(text.encode()),
        "blank space": b" \n\t\r ",
        "a good one cut in half": text.encode()[: len(text) // 2],
        "a good one without its last byte": text.encode()[:-1],
        "a good one and a byte too many": text.encode() + b"}",
        "two good ones in one": text.encode() + json.dumps(good()).encode(),
        "two good ones on two lines": text.encode() + b"\n" + json.dumps(good()).encode(),
        "a good one behind )]}'": b")]}'\n" + text.encode(),
    }
    for name, body in kinds.items():
        yield Poison(name=name, becomes=PARKED, body=body)
    sealed = good()
    body = b"\r\n  " + json.dumps(sealed, indent=4).encode() + b"\n"
    yield Poison(name="a good one with air around it", becomes=PROCESSED, body=body, id=UUID(sealed["id"]))


def _json() -> Iterator[Poison]:
    for text in ("null", "true", "7", "-0", '"text"', "[]", "{}", "[[]]", '{"id": 7}', '{"": {}}'):
        yield Poison(name=f"JSON: {text}", becomes=PARKED, body=text.encode())
    yield Poison(name="a good one in a list", becomes=PARKED, body=json.dumps([good()]).encode())
    yield Poison(name="a good one as a text", becomes=PARKED, body=json.dumps(json.dumps(good())).encode())
    yield Poison(name="lists, 100 000 deep", becomes=PARKED, body=b"[" * 100_000)
    yield Poison(name="objects, 40 000 deep", becomes=PARKED, body=b'{"a":' * 40_000)
    yield written("a title 20 000 lists deep", "[" * 20_000 + "]" * 20_000)
    yield written("a title 900 lists deep", "[" * 900 + "]" * 900)
    yield written("NaN", '"x", "more": NaN')
    yield written("Infinity", '"x", "more": Infinity')
    yield written("minus Infinity", '"x", "more": -Infinity')
    yield written("a number of 5 000 digits", '"x", "more": ' + "9" * 5000)
    yield written("single quotes", "'x'")
    yield written("a comma too many", '"x",')
    yield written("a comment", '"x" /* so */')
    yield written("a text that does not end", '"x')
    yield written("a line break in a text", '"a\nb"')
    yield written("an escape that is none", '"\\x41"')
    yield written("the first half of a character", '"\\ud83d"')
    yield written("the second half of a character", '"\\ude00"')
    yield written("the halves of a character the wrong way round", '"\\ude00\\ud83d"')
    yield written("half a character as a key", '"x", "\\ud800": 1')
    yield written("NUL in a text", '"a\\u0000b"')
    yield written("NUL in a text nobody reads", '"x", "more": "\\u0000"')
    yield written("NUL in a key", '"x", "a\\u0000": 1')
    yield written("a number too large for a float", '"x", "more": 1e400', PROCESSED)
    yield written("a backslash and u0000", '"Fall mit \\\\u0000"', PROCESSED)
    yield written("the same key twice", '"erst", "title": "Fall, zweimal gesagt"', PROCESSED)
    yield written("a field we do not know 60 lists deep", '"Fall tief", "more": ' + "[" * 60 + "]" * 60, PROCESSED)


def _envelopes() -> Iterator[Poison]:
    for name in ("specversion", "id", "source", "type", "subject", "sequence", "data"):
        yield spoiled(f"no {name}", PARKED, without(name))
    wrong: dict[str, tuple[Any, ...]] = {
        "specversion": ("0.3", 1.0, None),
        "id": (
            7,
            None,
            "",
            "7",
            "urn:uuid:" + str(uuid4()),
            "{" + str(uuid4()) + "}",
            str(uuid4()) + "\0",
            [],
            "x" * KIB,
        ),
        "source": (
            "/catalog",
            "onboarding",
            "/Onboarding",
            "/onboarding/",
            "//onboarding",
            "/onboarding\n",
            "/",
            7,
            None,
        ),
        "type": (
            "",
            7,
            None,
            "Onboarding.X.v1",
            "onboarding.x\n",
            "x" * 201,
            "a b",
            "catalog.use_case.listed.v1",
            "v1",
        ),
        "subject": (7, None, "", "somebody", "../../etc/passwd", "' OR 1=1 --"),
        "sequence": (0, -1, 1.5, "1", True, None, [1], 2**31, 2**63, 2**64, 10**30, -(2**63)),
        "time": ("yesterday", 7, "2026-13-01T00:00:00Z"),
        "correlationid": ("a\nb", "x" * 101, "", "\0", 7, "${jndi:ldap://x}"),
        "data": (None, [], "text", 7, {}),
    }
    for name, values in wrong.items():
        for value in values:
            yield spoiled(f"{name} is {value!r:.40}", PARKED, good() | {name: value})
    yield spoiled("a type nobody knows yet", SKIPPED, good() | {"type": "onboarding.application.celebrated.v1"})
    yield spoiled("a later version of a known type", SKIPPED, good() | {"type": "onboarding.application.approved.v2"})
    yield spoiled("attributes nobody knows", PROCESSED, good() | {"traceparent": "00-1-2-3", "dataschema": 7})
    yield spoiled("a sequence written as 1.0", PROCESSED, good() | {"sequence": 1.0})
    yield spoiled("the highest sequence there is", WAITING, good() | {"sequence": 2**31 - 1})
    sealed = good()
    yield spoiled("ids in capital letters", PROCESSED, sealed | {"id": sealed["id"].upper()})


def _schema() -> Iterator[Poison]:
    wrong: dict[str, tuple[Any, ...]] = {
        "application_id": ("", "mina@parkpilot.example", 7, None),
        "number": ("", "BI", "XX-7K4Q", "BI-" + "A" * 11, None),
        "title": ("", "x" * 201, 7, None, ["Fall"], {"de": "Fall"}),
        "summary": ("x" * 4001, None),
        "themes": ([], "energy", [7], [None], None, {}),
        "public_service": ("yes", 1, None),
        "conditions": (-1, 0.5, "0", None),
        "approved_at": (
            "", "now", "2026-11-23", 1_700_000, "2026-02-30T00:00:00Z", "2026-11-23T12:00:00", "0000-01-01T00:00:00Z",
            "2016-12-31T23:59:60Z", "2026-11-23T24:00:00Z", "2026-11-23T12:00:00+99:99", "9999-12-31T23:59:59-23:59",
        ),
    }  # fmt: skip
    for name, values in wrong.items():
        for value in values:
            yield spoiled(f"{name} is {value!r:.40}", PARKED, good(**{name: value}))
    yield spoiled("more themes than fit", PARKED, good(themes=["energy"] * 200), on_sqlite=PROCESSED)
    yield spoiled("a stage longer than fits", PARKED, good(stage="x" * 200), on_sqlite=PROCESSED)
    yield spoiled("10**30 conditions", PROCESSED, good(conditions=10**30))
    for title in (
        "🏳️‍🌈 ",
        "\u202egnurhüF",
        "Z" + "\u0301" * 150,
        "\uffff",
        "\ue000",
        "!!!",
        "'; DROP TABLE inbox; --",
        "{{7*7}}",
    ):
        yield spoiled(f"titled {title!r:.24}", PROCESSED, good(title=title))


def _sizes() -> Iterator[Poison]:
    yield Poison(name="five megabytes of zeros", becomes=PARKED, body=b"0" * 5 * KIB * KIB)
    yield Poison(name="a megabyte of blank space", becomes=PARKED, body=b" " * KIB * KIB)
    yield spoiled("a good one of 300 KiB", PARKED, good(more="x" * 300 * KIB))
    yield spoiled("a good one of 250 KiB", PROCESSED, good(more="x" * 250 * KIB))
    yield spoiled("ten thousand fields", PROCESSED, good(**{f"f{n}": n for n in range(10_000)}))


def _copies() -> Iterator[Poison]:
    first = good()
    yield spoiled("a good one", PROCESSED, first)
    yield spoiled("the same again", COPY, first)
    yield spoiled("the same in capital letters", COPY, first | {"id": first["id"].upper()})
    yield spoiled("the same id for the next event", PARKED, first | {"sequence": 2})
    yield spoiled("the same id for another application", PARKED, good() | {"id": first["id"]})
    yield spoiled("the same id for another type", PARKED, first | {"type": "onboarding.application.declined.v1"})
    yield spoiled("the same sequence under another id", SKIPPED, first | {"id": str(uuid4())})
    yield spoiled("an event from after a gap", WAITING, first | {"id": str(uuid4()), "sequence": 3})


def _properties() -> Iterator[Poison]:
    for name, values in {
        "content_type": ("application/x-python-serialize", "application/x-yaml", "text/plain", "\x00", "x" * 255, ""),
        "content_encoding": ("utf-16", "gzip", "binary", "base64", "no-such-encoding", "rot13", ""),
        "message_id": ("", "7", "x" * 255),
        "type": ("nonsense",),
        "app_id": ("somebody",),
        "correlation_id": ("\x00",),
        "reply_to": ("amq.rabbitmq.reply-to.x", "q.catalog.onboarding"),
        "expiration": ("60000",),
        "priority": (255,),
        "delivery_mode": (1,),
        "timestamp": (2**63 - 1,),
        "cluster_id": ("x",),
    }.items():
        for value in values:
            yield spoiled(f"property {name}: {value!r:.30}", PROCESSED, good(), properties={name: value})


def _headers() -> Iterator[Poison]:
    for headers in (
        {"nameko.call_id_stack": 7},
        {"nameko.call_id_stack": None, "nameko.language": {"a": []}},
        {"x-death": "never"},
        {"x-death": [{"count": 10**9, "queue": "q.catalog.onboarding", "reason": "rejected"}]},
        {"x-delivery-count": 1000},
        {"x-first-death-queue": "q.catalog.onboarding"},
        {"compression": "gzip"},
        {"compression": "no-such"},
        {"compression": 7},
        {"": ""},
        {f"h{n}": n for n in range(1000)},
        {"long": "x" * 100_000},
    ):
        yield spoiled(f"headers {headers!r:.40}", PROCESSED, good(), headers=headers)
    bomb = gzip.compress(b"0" * 100 * KIB * KIB)
    yield Poison(name="a bomb of 100 MiB", becomes=PARKED, body=bomb, headers={"compression": "application/x-gzip"})
    year = b"\x04when" + b"T" + struct.pack(">Q", 2**62)
    yield spoiled("a header from the year 146 billion", PROCESSED, good(), raw_headers=year)
    nested = b""
    for _ in range(3000):
        nested = b"\x01aF" + struct.pack(">I", len(nested)) + nested
    yield spoiled("headers 3 000 deep", PROCESSED, good(), raw_headers=nested)
    yield spoiled("a header that is no text", PROCESSED, good(), raw_headers=b"\x02\xff\xfeS\0\0\0\x02\xff\xfe")

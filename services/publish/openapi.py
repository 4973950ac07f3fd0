"""The OpenAPI document: every `@http` door under /api/, with what its `Doc` says, and the shapes of the answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from services.house import NAMES
from services.onboarding import schemas as onboarding
from services.onboarding.domain import State, Status
from services.onboarding.repository import KINDS, THEMES
from services.publish.samples import sample
from services.publish.shapes import ID, MODEL_VERSION, TEXT, Schema, ref, shapes
from shared.paging import LIMIT, MAX_LIMIT

VERSION = "1.0.0"
DESCRIPTION = """\
Check answers against the city's business and operator model, apply, follow an application, and read the public catalog.

Errors are problems (RFC 9457) in German or English. Lists are read page by page along `Link: rel="next"`.
Expect more fields and more values than this document names: it only grows."""

TAGS = {
    "models": "The business and operator model: questions, rules, examples.",
    "checks": "Check answers; nothing is stored.",
    "applications": "From draft to decision.",
    "campaigns": "Everybody who is approved is checked again when a version of the model is published.",
    "barriers": "What people could not use, and what was done about it.",
    "cohorts": "Many drafts at once, from a table.",
    "keys": "Keys for the programs of applicants.",
    "vouchers": "What intermediaries say for an application.",
    "figures": "How long it takes.",
    "use-cases": "The public catalog.",
    "messages": "The in-app inbox.",
    "contracts": "These documents.",
}
#: POSTs that store nothing, and so may be sent twice.
WITHOUT_KEY = {"/api/v1/checks"}
WITH_ETAG = {
    "Application",
    "NewApplication",
    "Model",
    "ModelVersion",
    "Models",
    "UseCase",
    "Campaign",
    "CampaignPage",
    "Barrier",
    "Attachment",
    "Attachments",
}
WITH_304 = {"Model", "Models"}
PAGED = {"Applications", "Barriers", "Campaigns", "CampaignPage", "Messages", "PreviewPage", "UseCases"}
#: What every door may say; and what those with a body may say beside that.
ALWAYS_REFUSED, REFUSED_WITH_BODY = (406, 503), (408, 411, 413, 415)

WHY = {
    400: "Malformed JSON, or a header is missing or unusable.",
    401: "No credential, or one we do not know.",
    403: "The right person in the wrong role, or somebody confirming their own proposal.",
    404: "There is no such thing, or it is somebody else's.",
    406: "This address answers in another media type only; or no PDF can be made here.",
    408: "The request did not arrive in the time allowed.",
    409: "Not in this state, or the same key is still being worked on.",
    411: "The length of the body is missing.",
    412: "Something has changed meanwhile: `If-Match` is stale.",
    413: "The body is larger than 256 KiB (a model: 1 MiB, a file: 10 MiB).",
    415: "The body is not in the media type expected here.",
    422: "The content does not fit; `errors` names each place.",
    428: "`If-Match` is missing.",
    429: "Too many requests.",
    503: "Not possible just now; try again after `Retry-After` seconds.",
}
REFUSAL_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}

HEADERS: dict[str, tuple[str, Schema]] = {
    "Content-Language": ("The language of the texts.", {"enum": ["de", "en"]}),
    "ETag": ("The version; send it unchanged as `If-Match`.", TEXT),
    "Link": ("`rel=next` leads to the next page; absent on the last.", TEXT),
    "Location": ("Where the new thing is.", TEXT),
    "Idempotent-Replayed": ("`true` if this is the answer to an earlier request with the same key.", TEXT),
    "Retry-After": ("Seconds.", {"type": "integer", "minimum": 0}),
    "WWW-Authenticate": ("`Bearer`.", TEXT),
    "X-Correlation-Id": ("Name it when you ask for help.", TEXT),
}
ASKED_IN_HEADERS: dict[str, tuple[str, str, bool, Schema]] = {
    "AcceptLanguage": ("Accept-Language", "German is the default.", False, {"type": "string", "default": "de"}),
    "IdempotencyKey": (
        "Idempotency-Key",
        "The same key brings the same answer, for seven days. Strangers need 16 characters or more.",
        True,
        {"type": "string", "minLength": 1, "maxLength": 200},
    ),
    "IfMatch": ("If-Match", "The ETag of what you have read.", True, TEXT),
    "IfNoneMatch": ("If-None-Match", "The ETag of what you have; 304 if it is still the same.", False, TEXT),
}
IN_PATH: dict[str, tuple[Schema, str]] = {
    "id": (ID, "A UUID."),
    "person": (ID, "A UUID."),
    "number": ({"type": "string", "pattern": "^[1-9][0-9]{0,7}$"}, "Of a version, counted from 1."),
    "attachment": (ID, "A UUID."),
    "slug": (TEXT, "The name of a use case in addresses."),
    "version": (MODEL_VERSION, "Such as 1.0."),
}
A_NO_HAS_A_REASON: Schema = {
    "if": {"properties": {"agree": {"const": False}}},
    "then": {"required": ["comment"], "properties": {"comment": {"minLength": 1}}},
}
#: What marshmallow checks with code, said as JSON Schema.
CONDITIONS: dict[str, Schema] = {
    "Propose": {
        "if": {"properties": {"outcome": {"const": "approve_with_conditions"}}},
        "then": {"required": ["conditions"]},
        "else": {"properties": {"conditions": False}},
    },
    "Confirm": A_NO_HAS_A_REASON,
    "ConfirmPublication": A_NO_HAS_A_REASON,
}


@dataclass(frozen=True)
class Place:
    """A door of the API: the service and the method behind it, and what it says of itself."""

    service: str
    name: str
    method: str
    path: str
    doc: Any
    query: dict[str, tuple[Schema, str]]


def openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the whole house."""
    marshmallow = MarshmallowPlugin(schema_name_resolver=_name_of_body)
    spec = APISpec(
        title="Innovationshub Bielefeld",
        version=VERSION,
        openapi_version="3.1.1",
        plugins=[marshmallow],
        info={"description": DESCRIPTION, "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}},
        servers=[{"url": "/", "description": "The host this document was read from."}],
        tags=[{"name": name, "description": says} for name, says in TAGS.items()],
    )
    marshmallow.map_to_openapi_type(onboarding.Address, "string", "email")
    _add_components(spec)
    for place in places():
        path = re.sub(r"<([a-z]+)>", r"{\1}", place.path)
        spec.path(path=path, operations={place.method.lower(): _operation(place)})
    for path, says, media in CONTRACTS:
        spec.path(path=path, operations={"get": _contract(path, says, media)})
    document: dict[str, Any] = spec.to_dict()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operation["x-codeSamples"] = [sample(method.upper(), path, operation, document["components"]["schemas"])]
    return document


def places() -> Iterator[Place]:
    """Yield every door under /api/. Raises LookupError for one that says nothing of itself."""
    for service in NAMES:
        module = import_module(f"services.{service}.service")
        for name, function in inspect.getmembers(module.Service, inspect.isfunction):
            for door in getattr(function, "nameko_entrypoints", ()):
                if not door.url.startswith("/api/"):
                    continue
                if door.doc is None:
                    raise LookupError(f"{door.method} {door.url} has no doc=Doc(...)")
                yield Place(service, name, door.method, door.url, door.doc, _queries(service))


def _queries(service: str) -> dict[str, tuple[Schema, str]]:
    paging: dict[str, tuple[Schema, str]] = {
        "limit": ({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT}, "Items on a page."),
        "after": (TEXT, "Where the page begins; take it from `Link`."),
    }
    if service == "onboarding":
        return paging | {
            "status": ({"enum": sorted(Status)}, "Only these."),
            "state": ({"enum": sorted(State)}, "Only re-checks in this state."),
            "kind": ({"enum": sorted(KINDS)}, "Only from this kind of organisation."),
            "sort": (
                {"enum": ["due", "newest"], "default": "newest"},
                "`due`: what waits, most urgent first.",
            ),
            "overdue": ({"enum": ["true"]}, "Only what the city has promised and not done in time."),
            "theme": ({"enum": sorted(THEMES)}, "Only about this."),
            "dry_run": ({"enum": ["false", "true"], "default": "true"}, "Only check; said off, it imports."),
            "to": ({"type": "integer", "minimum": 1, "maximum": 999_999_999}, "The version to compare with."),
            "from": (MODEL_VERSION, "The version to compare with; the one before it if nothing is said."),
        }
    word: Schema = {"type": "string", "maxLength": 200}
    facets = ("theme", "stage", "provider", "strategy")
    found = {"q": (word, "Words that title, summary or provider contain.")}
    return paging | found | dict.fromkeys(facets, (word, "One of the values counted in `facets`."))


def _add_components(spec: APISpec) -> None:
    for name, schema in shapes().items():
        spec.components.schema(name, schema)
    for name, condition in CONDITIONS.items():
        spec.components.schema(f"{name}Input", condition, schema=getattr(onboarding, f"{name}Schema"))
    for name, (says, schema) in HEADERS.items():
        spec.components.header(name, {"description": says, "schema": schema})
    for name, (header, why, required, schema) in ASKED_IN_HEADERS.items():
        asked = {"name": header, "description": why, "required": required, "schema": schema}
        spec.components.parameter(name, "header", asked)
    for status, reason in WHY.items():
        spec.components.response(f"Refused{status}", _refusal(status, reason))
    for name, starts in (("applicant", "bhapp_… or bdp_…"), ("admin", "bhadm_…")):
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": starts}
        spec.components.security_scheme(name, bearer | {"description": f"The token of an {name}."})


def _refusal(status: int, why: str) -> Schema:
    names = ["Content-Language", "X-Correlation-Id", *filter(None, [REFUSAL_HEADERS.get(status)])]
    return {
        "description": why,
        "headers": _headers(*names),
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }


def _operation(place: Place) -> Schema:
    doc = place.doc
    operation = {
        "operationId": f"{place.service}_{place.name}",
        "summary": doc.says,
        "description": f"For: {doc.security}.",
        "tags": ["messages" if place.service == "notifications" else place.path.split("/")[3]],
        "security": _security(doc.security),
        "parameters": _parameters(place),
        "responses": _responses(place),
    }
    if doc.body is not None:
        media = ("application/merge-patch+json", "application/json") if place.method == "PATCH" else (doc.takes,)
        operation["requestBody"] = {"required": True, "content": {one: {"schema": doc.body} for one in media}}
    return operation


def _parameters(place: Place) -> list[Any]:
    asked: list[Any] = ["AcceptLanguage"]
    if place.method == "POST" and place.path not in WITHOUT_KEY:
        asked.append("IdempotencyKey")
    if 428 in place.doc.refuses:  # noqa: PLR2004
        asked.append("IfMatch")
    if place.doc.answers in WITH_304:
        asked.append("IfNoneMatch")
    for name in re.findall(r"<([a-z]+)>", place.path):
        schema, says = IN_PATH[name]
        asked.append({"name": name, "in": "path", "required": True, "description": says, "schema": schema})
    for name in place.doc.query:
        schema, says = place.query[name]
        asked.append({"name": name, "in": "query", "required": False, "description": says, "schema": schema})
    return asked


def _responses(place: Place) -> Schema:
    doc = place.doc
    names = ["X-Correlation-Id"]
    names += (
        ["Content-Language"] if doc.gives.endswith("json") or doc.answers == "Paper" else []
    )  # a table has no sentences
    names += ["ETag"] if doc.answers in WITH_ETAG else []
    names += ["Link"] if doc.answers in PAGED else []
    names += ["Location"] if doc.status == 201 else []  # noqa: PLR2004
    names += ["Idempotent-Replayed"] if place.method == "POST" and place.path not in WITHOUT_KEY else []
    fine = {
        "description": shapes()[doc.answers]["description"],
        "headers": _headers(*names),
        "content": {media: {"schema": ref(doc.answers)} for media in (doc.gives, *doc.also)},
    }
    responses: Schema = {str(doc.status): fine}
    if doc.creates:
        responses["201"] = fine | {"headers": _headers(*names, "Location")}
    if doc.answers in WITH_304:
        responses["304"] = {"description": "You have this version already.", "headers": _headers("ETag")}
    refused = {*doc.refuses, *ALWAYS_REFUSED, *(REFUSED_WITH_BODY if doc.body is not None else ())}
    return responses | {str(one): {"$ref": f"#/components/responses/Refused{one}"} for one in refused}


def _headers(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _security(who: str) -> list[Schema]:
    """Translate "reviewer or approver" and the like; a role that is none of ours is an admin's."""
    known: dict[str, Schema] = {"anybody": {}, "applicant": {"applicant": []}, "admin": {"admin": []}}
    return [known.get(role, {"admin": [role]}) for role in who.split(" or ")]


def _name_of_body(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema") + "Input"


CONTRACTS = (
    ("/api/openapi.json", "Read this document", "application/json"),
    ("/api/asyncapi.json", "Read what the services tell each other (AsyncAPI)", "application/json"),
    ("/api/docs", "Read this document as a page", "text/html"),
)


def _contract(path: str, says: str, media: str) -> Schema:
    schema: Schema = TEXT if media == "text/html" else {"type": "object"}
    fine = {"description": says, "headers": _headers("X-Correlation-Id"), "content": {media: {"schema": schema}}}
    return {
        "operationId": "contracts_" + path.rsplit("/", 1)[1].split(".", maxsplit=1)[0],
        "summary": says,
        "tags": ["contracts"],
        "security": [{}],
        "responses": {"200": fine},
    }

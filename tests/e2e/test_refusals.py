"""Who may ask what, with which headers, in which state: all that is refused before, or in spite of, a good body."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.support.scene import APPLICATIONS, CONTACT, LANGUAGES, Bad, Scene, check_problem, must_refuse, raw

CHECKS = "/api/v1/checks"
NOBODYS = str(uuid4())
ASK = {"items": [{"text": "Warum?"}]}
REPLY = {"items": [{"question": "x", "text": "Darum."}]}
APPROVE = {"outcome": "approve", "reason": "Passt."}
AGREE = {"agree": True}

#: What may be done with an application, and what it takes: method, path, body, and whose move it is.
ROUTES: dict[str, tuple[str, str, Any, str]] = {
    "read": ("GET", "", None, "anybody's"),
    "change": ("PATCH", "", {"contact": {"name": "Mina"}}, "applicant's"),
    "submission": ("POST", "submission", {}, "applicant's"),
    "withdrawal": ("POST", "withdrawal", {}, "applicant's"),
    "replies": ("POST", "replies", REPLY, "applicant's"),
    "questions": ("POST", "questions", ASK, "admin's"),
    "judgements": ("POST", "judgements", {"rule": "BM-99", "verdict": "kept", "reason": "Gelesen."}, "admin's"),
    "overrides": ("POST", "overrides", {"rule": "BM-56", "reason": "Nur im Labor."}, "admin's"),
    "decision": ("POST", "decision", APPROVE, "admin's"),
    "confirmation": ("POST", "decision/confirmation", AGREE, "admin's"),
    "deliveries": ("GET", "deliveries", None, "anybody's"),
}
CHANGES = [name for name, (method, *_) in ROUTES.items() if method != "GET"]
POSTS = [name for name, (method, *_) in ROUTES.items() if method == "POST"]


def use(scene: Scene, route: str, state: str, who: str, language: str = "de", **headers: str) -> requests.Response:
    """Use a route of the application that stands in `state`, with an If-Match that would fit."""
    method, move, body, _ = ROUTES[route]
    if method != "GET" and state in scene.ids:
        headers.setdefault("If_Match", scene.etag(state))
    return scene.as_(who, language).call(method, scene.path(state, move), body, **headers)


def refused(
    scene: Scene, status: int, route: str, state: str, who: str, code: str | None = None, **headers: str
) -> requests.Response:
    send = lambda scene, language: use(scene, route, state, who, language, **headers)  # noqa: E731
    return must_refuse(scene, Bad(route, status, send, code=code))


# Who asks


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "credential", ["", "Bearer", "Bearer nonsense", "Bearer bhapp_x.y", "Bearer \xff", "Basic dmVyYTp2ZXJh"]
)
def test_without_a_good_credential_nothing_is_told(scene: Scene, route: str, credential: str) -> None:
    answer = refused(scene, 401, route, "submitted", "stranger", "unauthenticated", Authorization=credential)

    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", [APPLICATIONS, "/api/v1/messages"])
def test_lists_are_for_people_we_know(scene: Scene, path: str) -> None:
    must_refuse(scene, Bad("list", 401, lambda scene, language: scene.as_("stranger", language).get(path)))


def test_a_bad_credential_is_not_taken_for_none_when_somebody_applies(scene: Scene) -> None:
    body = {"contact": CONTACT}

    must_refuse(
        scene, Bad("apply", 401, lambda scene, language: scene.as_("nobody", language).post(APPLICATIONS, body))
    )


def test_a_token_with_one_letter_changed_is_nobodys(scene: Scene) -> None:
    token = scene.applicant.token
    assert token
    for place in (8, len(token) // 2, len(token) - 2):
        forged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        refused(scene, 401, "read", "draft", forged)


@pytest.mark.parametrize("route", ROUTES)
def test_somebody_elses_application_does_not_exist(scene: Scene, route: str) -> None:
    theirs = refused(scene, 404, route, "submitted", "other")
    nobodys = refused(scene, 404, route, NOBODYS, "other", If_Match='"1"')

    assert theirs.json()["title"] == nobodys.json()["title"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "id_", ["1", "null", "{}", NOBODYS.replace("-", ""), f"{{{NOBODYS}}}", "%00", "%FF", "a" * 300]
)
def test_a_malformed_id_does_not_exist_either(scene: Scene, route: str, id_: str) -> None:
    refused(scene, 404, route, id_, "vera", If_Match='"1"')


@pytest.mark.parametrize("route", [name for name, (*_, whose) in ROUTES.items() if whose == "admin's"])
def test_an_applicant_makes_no_admins_move(scene: Scene, route: str) -> None:
    refused(scene, 403, route, "proposed", "applicant", "role")


@pytest.mark.parametrize("route", [name for name, (*_, whose) in ROUTES.items() if whose == "applicant's"])
def test_an_admin_makes_no_applicants_move(scene: Scene, route: str) -> None:
    refused(scene, 403, route, "clarification", "vera", "role")


def test_nobody_signs_twice(scene: Scene) -> None:
    refused(scene, 403, "confirmation", "proposed", "vera", "four_eyes")


@pytest.mark.parametrize("route", ["judgements", "overrides"])
def test_nobody_says_anything_about_a_rule_of_an_application_they_filed_themselves(scene: Scene, route: str) -> None:
    refused(scene, 403, route, "filed", "vera", "own_application")


@pytest.mark.parametrize(
    ("route", "body", "status", "pointer", "code"),
    [
        ("judgements", {}, 422, "/reason /rule /verdict", "invalid"),
        ("judgements", {"rule": "BM-56", "verdict": "kept", "reason": " "}, 422, "/reason", "invalid"),
        ("judgements", {"rule": "BM-56", "verdict": "fine", "reason": "x"}, 422, "/verdict", "invalid"),
        ("judgements", {"rule": "BM-56", "verdict": "kept", "reason": "x", "by": "Jonas"}, 422, "/by", "invalid"),
        ("judgements", {"rule": "BM-56", "verdict": "kept", "reason": "x"}, 422, "/rule", "not_on_checklist"),
        ("overrides", {"rule": "BM-56"}, 422, "/reason", "invalid"),
        ("overrides", {"rule": "BM-56", "reason": "x", "pointer": 7}, 422, "/pointer", "invalid"),
        ("overrides", {"rule": "BM-56", "reason": "x"}, 422, "/rule", "no_finding"),
        ("overrides", {"rule": "nonsense", "reason": "x"}, 422, "/rule", "no_finding"),
    ],
)
def test_what_is_said_about_a_rule_is_complete_and_about_one_there_is(
    scene: Scene, route: str, body: dict[str, Any], status: int, pointer: str, code: str
) -> None:
    def send(scene: Scene, language: str) -> requests.Response:
        path = scene.path("in_review", route)
        return scene.as_("jonas", language).post(path, body, If_Match=scene.etag("in_review"))

    must_refuse(scene, Bad(route, status, send, tuple(pointer.split()), code))


def test_nobody_decides_on_an_application_they_filed_themselves(scene: Scene) -> None:
    refused(scene, 403, "decision", "filed", "vera", "own_application")


# Headers


@pytest.mark.parametrize("route", CHANGES)
def test_a_change_says_which_version_it_is_about(scene: Scene, route: str) -> None:
    who, state = ("applicant", "clarification") if ROUTES[route][3] == "applicant's" else ("jonas", "proposed")

    refused(scene, 428, route, state, who, "header_missing", If_Match="")


@pytest.mark.parametrize("route", CHANGES)
@pytest.mark.parametrize("etag", ['"0"', '"999999"', "nonsense", '""', 'W/"{}"'])
def test_a_change_of_an_old_version_is_stale(scene: Scene, route: str, etag: str) -> None:
    who, state = ("applicant", "clarification") if ROUTES[route][3] == "applicant's" else ("jonas", "proposed")
    etag = etag.replace("{}", scene.etag(state).strip('"'))

    refused(scene, 412, route, state, who, "stale", If_Match=etag)


@pytest.mark.parametrize("route", POSTS)
def test_a_move_carries_an_idempotency_key(scene: Scene, route: str) -> None:
    who, state = ("applicant", "clarification") if ROUTES[route][3] == "applicant's" else ("jonas", "proposed")

    refused(scene, 400, route, state, who, "header_missing", Idempotency_Key="")
    refused(scene, 400, route, state, who, "idempotency_key", Idempotency_Key="k" * 201)
    refused(scene, 400, route, state, who, "idempotency_key", Idempotency_Key="a\tb")


@pytest.mark.parametrize(
    ("who", "key"), [("stranger", ""), ("stranger", "short"), ("stranger", "k" * 15), ("vera", "")]
)
def test_applying_takes_a_key_and_a_strangers_key_is_long(scene: Scene, who: str, key: str) -> None:
    def send(scene: Scene, language: str) -> requests.Response:
        return scene.as_(who, language).post(APPLICATIONS, {"contact": CONTACT}, Idempotency_Key=key)

    must_refuse(scene, Bad("key", 400, send))


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("POST", ""),
        ("POST", "text/plain"),
        ("POST", "application/x-www-form-urlencoded"),
        ("POST", "multipart/form-data; boundary=x"),
        ("POST", "application/merge-patch+json"),
        ("PATCH", "text/html"),
        ("PATCH", "application/json-patch+json"),
    ],
)
def test_a_body_of_another_kind_is_not_guessed_at(scene: Scene, method: str, kind: str) -> None:
    path, etag = (APPLICATIONS, "") if method == "POST" else (scene.path("draft"), scene.etag("draft"))
    who = "stranger" if method == "POST" else "applicant"

    def send(scene: Scene, language: str) -> requests.Response:
        return raw(scene.as_(who, language), method, path, "{}", Content_Type=kind, If_Match=etag)

    answer = must_refuse(scene, Bad("kind", 415, send))
    assert answer.headers["Accept"] == "application/json"


@pytest.mark.parametrize(
    "accept", ["text/html", "image/png", "application/json;q=0", "text/html, application/xml;q=0.9"]
)
@pytest.mark.parametrize("path", ["/api/v1/models", APPLICATIONS, "/api/v1/use-cases"])
def test_the_api_speaks_json_only(scene: Scene, path: str, accept: str) -> None:
    must_refuse(scene, Bad("406", 406, lambda scene, language: scene.as_("vera", language).get(path, Accept=accept)))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", APPLICATIONS, {"GET", "HEAD", "POST"}),
        ("PUT", f"{APPLICATIONS}/{NOBODYS}", {"DELETE", "GET", "HEAD", "PATCH"}),
        ("POST", f"{APPLICATIONS}/{NOBODYS}", {"DELETE", "GET", "HEAD", "PATCH"}),
        ("GET", f"{APPLICATIONS}/{NOBODYS}/submission", {"POST"}),
        ("PATCH", f"{APPLICATIONS}/{NOBODYS}/decision", {"POST"}),
        ("POST", f"{APPLICATIONS}/{NOBODYS}/deliveries", {"GET", "HEAD"}),
        ("GET", CHECKS, {"POST"}),
        ("POST", "/api/v1/models/current", {"GET", "HEAD", "PUT"}),
        ("DELETE", "/api/v1/use-cases", {"GET", "HEAD"}),
        ("FETCH", "/api/v1/messages", {"GET", "HEAD"}),
        ("POST", "/health/ready", {"GET", "HEAD"}),
        ("DELETE", "/api/openapi.json", {"GET", "HEAD"}),
    ],
)
def test_another_method_is_told_which_ones_there_are(scene: Scene, method: str, path: str, allowed: set[str]) -> None:
    row = Bad("method", 405, lambda scene, language: raw(scene.as_("vera", language), method, path, None))

    assert set(must_refuse(scene, row).headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/nothing"),
        ("POST", "/api/v1/nothing"),
        ("GET", "/api"),
        ("GET", "/api/v2/applications"),
        ("GET", f"{APPLICATIONS}/"),
        ("POST", f"{APPLICATIONS}/{NOBODYS}/approval"),
        ("GET", "/nothing/here"),
        ("GET", "/health/"),
        ("GET", "/static/nothing.css"),
        ("GET", "/static/../secret"),
        ("GET", "/api/v1/models/9.9"),
        ("GET", "/api/v1/models/%2e%2e%2fcheck"),
        ("GET", "/api/v1/models/1.0.json"),
        ("GET", "/api/v1/use-cases/no-such-thing"),
        ("GET", "/api/v1/use-cases/%00"),
        ("GET", "/api/v1/use-cases/%ED%A0%80"),
        ("POST", "/api/v1/messages/%00/read"),
        ("POST", f"/api/v1/messages/{NOBODYS}/read"),
    ],
)
def test_where_there_is_nothing_a_problem_says_so(scene: Scene, method: str, path: str) -> None:
    def send(scene: Scene, language: str) -> requests.Response:
        return raw(scene.as_("vera", language), method, path, "{}" if method == "POST" else None)

    must_refuse(scene, Bad("404", 404, send))


# States


@pytest.mark.parametrize(
    ("route", "who", "wrong"),
    [
        ("change", "applicant", ("submitted", "in_review", "declined", "withdrawn")),
        ("submission", "applicant", ("submitted", "in_review", "clarification", "proposed", "declined", "withdrawn")),
        ("withdrawal", "applicant", ("declined", "withdrawn")),
        ("replies", "applicant", ("draft", "submitted", "in_review", "proposed", "declined", "withdrawn")),
        ("questions", "jonas", ("draft", "clarification", "proposed", "declined", "withdrawn")),
        ("judgements", "jonas", ("draft", "proposed", "declined", "withdrawn")),
        ("overrides", "jonas", ("draft", "proposed", "declined", "withdrawn")),
        ("decision", "jonas", ("draft", "clarification", "proposed", "declined", "withdrawn")),
        ("confirmation", "jonas", ("draft", "submitted", "in_review", "clarification", "declined", "withdrawn")),
    ],
)
def test_a_move_in_the_wrong_state_is_a_conflict(scene: Scene, route: str, who: str, wrong: tuple[str, ...]) -> None:
    for state in wrong:
        refused(scene, 409, route, state, who, "state")


def test_even_a_change_of_nothing_is_no_move_for_a_withdrawn_application(scene: Scene) -> None:
    def send(scene: Scene, language: str) -> requests.Response:
        return scene.as_("applicant", language).call(
            "PATCH", scene.path("withdrawn"), {}, If_Match=scene.etag("withdrawn")
        )

    must_refuse(scene, Bad("change", 409, send, code="state"))


def test_handing_in_what_breaks_a_rule_gives_the_findings_as_errors(scene: Scene) -> None:
    before = scene.applicant.json(scene.path("unsound"))
    findings = before["findings"]
    pointers = tuple(f"/answers{one['pointer']}" for one in findings)
    send = lambda scene, language: use(scene, "submission", "unsound", "applicant", language)  # noqa: E731

    errors = must_refuse(scene, Bad("unsound", 422, send, pointers, "findings")).json()["errors"]

    assert any(one["severity"] == "violation" for one in findings)
    for error, finding in zip(errors, findings, strict=True):
        assert error["detail"] == finding["text"]["de"]
        assert {name: error[name] for name in finding} == finding | {"pointer": f"/answers{finding['pointer']}"}
    assert scene.applicant.json(scene.path("unsound")) == before


# Queries


@pytest.mark.parametrize(
    ("path", "query"),
    [
        *((path, query) for path in (APPLICATIONS, "/api/v1/messages", "/api/v1/use-cases") for query in (
            "limit=0", "limit=101", "limit=-1", "limit=1.5", "limit=abc", "limit=", "limit=%D9%A1",
            "limit=" + "9" * 5000, "after=nonsense", "after=%3E", "after=%3C", "after=%3Ex~x", "after=%3Ei:1~i:2",
            "after=%3Ea%0Db",
            "after=%3E%0A", "after=%00", "after=%3Es:a~s:b~s:c", "after=%3Ef:nan~f:inf", "after=%3Etrue~false~true",
            "after=%3Edt:0001-01-01T00:00:00%2B14:00~uuid:" + NOBODYS, "after=%3Edt:2026-01-01~uuid:" + NOBODYS,
            "after=%3Ctrue~dt:2026-01-01T00:00:00Z~uuid:" + NOBODYS, "after=%3Ei:" + "9" * 400 + "~i:1",
            "colour=red", "limit=5&Limit=5",
        )),
        (APPLICATIONS, "status=nonsense"),
        (APPLICATIONS, "status="),
        (APPLICATIONS, "kind=club"),
        (APPLICATIONS, "theme=love"),
        (APPLICATIONS, "q=park"),
        ("/api/v1/use-cases", "q=" + "a" * 201),
        ("/api/v1/use-cases", "q=%00"),
        ("/api/v1/models", "colour=red"),
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_not_answered_with_something_else(scene: Scene, path: str, query: str) -> None:
    row = Bad("query", 422, lambda scene, language: scene.as_("vera", language).get(f"{path}?{query}"), code="query")

    must_refuse(scene, row)


# The order


def test_what_is_wrong_is_told_in_the_promised_order(scene: Scene) -> None:
    """Credential, ownership, role, headers, body, state: each wish is mended one fault at a time."""

    def ask(who: str, state: str, body: str, **headers: str) -> tuple[int, str]:
        answer = raw(scene.as_(who), "POST", scene.path(state, "submission"), body, **headers)
        return answer.status_code, answer.json()["code"]

    bare = {"Idempotency_Key": ""}
    etag = {"If_Match": scene.etag("submitted")}
    assert ask("nobody", "submitted", "{", **bare)[0] == 401
    assert ask("other", "submitted", "{", **bare)[0] == 404
    assert ask("vera", "submitted", "{", **bare)[0] == 403
    assert ask("applicant", "submitted", "{", **bare) == (400, "header_missing")
    assert ask("applicant", "submitted", "{")[0] == 428
    assert ask("applicant", "submitted", "{", If_Match='"0"')[0] == 412
    assert ask("applicant", "submitted", "{", **etag) == (400, "malformed")
    assert ask("applicant", "submitted", '{"fax": 1}', **etag)[0] == 422
    assert ask("applicant", "submitted", "{}", **etag)[0] == 409


def test_after_all_that_the_hub_is_well_and_its_log_shows_no_traceback(scene: Scene) -> None:
    for language in LANGUAGES:
        check_problem(scene.as_("stranger", language).get("/api/v1/nothing"), 404, language)
    assert scene.hub.client().json("/health/ready")["status"] == "ready"
    assert "Traceback" not in scene.log()

"""Bad input at the API: each gets a clear refusal in the reader's language, and leaves everything as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.scene import APPLICATIONS, CONTACT, Bad, Scene, must_refuse, raw

CHECKS = "/api/v1/checks"
WHOLE: dict[str, Any] = {"contact": CONTACT, "answers": {}, "submit": False}

#: What is wrong, the body, the pointers of the errors.
Line = tuple[Any, ...]


def applying(*lines: Line) -> list[Bad]:
    def row(what: str, body: Any, *pointers: str) -> Bad:
        return Bad(
            what, 422, lambda scene, language: scene.as_("stranger", language).post(APPLICATIONS, body), pointers
        )

    return [row(*line) for line in lines]


def moving(who: str, state: str, move: str, *lines: Line) -> list[Bad]:
    def row(what: str, body: Any, *pointers: str) -> Bad:
        def send(scene: Scene, language: str) -> Any:
            method, path = ("POST", scene.path(state, move)) if move else ("PATCH", scene.path(state))
            return scene.as_(who, language).call(method, path, body, If_Match=scene.etag(state))

        return Bad(f"{move or 'change'}: {what}", 422, send, pointers)

    return [row(*line) for line in lines]


def contact(**but: Any) -> dict[str, Any]:
    return WHOLE | {"contact": CONTACT | but}


def decision(outcome: str, **but: Any) -> dict[str, Any]:
    return {"outcome": outcome, "reason": "Passt."} | but


FIELDS = applying(
    ("an unknown field", WHOLE | {"fax": "1"}, "/fax"),
    ("an unknown field with a slash and a tilde", WHOLE | {"a/b~c": 1}, "/a~1b~0c"),
    ("an unknown field of the contact", contact(fax="1"), "/contact/fax"),
    ("no contact", {"answers": {}}, "/contact"),
    ("contact null", WHOLE | {"contact": None}, "/contact"),
    ("an empty contact", WHOLE | {"contact": {}}, "/contact/email", "/contact/name"),
    ("a contact that is a text", WHOLE | {"contact": "mina"}, "/contact"),
    ("an address that is none", contact(email="mina@"), "/contact/email"),
    ("an address that is a number", contact(email=7), "/contact/email"),
    ("an address with a second line", contact(email="a@b.de\r\nBcc: c@d.de"), "/contact/email"),
    ("an address without end", contact(email="a" * 400 + "@b.de"), "/contact/email"),
    ("a blank name", contact(name="  "), "/contact/name"),
    ("a name that is a list", contact(name=["Mina"]), "/contact/name"),
    ("a name without end", contact(name="M" * 201), "/contact/name"),
    ("a language nobody speaks here", contact(language="fr"), "/contact/language"),
    ("a language that is true", contact(language=True), "/contact/language"),
    ("submit in words", WHOLE | {"submit": "yes"}, "/submit"),
    ("submit as a number", WHOLE | {"submit": 1}, "/submit"),
    ("submit null", WHOLE | {"submit": None}, "/submit"),
    ("a model that is a number", WHOLE | {"model": 1.0}, "/model"),
    ("a model nobody published", WHOLE | {"model": "9.9"}, "/model"),
    ("answers that are a list", WHOLE | {"answers": []}, "/answers"),
    ("answers null", WHOLE | {"answers": None}, "/answers"),
    ("answers that are a text", WHOLE | {"answers": "all"}, "/answers"),
    ("several at once", {"fax": 1, "submit": 2}, "/contact", "/fax", "/submit"),
    ("a list instead of an object", [], ""),
    ("a text instead of an object", "hello", ""),
)

#: What is wrong, the answers, the pointers. A missing answer would be a finding; these are none.
ANSWERS: list[Line] = [
    ("an unknown section", {"colour": {}}, "/colour"),
    ("an unknown question", {"use_case": {"colour": 1}}, "/use_case/colour"),
    ("a section that is null", {"data": None}, "/data"),
    ("a section that is a list", {"data": []}, "/data"),
    ("a text that is a number", {"use_case": {"title": 5}}, "/use_case/title"),
    ("a text that is null", {"use_case": {"title": None}}, "/use_case/title"),
    ("a text that is too long", {"use_case": {"title": "x" * 201}}, "/use_case/title"),
    ("a number that is a text", {"business": {"cost_per_year": "5"}}, "/business/cost_per_year"),
    ("a number below its least", {"business": {"cost_per_year": -1}}, "/business/cost_per_year"),
    ("a number of 400 digits", {"operation": {"availability": 10**400}}, "/operation/availability"),
    ("half a month", {"data": {"retention_months": 1.5}}, "/data/retention_months"),
    ("months that are true", {"data": {"retention_months": True}}, "/data/retention_months"),
    ("yes as a text", {"security": {"encrypted": "yes"}}, "/security/encrypted"),
    ("yes as a number", {"security": {"encrypted": 1}}, "/security/encrypted"),
    ("a list that is a text", {"use_case": {"theme": "mobility"}}, "/use_case/theme"),
    ("an empty list", {"use_case": {"theme": []}}, "/use_case/theme"),
    ("an entry that is a number", {"use_case": {"theme": [1]}}, "/use_case/theme/0"),
    ("an entry twice", {"use_case": {"theme": ["energy", "energy"]}}, "/use_case/theme"),
    ("a choice there is not", {"organisation": {"kind": "club"}}, "/organisation/kind"),
    ("a day there is not", {"operation": {"until": "2027-02-30"}}, "/operation/until"),
    ("a day in another style", {"operation": {"until": "31.12.2027"}}, "/operation/until"),
    ("an address that is none", {"operation": {"support_email": "a@"}}, "/operation/support_email"),
    ("a script for an address", {"interfaces": {"documentation": "javascript:x"}}, "/interfaces/documentation"),
    ("objects in objects", {"use_case": {"title": {"a": {"b": 1}}}}, "/use_case/title"),
    ("two at once", {"data": {"dpia": 1, "class": 2}}, "/data/class", "/data/dpia"),
]

MOVES = [
    *moving(
        "applicant", "draft", "",
        ("an unknown field", {"status": "approved"}, "/status"),
        ("a wrong type", {"answers": {"data": 1}}, "/answers/data"),
        ("an unknown question", {"answers": {"data": {"colour": 1}}}, "/answers/data/colour"),
        ("answers null", {"answers": None}, "/answers"),
        ("no name any more", {"contact": {"name": None}}, "/contact/name"),
        ("a field that is ours", {"contact": {"proved": True}}, "/contact/proved"),
    ),
    *moving("applicant", "draft", "submission", ("a field", {"now": True}, "/now")),
    *moving(
        "applicant", "submitted", "withdrawal",
        ("a reason that is a number", {"reason": 1}, "/reason"),
        ("an unknown field", {"why": "x"}, "/why"),
    ),
    *moving(
        "applicant", "clarification", "replies",
        ("none", {"items": []}, "/items"),
        ("no list of them", {}, "/items"),
        ("to what?", {"items": [{"text": "a"}]}, "/items/0/question"),
        ("a blank one", {"items": [{"question": "a", "text": " "}]}, "/items/0/text"),
        ("to an unknown question", {"items": [{"question": "x", "text": "a"}]}, "/items/0/question"),
        ("with a wrong answer", {"items": [{"question": "x", "text": "a"}], "answers": {"data": 1}}, "/answers/data"),
    ),
    *moving(
        "vera", "submitted", "questions",
        ("none", {"items": []}, "/items"),
        ("too many", {"items": [{"text": "a"}] * 51}, "/items"),
        ("a blank one", {"items": [{"text": "a"}, {"text": " "}]}, "/items/1/text"),
        ("an unknown field", {"items": [{"text": "a", "by": "me"}]}, "/items/0/by"),
        ("due some day", {"items": [{"text": "a"}], "due": "some day"}, "/due"),
        ("due on a number", {"items": [{"text": "a"}], "due": 5}, "/due"),
    ),
    *moving(
        "vera", "in_review", "decision",
        ("nothing", {}, "/outcome", "/reason"),
        ("an unknown outcome", decision("maybe"), "/outcome"),
        ("a blank reason", decision("decline", reason=" "), "/reason"),
        ("conditions of an approval without", decision("approve", conditions=[{"text": "b"}]), "/conditions"),
        ("conditions of a refusal", decision("decline", conditions=[{"text": "b"}]), "/conditions"),
        ("conditions missing", decision("approve_with_conditions"), "/conditions"),
        ("no condition in the list", decision("approve_with_conditions", conditions=[]), "/conditions"),
        ("an empty condition", decision("approve_with_conditions", conditions=[{}]), "/conditions/0/text"),
    ),
    *moving(
        "jonas", "proposed", "decision/confirmation",
        ("nothing", {}, "/agree"),
        ("yes in words", {"agree": "yes"}, "/agree"),
        ("no without a comment", {"agree": False}, "/comment"),
        ("no with a blank comment", {"agree": False, "comment": " "}, "/comment"),
    ),
]  # fmt: skip

MALFORMED: dict[str, str | bytes] = {
    "nothing at all": "",
    "half an object": '{"contact": ',
    "single quotes": "{'contact': 1}",
    "a comma too many": '{"answers": {},}',
    "two values": "{} {}",
    "NaN": '{"answers": {"business": {"cost_per_year": NaN}}}',
    "Infinity": '{"answers": {"business": {"cost_per_year": Infinity}}}',
    "minus Infinity": '{"answers": {"business": {"cost_per_year": -Infinity}}}',
    "1e999": '{"answers": {"business": {"cost_per_year": 1e999}}}',
    "a number of five thousand digits": '{"answers": {"a": ' + "9" * 5000 + "}}",
    "NUL in a text": r'{"answers": {"use_case": {"title": "a\u0000"}}}',
    "NUL in a key": r'{"answers": {"a\u0000": 1}}',
    "a raw NUL": b'{"answers": {"a": "\0"}}',
    "half a character": r'{"answers": {"use_case": {"title": "\ud800"}}}',
    "half a character in a key": r'{"answers": {"\udfff": 1}}',
    "half a character as bytes": b'{"answers": {"a": "\xed\xa0\x80"}}',
    "bytes that are no UTF-8": b'{"answers": {"a": "\xff"}}',
    "UTF-16": '{"answers": {}}'.encode("utf-16"),
    "ten thousand lists in each other": "[" * 10_000 + "]" * 10_000,
    "ten thousand objects in each other": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "34 levels": '{"answers": {"a": ' + "[" * 32 + "]" * 32 + "}}",
    "2 001 keys": json.dumps({str(number): 1 for number in range(2001)}),
    "2 001 keys in pieces": json.dumps({"answers": [{"a": 1}] * 2000}),
}


@pytest.mark.parametrize("row", FIELDS, ids=str)
def test_a_field_that_does_not_fit_is_named_by_its_pointer(scene: Scene, row: Bad) -> None:
    must_refuse(scene, row)


@pytest.mark.parametrize("line", ANSWERS, ids=lambda line: line[0])
@pytest.mark.parametrize("path", [APPLICATIONS, CHECKS])
def test_an_answer_of_the_wrong_kind_is_no_finding_but_a_refusal(scene: Scene, path: str, line: Line) -> None:
    what, answers, *pointers = line
    body = {"answers": answers} | ({"contact": CONTACT, "submit": True} if path == APPLICATIONS else {})

    def send(scene: Scene, language: str) -> Any:
        return scene.as_("stranger", language).post(path, body)

    must_refuse(scene, Bad(what, 422, send, tuple(f"/answers{pointer}" for pointer in pointers)))


@pytest.mark.parametrize("row", MOVES, ids=str)
def test_a_move_with_a_bad_body_moves_nothing(scene: Scene, row: Bad) -> None:
    must_refuse(scene, row)


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", [APPLICATIONS, CHECKS])
def test_what_is_no_decent_json_is_refused_before_anything_happens(scene: Scene, path: str, body: str | bytes) -> None:
    def send(scene: Scene, language: str) -> Any:
        return raw(scene.as_("stranger", language), "POST", path, body)

    must_refuse(scene, Bad("malformed", 400, send, code="malformed"))


@pytest.mark.parametrize("size", [256 * 1024 + 1, 1_000_000, 4_000_000])
def test_a_body_over_the_limit_is_answered_and_not_cut_off(scene: Scene, size: int) -> None:
    body = json.dumps(WHOLE).encode().ljust(size)

    def send(scene: Scene, language: str) -> Any:
        return raw(scene.as_("stranger", language), "POST", APPLICATIONS, body)

    must_refuse(scene, Bad("too large", 413, send, code="too_large"))


@pytest.mark.parametrize(
    "address",
    [
        "ü@b.de",
        "a@ü.de",
        "a@xn--mnchen-3ya.example",
        "a@[::1]",
        '"a b"@c.de',
        "a@b_c.de",
        "a" * 64 + "@" + "b" * 63 + ".de",
    ],
)
def test_a_strange_address_is_taken_or_refused_and_never_a_crash(scene: Scene, address: str) -> None:
    answer = scene.as_("stranger").post(APPLICATIONS, contact(email=address))

    assert answer.status_code in {201, 422}, answer.text
    if answer.status_code == 201:
        assert scene.as_(answer.json()["token"]).get(answer.json()["links"]["self"]).status_code == 200


def test_the_limits_themselves_are_still_welcome(scene: Scene) -> None:
    padded = json.dumps({"answers": {}}).encode().ljust(256 * 1024)
    wide = json.dumps({"answers": {}, **{str(number): 1 for number in range(1999)}})
    deep = '{"answers": {"a": ' + "[" * 31 + "]" * 31 + "}}"

    assert raw(scene.as_("stranger"), "POST", CHECKS, padded).status_code == 200
    assert len(raw(scene.as_("stranger"), "POST", CHECKS, wide).json()["errors"]) == 1999
    assert raw(scene.as_("stranger"), "POST", CHECKS, deep).status_code == 422


def test_after_all_that_the_hub_is_well_and_its_log_shows_no_traceback(scene: Scene) -> None:
    assert scene.hub.client().json("/health/ready")["status"] == "ready"
    assert "Traceback" not in scene.log()

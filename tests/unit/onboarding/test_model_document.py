"""Model documents: the released ones show what they claim, and broken ones are refused in words."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from services.onboarding import model
from services.onboarding.model import ModelError, document

DOCUMENT = document.read(document.FOLDER / "1.0.json")


def test_the_released_document_shows_what_it_claims():
    assert model.validate(DOCUMENT, "1.0.json").version == "1.0"


@pytest.mark.parametrize("version", model.shipped())
def test_a_released_document_is_frozen(version):
    path = document.FOLDER / f"{version}.json"

    document.assert_frozen(path, document.read(path))


def test_a_released_document_that_somebody_edited_is_refused(tmp_path):
    path = tmp_path / "1.0.json"
    path.write_bytes((document.FOLDER / "1.0.json").read_bytes() + b"\n")

    with pytest.raises(ModelError, match="released models are frozen"):
        document.assert_frozen(path, document.read(path))


def test_only_a_draft_may_be_missing_among_the_released(tmp_path):
    path = tmp_path / "1.1.json"
    path.write_text("{}")

    document.assert_frozen(path, {"status": "draft"})
    with pytest.raises(ModelError, match="not released"):
        document.assert_frozen(path, {"status": "published"})


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": 1, "a": 2}', b"\xff", b'{"a": 1,}'])
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "1.1.json"
    path.write_bytes(content)

    with pytest.raises(ModelError, match=r"1\.1\.json"):
        document.read(path)


def rule_of(spoiled: dict, number: int = 28) -> dict:
    return spoiled["rules"][number]


def question_of(spoiled: dict, pointer: str) -> dict:
    _, section, name = pointer.split("/")
    return spoiled["schema"]["properties"][section]["properties"][name]


def without(place: dict, key: str) -> None:
    del place[key]


BROKEN = {
    "an unknown keyword at the top": (lambda d: d.update(colour="red"), "/: Additional properties", "colour"),
    "an unknown keyword in a rule": (lambda d: rule_of(d).update(if_="x"), "rule BM-28, /rules/28", "if_"),
    "an unknown keyword in a question": (
        lambda d: question_of(d, "/use_case/title").update(maxLenght=3),
        "/schema/properties/use_case/properties/title",
        "maxLenght",
    ),
    "a rule without English": (
        lambda d: without(rule_of(d)["text"], "en"),
        "rule BM-28, /rules/28/text",
        "'en' is a required",
    ),
    "a rule with an empty German remedy": (
        lambda d: rule_of(d)["remedy"].update(de=" "),
        "rule BM-28, /rules/28/remedy/de",
        "does not match",
    ),
    "a question without English": (
        lambda d: without(question_of(d, "/use_case/title")["x-text"], "en"),
        "/schema/properties/use_case/properties/title/x-text",
        "'en'",
    ),
    "a choice without a label": (
        lambda d: without(question_of(d, "/use_case/stage")["x-text"]["en"]["options"], "mvp"),
        "/use_case/properties/stage/x-text/en/options",
        "exactly",
    ),
    "a rule without a failing example": (
        lambda d: without(rule_of(d)["examples"], "failing"),
        "rule BM-28, /rules/28/examples",
        "'failing'",
    ),
    "an example over nothing": (
        lambda d: rule_of(d)["examples"]["failing"].update(base="nobody"),
        "rule BM-28, /rules/28/examples/failing/base",
        "no example nobody",
    ),
    "a pointer to no question": (
        lambda d: rule_of(d).update(pointer="/operation/uptime"),
        "rule BM-28, /rules/28/pointer",
        "no question",
    ),
    "a condition about no question": (
        lambda d: rule_of(d).update(applies_to={"required": ["use_cases"]}),
        "rule BM-28, /rules/28/applies_to/required",
        "use_cases",
    ),
    "a condition on a value nobody can choose": (
        lambda d: rule_of(d)["applies_to"]["properties"]["use_case"]["properties"].update(
            public_service={"const": "yes"}
        ),
        "rule BM-28",
        "'yes' is no possible answer",
    ),
    "a condition that holds for those who did not answer": (
        lambda d: without(rule_of(d)["applies_to"]["properties"]["use_case"], "required"),
        "rule BM-28, /rules/28/applies_to",
        "must stand in `required` too",
    ),
    "a derived value that does not exist": (
        lambda d: rule_of(d).update(requires={"properties": {"derived": {"properties": {"age": {"minimum": 3}}}}}),
        "rule BM-28, /rules/28/requires/properties/derived/properties/age",
        "no question age",
    ),
    "a reference to elsewhere": (
        lambda d: rule_of(d).update(requires={"$ref": "https://elsewhere.example/rule.json"}),
        "rule BM-28, /rules/28/requires",
        "$ref",
    ),
    "a pattern that is no pattern": (
        lambda d: rule_of(d).update(expected={"pattern": "("}),
        "rule BM-28, /rules/28/expected/pattern",
        "regular expression",
    ),
    "a hidden question that everybody must answer": (
        lambda d: question_of(d, "/use_case/title")["x-ui"].update(
            show_if={"pointer": "/use_case/stage", "in": ["test"]}
        ),
        "title/x-ui/show_if",
        "never hidden",
    ),
    "a question shown for an answer that does not exist": (
        lambda d: question_of(d, "/use_case/test_until")["x-ui"]["show_if"].update({"in": ["trial"]}),
        "test_until/x-ui/show_if/in",
        "no possible answer",
    ),
    "two rules of one name": (lambda d: rule_of(d).update(id="BM-27"), "/rules", "BM-27 exists 2 times"),
    "no rule of completeness": (lambda d: without(d["rules"], 0), "/rules", "rule of completeness"),
    "a chapter missing": (
        lambda d: without(d["schema"]["properties"], "data"),
        "/schema/properties",
        "'data'",
    ),
    "a text without a limit": (
        lambda d: without(question_of(d, "/use_case/title"), "maxLength"),
        "properties/title",
        "'maxLength'",
    ),
    "a failing example that passes": (
        lambda d: rule_of(d)["examples"]["failing"].update(patch={}),
        "rule BM-28, /rules/28/examples/failing",
        "breaks: nothing",
    ),
    "a failing example that breaks two rules": (
        lambda d: rule_of(d)["examples"]["failing"]["patch"].update(security={"encrypted": False}),
        "rule BM-28, /rules/28/examples/failing",
        "BM-28 at /operation/availability, BM-56 at /security/encrypted",
    ),
    "a passing example that fails": (
        lambda d: rule_of(d)["examples"]["passing"].update(patch={"operation": {"availability": 1}}),
        "rule BM-28, /rules/28/examples/passing",
        "does not pass",
    ),
    "a passing example that breaks another rule": (
        lambda d: rule_of(d)["examples"]["passing"].update(patch={"security": {"encrypted": False}}),
        "rule BM-28, /rules/28/examples/passing",
        "does not pass: BM-56",
    ),
    "a rule that asks for what the form hides": (
        lambda d: question_of(d, "/organisation/register_number")["x-ui"]["show_if"].update({"in": ["company"]}),
        "rule BM-02, /rules/2/examples/failing",
        "the form does not show",
    ),
    "an example that is not as it says": (
        lambda d: d["examples"][0].update(verdict="unsound"),
        "/examples/0",
        "parking is sound",
    ),
    "an example with a wrong key": (
        lambda d: d["examples"][0]["answers"]["use_case"].update(titel="x"),
        "/examples/0/answers/use_case/titel",
        "no entry",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_document_is_refused_by_file_rule_and_place(case):
    spoil, place, why = BROKEN[case]
    spoiled = deepcopy(DOCUMENT)
    spoil(spoiled)

    with pytest.raises(ModelError) as caught:
        model.validate(spoiled, "1.1.json")

    assert any(line.startswith("1.1.json: ") and place in line and why in line for line in caught.value.complaints)


@pytest.mark.parametrize("nonsense", [{}, {"rules": 5}, {"rules": [None]}, {"schema": [], "rules": [{"id": 3}]}])
def test_nonsense_is_refused_in_words(nonsense):
    with pytest.raises(ModelError, match=r"draft"):
        model.validate(nonsense)

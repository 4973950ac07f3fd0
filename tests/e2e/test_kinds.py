"""Each kind of applicant goes its own way: its own questions, its own checklist, and then a decision by two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.onboarding import model as room
from services.onboarding.pages import form
from services.onboarding.repository import KINDS
from tests.support import hub as hubs
from tests.support.case import APPROVE, Case
from tests.support.hub import Hub, wait_for

VERSION = "1.1"
MODEL = room.load(room.shipped()[VERSION].text, VERSION)
#: A sound example of each kind; two of them, so that somebody has to look before an approval.
RULES = {one["id"]: one["examples"]["failing"] for one in MODEL.public["rules"] if "judged_by" in one}
EXAMPLES: dict[str, dict[str, Any]] = {
    one["answers"]["organisation"]["kind"]: one["answers"]
    for one in MODEL.public["examples"]
    if one["verdict"] == "sound"
} | {"science": RULES["BM-70"], "city_department": RULES["BM-65"]}
#: Questions that only this kind is asked, and who judges its case.
OWN: dict[str, tuple[str, set[str]]] = {
    "start_up": ("", {"reviewer"}),
    "company": ("", {"reviewer"}),
    "science": ("/organisation/ethics", {"ethics"}),
    "city_department": (
        "/organisation/internal_involvement",
        {"data_protection_officer"},
    ),
    "initiative": ("", {"reviewer"}),
    "intermediary": ("/organisation/on_behalf_consent", {"reviewer"}),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub in which two people have published the version with rules for people."""
    running = hubs.embedded(tmp_path_factory.mktemp("kinds"))
    path = f"/api/v1/models/{VERSION}"
    for who, move, body in (
        (running.vera, "publication", {"reason": "Fragt nach Stellen und prüft mit Menschen."}),
        (running.jonas, "publication/confirmation", {"agree": True}),
    ):
        moved = who.post(f"{path}/{move}", body, If_Match=who.get(path).headers["ETag"])
        assert moved.ok, moved.text
    assert running.client().json("/api/v1/models/current")["version"] == VERSION
    yield running
    running.stop()


def test_there_is_an_example_of_each_kind() -> None:
    assert set(EXAMPLES) == set(KINDS) == set(OWN)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_asked_its_own_questions(kind: str) -> None:
    asked = form.asked(MODEL.schema, "organisation", {"organisation": {"kind": kind}})

    own = {pointer for pointer, _ in OWN.values() if pointer}
    assert asked & own == ({OWN[kind][0]} - {""})


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_led_from_the_check_to_the_decision(house: Hub, kind: str) -> None:
    answers = EXAMPLES[kind]
    told = house.client().post("/api/v1/checks", {"answers": answers}).json()
    assert told["verdict"] == "sound"

    case = Case(house, f"Weg von {kind}", answers=answers)
    applied = case.now()
    assert (applied["status"], applied["model"]) == ("submitted", VERSION)
    assert [one["rule"] for one in applied["checklist"]] == [one["rule"] for one in told["checklist"]]
    assert {one["judged_by"] for one in applied["checklist"]} >= OWN[kind][1]
    blocking = [one["rule"] for one in applied["checklist"] if one["severity"] == "violation"]
    assert bool(blocking) is (kind in {"science", "city_department"})
    if blocking:
        refused = house.vera.move(case.id, "decision", APPROVE)
        assert (refused.status_code, refused.json()["code"]) == (422, "unjudged")
        assert sorted(one["code"] for one in refused.json()["errors"]) == sorted(f"rule.{one}" for one in blocking)
    for item in applied["checklist"]:
        case.by(house.vera, "judgements", {"rule": item["rule"], "verdict": "kept", "reason": "Angesehen."})
    judged = case.now()
    assert judged["checklist"] == []
    assert {one["judged"]["role"] for one in judged["judgements"]} >= OWN[kind][1]

    case.by(house.vera, "decision", APPROVE)
    case.by(house.jonas, "decision/confirmation", {"agree": True})

    use_case = wait_for(lambda: case.now()["links"].get("use_case"))
    listed = house.client().json(use_case)
    wanted = answers["use_case"].get("strategy", [])
    assert [one["strategy"] for one in listed["alignment"]] == wanted
    assert [one["passage"] for one in listed["alignment"]] == [
        answers["use_case"].get(f"passage_{one}") for one in wanted
    ]
    assert any(listed["alignment"]), "each example serves a strategy"


def test_a_broken_rule_of_the_checklist_is_a_finding_that_refuses_approval(house: Hub) -> None:
    case = Case(house, "Ethik fehlt", answers=EXAMPLES["science"])
    items = [one["rule"] for one in case.now()["checklist"] if one["judged_by"] == "ethics"]

    for rule in items:
        case.by(house.vera, "judgements", {"rule": rule, "verdict": "broken", "reason": "Kein Votum."})

    found = [one for one in case.now()["findings"] if one["rule"] in items]
    assert [one["judged"]["by"] for one in found] == ["ethics"] * len(items)
    assert case.now(house.vera)["findings"][-1]["judged"]["by"] == "admin:Vera"
    refused = house.vera.move(case.id, "decision", APPROVE)
    assert (refused.status_code, refused.json()["code"]) == (422, "findings")
    case.by(house.jonas, "overrides", {"rule": items[0], "reason": "Votum folgt im Januar."})
    if len(items) == 1:
        case.by(house.vera, "decision", APPROVE)

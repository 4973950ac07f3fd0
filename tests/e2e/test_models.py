"""A version of the model from outside: written, signed by two, offered to drafts, taken back; on a hub of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.support import hub as hubs
from tests.support.case import Case, in_days
from tests.support.hub import Client, Hub, wait_for
from tests.support.models import document, reworded
from tests.support.scene import check_problem, raw

MODELS = "/api/v1/models"
WHY = {"reason": "Der Rat hat die Satzung geändert."}
AGREE = {"agree": True}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """What is published here changes every other test's model, so this hub is nobody else's."""
    running = hubs.embedded(tmp_path_factory.mktemp("models"))
    yield running
    running.stop()


def path(version: str, move: str = "") -> str:
    return f"{MODELS}/{version}" + (f"/{move}" if move else "")


def etag(hub: Hub, version: str) -> str:
    tag: str = hub.vera.get(path(version)).headers["ETag"]
    return tag


def write(hub: Hub, made: dict[str, Any], who: Client | None = None, **headers: str) -> requests.Response:
    text = json.dumps(made, ensure_ascii=False, indent=2)
    return raw(who or hub.vera, "PUT", path(made["version"]), text, Idempotency_Key="", **headers)


def move(hub: Hub, who: Client, version: str, what: str, body: Any, **headers: str) -> requests.Response:
    headers.setdefault("If_Match", etag(hub, version))
    return who.post(path(version, what), body, **headers)


def publish(hub: Hub, made: dict[str, Any], **terms: Any) -> None:
    version = made["version"]
    assert write(hub, made).status_code == 201
    for who, what, body in ((hub.vera, "publication", WHY | terms), (hub.jonas, "publication/confirmation", AGREE)):
        moved = move(hub, who, version, what, body)
        assert moved.status_code == 200, moved.text


def test_a_version_comes_into_force_by_two_signatures_and_drafts_follow_when_they_like(hub: Hub) -> None:
    case = Case(hub, submit=False)
    publish(hub, reworded("2.0"), adopt_until=in_days(20), grace_days=60)

    assert hub.client().json(path("current"))["version"] == "2.0"
    assert Case(hub, submit=False).now()["model"] == "2.0"
    now = case.now()
    assert (now["model"], now["adoption"]["model"], now["adoption"]["until"]) == ("1.0", "2.0", in_days(20))
    assert now["adoption"]["questions"] == ["/use_case/title"]
    told = lambda: [one["subject"] for one in case.applicant.json("/api/v1/messages")["items"]]  # noqa: E731
    assert wait_for(lambda: any("neue Regeln" in subject for subject in told()))

    taken = case.by(case.applicant, "model", {"model": "2.0"})

    assert (taken["model"], taken["adoption"], taken["answers"]) == ("2.0", None, now["answers"])
    assert taken["adopted"]["from"] == "1.0"
    assert taken["adopted"]["questions"] == ["/use_case/title"]
    again = case.applicant.move(case.id, "model", {"model": "2.0"})
    check_problem(again, 422, "de")
    assert case.by(case.applicant, "submission", {})["status"] == "submitted"


def test_a_mistake_is_taken_back_and_its_address_says_so(hub: Hub) -> None:
    publish(hub, document("2.5", follows="2.0"))
    case = Case(hub, submit=True)
    checked = hub.client().post("/api/v1/checks", {"answers": {}}).json()
    assert (case.now()["model"], checked["model"], checked["links"]["model"]) == ("2.5", "2.5", path("2.5"))

    taken = move(hub, hub.jonas, "2.5", "withdrawal", {"reason": "Die falsche Datei."})

    assert (taken.status_code, taken.json()["status"]) == (200, "withdrawn")
    assert hub.client().json(path("current"))["version"] == "2.0"
    assert wait_for(lambda: case.now()["model"] == "2.0")
    assert case.now()["status"] == "submitted"
    shown = hub.client().json(checked["links"]["model"])
    assert (shown["status"], shown["ended"]["reason"]) == ("withdrawn", "Die falsche Datei.")
    page = requests.get(f"{hub.bases['onboarding']}/models/2.5", headers={"Accept-Language": "de"}, timeout=10)
    assert "Diese Fassung ist zurückgenommen" in page.text
    assert hub.client().post("/api/v1/checks", {"answers": {}, "model": "2.5"}).status_code == 200


def test_an_old_version_runs_out_and_still_shows_what_it_said(hub: Hub) -> None:
    retired = move(hub, hub.vera, "1.0", "retirement", {"reason": "Alt.", "until": in_days(10)})

    assert (retired.status_code, retired.json()["ended"]["until"]) == (200, in_days(10))
    assert hub.client().json(path("1.0"))["status"] == "retired"
    refused = hub.client().post(
        "/api/v1/applications", {"contact": {"email": "a@b.example", "name": "A"}, "model": "1.0"}
    )
    assert check_problem(refused, 422, "de")["errors"][0]["pointer"] == "/model"


def test_drafts_are_for_admins_only(hub: Hub) -> None:
    assert write(hub, document("3.0", follows="2.0")).status_code == 201

    for stranger in (hub.client(), hub.client(Case(hub, submit=False).made.json()["token"])):
        check_problem(stranger.get(path("3.0")), 404, "de")
        check_problem(stranger.get(path("3.0", "diff")), 404, "de")
        assert "3.0" not in {one["version"] for one in stranger.json(MODELS)["items"]}
    assert check_problem(hub.client().post("/api/v1/checks", {"answers": {}, "model": "3.0"}), 422, "de")
    assert {"version": "3.0", "status": "draft"}.items() <= hub.jonas.json(MODELS)["items"][-1].items()
    assert hub.jonas.post("/api/v1/checks", {"answers": {}, "model": "3.0"}).json()["model"] == "3.0"


def test_a_changed_draft_voids_the_proposal_and_nobody_signs_their_own(hub: Hub) -> None:
    made = document("3.1", follows="2.0")
    write(hub, made)
    assert move(hub, hub.vera, "3.1", "publication", WHY).json()["status"] == "proposed"
    own = move(hub, hub.vera, "3.1", "publication/confirmation", AGREE)
    assert check_problem(own, 403, "de")["code"] == "four_eyes"
    seen = etag(hub, "3.1")

    assert write(hub, made, hub.jonas, If_Match=seen).json()["status"] == "draft"

    check_problem(move(hub, hub.jonas, "3.1", "publication/confirmation", AGREE, If_Match=seen), 412, "de")
    check_problem(move(hub, hub.jonas, "3.1", "publication/confirmation", AGREE), 409, "de")


def test_a_document_with_mistakes_is_refused_with_every_place(hub: Hub) -> None:
    made = document("3.2", follows="2.0")
    made["rules"][3]["pointer"] = "/moon/base"
    made["status"] = "published"

    wrong = check_problem(write(hub, made), 422, "de")
    assert wrong["errors"]
    check_problem(hub.vera.get(path("3.2")), 404, "de")


def test_a_mistake_is_told_with_its_place_in_the_language_asked(hub: Hub) -> None:
    made = document("3.3", follows="2.0")
    made["rules"][3]["pointer"] = "/moon/base"
    told = {}

    for language in ("de", "en"):
        vera = Client(hub.bases, hub.vera.token, language)
        told[language] = check_problem(write(hub, made, vera), 422, language)["errors"][0]

    assert told["de"]["pointer"] == told["en"]["pointer"] == "/rules/3/pointer"
    assert told["de"]["detail"] != told["en"]["detail"]


def test_the_door_keeps_the_order_of_checks(hub: Hub) -> None:
    made = document("3.4", follows="2.0")
    check_problem(write(hub, made, hub.client()), 401, "de")
    check_problem(write(hub, made, hub.client(Case(hub, submit=False).made.json()["token"])), 403, "de")
    check_problem(raw(hub.vera, "PUT", path("3.4"), "{", Idempotency_Key=""), 400, "de")
    assert write(hub, made).status_code == 201

    check_problem(write(hub, made), 428, "de")
    check_problem(write(hub, made, If_Match='"0"'), 412, "de")
    check_problem(hub.vera.post(path("3.4", "publication"), WHY), 428, "de")
    check_problem(move(hub, hub.vera, "3.4", "publication", WHY, Idempotency_Key=""), 400, "de")
    check_problem(move(hub, hub.vera, "3.4", "publication", {}), 422, "de")
    check_problem(move(hub, hub.vera, "3.4", "withdrawal", WHY), 409, "de")
    check_problem(hub.client().post(path("3.4", "publication"), WHY, If_Match='"0"'), 401, "de")


def test_twins_of_one_confirmation_get_one_answer(hub: Hub) -> None:
    write(hub, document("3.5", follows="2.0"))
    move(hub, hub.vera, "3.5", "publication", WHY)
    seen = etag(hub, "3.5")

    def confirm(_: int) -> tuple[int, str]:
        answer = hub.client(hub.admins[1]).post(
            path("3.5", "publication/confirmation"), AGREE, If_Match=seen, Idempotency_Key="zwilling"
        )
        return answer.status_code, answer.text

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(confirm, range(4)))

    assert [status for status, _ in answers] == [200]


def test_what_is_different_is_told_in_words(hub: Hub) -> None:
    found = hub.client().json(path("2.0", "diff?from=1.0"))

    assert (found["from"], found["to"]) == ("1.0", "2.0")
    assert all(one["text"]["de"] and one["text"]["en"] for one in found["items"])
    assert "/use_case/title" in {one["pointer"] for one in found["items"]}
    check_problem(hub.client().get(path("2.0", "diff?from=9.9")), 422, "de")
    check_problem(hub.client().get(path("9.9", "diff")), 404, "de")


def test_the_log_shows_no_traceback(hub: Hub) -> None:
    assert "Traceback" not in hub.processes["all"].log.read_text("utf-8")

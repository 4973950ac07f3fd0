"""With a scanner only clean files can be downloaded; without an answer of it nothing moves, and people are told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support import hub as hubs
from tests.support.attaching import attach, attached, listed
from tests.support.case import Case
from tests.support.clamd import Clamd, clamd
from tests.support.files import EICAR, pdf
from tests.support.hub import Hub, wait_for


@pytest.fixture(scope="module")
def scanner() -> Iterator[Clamd]:
    with clamd() as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, scanner: Clamd) -> Iterator[Hub]:
    """A hub with a scanner."""
    running = hubs.embedded(tmp_path_factory.mktemp("guarded"), CLAMD_URL=scanner.url)
    yield running
    running.stop()


def content(case: Case, one: dict[str, str]) -> requests.Response:
    return case.applicant.get(f"{case.path}/attachments/{one['id']}/content")


def state(case: Case) -> list[str]:
    return [one["state"] for one in listed(case)]


def test_a_file_can_be_downloaded_once_it_is_found_clean(guarded: Hub, scanner: Clamd) -> None:
    scanner.mood = "holds"
    scanner.go.clear()
    case = Case(guarded, "Sauber", submit=False)

    one = attached(case, "plan.pdf", pdf())
    waiting, version = content(case, one), case.now()["version"]
    scanner.go.set()
    assert wait_for(lambda: state(case) == ["clean"])

    assert (one["state"], waiting.status_code, waiting.json()["code"]) == (
        "quarantine", 409, "attachment_in_quarantine",
    )  # fmt: skip
    assert content(case, one).content == pdf()
    assert case.now()["version"] == version, "a scan is no change of the applicant's"


def test_eicar_is_rejected_its_content_deleted_and_both_sides_told(guarded: Hub, scanner: Clamd) -> None:
    scanner.mood, case = "fine", Case(guarded, "Virus")
    folder = guarded.folder / "data" / "attachments"
    asked = case.ask("Bitte den Vertrag.")
    before = len(list(folder.iterdir()))

    one = attached(case, "vertrag.pdf", pdf(attached=EICAR))
    assert wait_for(lambda: state(case) == ["rejected"])
    assert wait_for(lambda: len(list(folder.iterdir())) == before)

    refused = content(case, one)
    assert (refused.status_code, refused.json()["code"]) == (409, "attachment_rejected")
    assert listed(case)[0]["reason"] == "Win.Test.EICAR_HDB-1"
    page = guarded.client(case.applicant.token).get(f"{case.path}/attachments", Accept_Language="en").json()
    assert page["items"][0]["state"] == "rejected"
    case.reply(*asked)


@pytest.mark.parametrize("mood", ["hangs up", "nonsense", "too large"])
def test_a_scanner_that_says_nothing_clear_is_asked_again(guarded: Hub, scanner: Clamd, mood: str) -> None:
    scanner.mood = mood
    case = Case(guarded, "Später", submit=False)
    one = attached(case, "plan.pdf", pdf())

    assert wait_for(lambda: tries(guarded, one) == 1)
    assert (state(case), content(case, one).status_code) == (["quarantine"], 409)
    scanner.mood = "fine"

    assert wait_for(lambda: state(case) == ["clean"], within=40)


def tries(hub: Hub, one: dict[str, str]) -> int:
    with sqlite3.connect(hub.folder / "data" / "onboarding.db") as database:
        query = "SELECT tries FROM attachments WHERE id = ? AND reason <> ''"
        found = database.execute(query, (one["id"].replace("-", ""),)).fetchone()
    return int(found[0]) if found else 0


def test_files_from_before_there_was_a_scanner_are_scanned(tmp_path: Path) -> None:
    first = hubs.embedded(tmp_path)
    case = Case(first, "Vorher", submit=False)
    one = attached(case, "plan.pdf", pdf(attached=EICAR))
    assert content(case, one).status_code == 200
    first.stop()

    with clamd() as late:
        process = first.processes["all"]
        process.environment["CLAMD_URL"] = late.url
        process.start()
        assert content(case, one).status_code == 409
        assert wait_for(lambda: state(case) == ["rejected"])
        first.stop()


@pytest.mark.parametrize("place", ["attachment.examined", "attachment.half", "attachment.stored", "door.changed"])
def test_a_power_cut_in_an_upload_leaves_no_half(tmp_path: Path, place: str) -> None:
    hub = hubs.embedded(tmp_path)
    case = Case(hub, "Stromausfall", submit=False)
    hub.stop()
    process = hub.processes["all"]
    process.environment["HUB_FAILPOINTS"] = f"{place}=kill"
    process.start()
    with pytest.raises(requests.RequestException):
        attach(case, "plan.pdf", pdf(), Idempotency_Key="the-same-key", If_Match='"1"')
    assert process.child is not None
    process.child.wait(10)
    del process.environment["HUB_FAILPOINTS"]
    process.start()

    assert listed(case) == []
    again = attach(case, "plan.pdf", pdf(), Idempotency_Key="the-same-key", If_Match='"1"')
    assert again.status_code == 201
    assert content(case, again.json()).content == pdf()
    hub.stop()

"""`hub model`: a version is proposed by one person and published by another, told in words, and taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.database import Database
from tests.support.command_line import OK, PROBLEMS, USAGE, hub
from tests.support.models import document, reworded

pytestmark = pytest.mark.usefixtures("house")
WHY = ("--reason", "Neue Satzung.")


@pytest.fixture
def people(folder: Path, house: dict[str, Database]) -> tuple[str, str]:
    """The tokens of the two admins of this house."""
    access = json.loads((folder / "access.json").read_text("utf-8"))
    first, second, *_ = (one["token"] for one in access["admins"])
    return first, second


def written(folder: Path, made: dict[str, Any]) -> Path:
    path = folder.parent / f"{made['version']}.json"
    path.write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    return path


def statuses() -> dict[str, str]:
    return {one["version"]: one["status"] for one in json.loads(hub("model", "list", "--json").stdout)}


def test_two_people_publish_a_file_and_take_it_back(folder: Path, people: tuple[str, str]) -> None:
    vera, jonas = people
    path = written(folder, reworded("2.0"))

    proposed = hub("model", "publish", path, *WHY, "--adopt-until", "2099-12-31", HUB_TOKEN=vera)
    assert proposed.exit_code == OK, proposed.output
    assert statuses()["2.0"] == "proposed"
    alone = hub("model", "publish", "2.0", *WHY, HUB_TOKEN=vera)
    assert alone.exit_code == PROBLEMS
    assert "a second person" in alone.output

    published = hub("model", "publish", "2.0", HUB_TOKEN=jonas)
    assert published.exit_code == OK, published.output
    assert statuses()["2.0"] == "published"

    retired = hub("model", "retire", "1.0", *WHY, "--until", "2099-12-31", HUB_TOKEN=vera)
    assert retired.exit_code == OK, retired.output
    assert hub("model", "retire", "2.0", *WHY, HUB_TOKEN=vera).exit_code == PROBLEMS
    taken = hub("model", "withdraw", "2.0", *WHY, HUB_TOKEN=vera)
    assert taken.exit_code == OK, taken.output
    assert statuses() | {"1.1": ""} == {"1.0": "published", "1.1": "", "2.0": "withdrawn"}


def test_differences_are_told_in_words_and_need_nobodys_token(folder: Path) -> None:
    path = written(folder, reworded("2.1"))

    told = hub("model", "diff", path, "1.0")

    assert told.exit_code == OK, told.output
    assert len(told.stdout.splitlines()) > 1
    assert "says the same" in hub("model", "diff", "1.0").stdout
    assert hub("model", "diff", "9.9").exit_code == USAGE


def test_who_publishes_has_a_name_and_says_why(folder: Path, people: tuple[str, str]) -> None:
    path = written(folder, document("2.2"))

    assert hub("model", "publish", path, *WHY, HUB_TOKEN="").exit_code == USAGE
    assert hub("model", "publish", path, *WHY, HUB_TOKEN="nonsense").exit_code == USAGE
    assert hub("model", "publish", path, HUB_TOKEN=people[0]).exit_code == USAGE
    assert "2.2" not in statuses()


def test_a_document_with_mistakes_is_not_proposed(folder: Path, people: tuple[str, str]) -> None:
    made = document("2.3")
    made["rules"][3]["pointer"] = "/moon/base"

    found = hub("model", "publish", written(folder, made), *WHY, HUB_TOKEN=people[0])

    assert found.exit_code == PROBLEMS
    assert "/rules/3/pointer" in found.output
    follows = hub("model", "publish", written(folder, document("2.4", follows="0.9")), *WHY, HUB_TOKEN=people[0])
    assert follows.exit_code == PROBLEMS
    assert "/changes/from" in follows.output
    assert not {"2.3", "2.4"} & set(statuses())

"""What only one of the two databases would choke on is refused on both: PostgreSQL is stricter than SQLite."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.support.hub import Hub, wait_for
from tests.support.scene import APPLICATIONS, PROBLEM

LISTS = (APPLICATIONS, "/api/v1/messages", "/api/v1/use-cases")
BOOKMARKS = (
    ">i:1~i:2", ">s:a~s:b", ">true~i:1~i:2", ">f:nan~f:inf", ">x~x", ">x~x~x", ">s:\0~s:\0",
    f">uuid:{uuid4()}~dt:2026-01-01",
    f">dt:9999-12-31T23:59:59-14:00~uuid:{uuid4()}", f">true~dt:0001-01-01T00:00:00+14:00~uuid:{uuid4()}",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_a_bookmark_with_the_wrong_kind_of_value_never_reaches_the_database(stack: Hub, path: str) -> None:
    for bookmark in BOOKMARKS:
        answer = stack.vera.get(f"{path}?after={quote(bookmark)}")

        assert (answer.status_code, answer.headers["Content-Type"]) == (422, PROBLEM), bookmark


@pytest.mark.parametrize("path", ["/api/v1/use-cases/%00", f"{APPLICATIONS}/%00", "/api/v1/models/%00", "/catalog/%00"])
def test_a_name_with_nul_in_it_is_nobodys(stack: Hub, path: str) -> None:
    assert stack.vera.get(path).status_code == 404


def test_the_longest_answers_fit_all_the_way_to_the_catalog(stack: Hub) -> None:
    answers = stack.client().example()
    answers["use_case"] |= {"title": "🚲" * 200, "summary": "Ü" * 4000}
    answers["organisation"] |= {"name": "ẞ" * 200}
    made = stack.client().apply(answers=answers)
    assert made.status_code == 201, made.text
    applicant, path = stack.client(made.json()["token"]), f"{APPLICATIONS}/{made.json()['id']}"

    stack.approve(made.json()["id"])

    listed = stack.client().json(wait_for(lambda: applicant.json(path)["links"].get("use_case")))
    assert (listed["title"], listed["summary"], listed["provider"]) == ("🚲" * 200, "Ü" * 4000, "ẞ" * 200)


def test_the_longest_keys_and_names_are_kept(stack: Hub) -> None:
    contact = {"email": f"{'a' * 64}@{'b' * 63}.{'c' * 63}.example", "name": "🚒" * 200}

    made = [stack.client().post(APPLICATIONS, {"contact": contact}, Idempotency_Key="k" * 200) for _ in range(2)]

    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[0].json()["contact"]["name"] == contact["name"]

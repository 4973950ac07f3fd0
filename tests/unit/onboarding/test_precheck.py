"""The check before an application: what is posted is what is checked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.onboarding.pages import precheck
from services.onboarding.pages.questions import Question, questions
from tests.support import pages
from tests.support.html import Page
from tests.unit.onboarding.test_form import unordered

LANGUAGES = ("de", "en")


def posted(answers: dict[str, Any], language: str) -> dict[str, list[str]]:
    """What a browser sends when the page is filled in with `answers` and sent untouched."""
    return Page(pages.render(pages.check_page(answers, (), language), language)).form("/check").sent


def an_answer(question: Question) -> st.SearchStrategy[Any]:
    schema = question.schema
    if question.type == "boolean":
        return st.booleans()
    if question.type == "array":
        values = st.sampled_from(list(question.choices("de")))
        return st.lists(values, min_size=1, max_size=schema.get("maxItems", 3), unique=True)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if question.type in {"number", "integer"}:
        return st.integers(int(schema.get("minimum", 0)), int(schema.get("maximum", 1000)))
    by_format = {"date": st.dates().map(str), "email": st.just("a@b.example"), "uri": st.just("https://b.example/x")}
    return by_format.get(schema.get("format", ""), st.just("Ein Text: „so“ & <so>."))


EACH = {question.pointer: an_answer(question) for question in questions(pages.SCHEMA)}
ANSWERS = st.fixed_dictionaries({}, optional=EACH)


def document(flat: dict[str, Any]) -> dict[str, Any]:
    """Put answers by pointer into sections, without those that are not asked of them."""
    found: dict[str, Any] = {}
    for question in questions(pages.SCHEMA):
        if question.pointer in flat:
            found.setdefault(question.section, {})[question.key] = flat[question.pointer]
    for question in questions(pages.SCHEMA):
        if question.applies(found) is False:
            found.get(question.section, {}).pop(question.key, None)
    return {section: answers for section, answers in found.items() if answers}


@settings(max_examples=40, deadline=None)
@given(flat=ANSWERS, language=st.sampled_from(LANGUAGES))
def test_what_is_posted_is_what_is_checked(flat: dict[str, Any], language: str) -> None:
    answers = document(flat)

    read = precheck.read(pages.MODEL, posted(answers, language))

    kept = [one for one in read.problems if one.code != "bad_format"]  # a pattern of its own, such as a register number
    assert kept == []
    refused = {one.pointer for one in read.problems}
    wanted = {
        section: unordered({key: one for key, one in given.items() if f"/{section}/{key}" not in refused})
        for section, given in answers.items()
    }
    assert {section: unordered(given) for section, given in read.answers.items()} == wanted
    assert [(one["rule"], one["pointer"]) for one in pages.MODEL.check(read.answers)] == [
        (one["rule"], one["pointer"]) for one in pages.MODEL.check(wanted)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", pages.EXAMPLES)
def test_an_example_posted_by_the_page_gives_the_findings_of_the_api(example: str, language: str) -> None:
    answers = pages.EXAMPLES[example]

    read = precheck.read(pages.MODEL, posted(answers, language))

    assert read.problems == ()
    assert {section: unordered(one) for section, one in read.answers.items()} == {
        section: unordered(one) for section, one in answers.items()
    }


def test_what_cannot_be_read_is_told_and_not_checked() -> None:
    fields = {"/operation/availability": ["viel"], "/use_case/title": ["Lotse"], "lang": ["de"]}

    read = precheck.read(pages.MODEL, fields)

    assert [one.pointer for one in read.problems] == ["/operation/availability"]
    assert read.typed["operation"] == {"availability": "viel"}
    assert read.answers == {"operation": {}, "use_case": {"title": "Lotse"}}

"""The form of a section: what is asked, how it comes back, and what could not be read."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.onboarding.pages import form
from shared.kernel import Problem, Text
from tests.support import pages
from tests.support.html import Form, Page

LANGUAGES = ("de", "en")
SECTIONS = [section.key for section in form.sections(pages.SCHEMA, "de")]


def a_question(type_: str, **more: Any) -> dict[str, Any]:
    words = {"label": "Frage", "hint": "Hinweis", "why": "Darum."}
    return {"type": type_, "x-text": {"de": words, "en": words | {"label": "Question"}}, **more}


#: Every kind of question once, and a question that only some are asked.
SMALL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "part": {
            "type": "object",
            "required": ["text"],
            "x-text": {"de": {"label": "Teil", "hint": ""}, "en": {"label": "Part", "hint": ""}},
            "properties": {
                "text": a_question("string", maxLength=200),
                "long": a_question("string", maxLength=4000, **{"x-ui": {"widget": "textarea"}}),
                "share": a_question(
                    "number", minimum=-1e9, maximum=1e9, **{"x-ui": {"widget": "number", "suffix": "%"}}
                ),
                "count": a_question("integer", minimum=-(10**9), maximum=10**9),
                "sure": a_question("boolean"),
                "day": a_question("string", format="date"),
                "few": a_question("string", enum=["a", "b"]),
                "many": a_question("string", enum=["a", "b", "c", "d", "e", "f"]),
                "several": a_question("array", items={"type": "string", "enum": ["a", "b", "c"]}, maxItems=2),
                "mail": a_question("string", format="email"),
                "site": a_question("string", format="uri"),
                "code": a_question("string", pattern="^[A-Z]{2}$"),
                "only_sure": a_question("string", **{"x-ui": {"show_if": {"pointer": "/part/sure", "in": [True]}}}),
            },
        }
    },
}


def parsed(typed: str | list[str], key: str, language: str = "de") -> tuple[Any, list[str]]:
    """The answer to one question of SMALL, and the codes of what was wrong with it."""
    values = typed if isinstance(typed, list) else [typed]
    answers, problems = form.parse(SMALL, "part", {f"/part/{key}": values, "lang": [language]})
    return answers.get(key), [problem.code for problem in problems]


def fields(answers: dict[str, Any], *errors: Problem, language: str = "de") -> dict[str, form.Field]:
    asked = form.fields(SMALL, "part", {"part": answers}, errors, language)
    return {field.pointer.removeprefix("/part/"): field for field in asked}


def posted(section: str, answers: dict[str, Any], language: str, schema: dict[str, Any] | None = None) -> Form:
    """The form of a section as a browser would send it, untouched."""
    template, caller, path, context = pages.section_page(section, answers, language)
    if schema:
        slots = form.slots(schema, "part", answers, decisive=answers, errors=(), language=language)
        context = context | {"slots": slots}
    return Page(pages.render((template, caller, path, context), language)).form(f"{pages.HERE}/sections/{section}")


def unordered(answers: dict[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in answers.items()}


# There and back


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", pages.EXAMPLES)
def test_a_form_sent_untouched_gives_back_the_answers_it_showed(example, language):
    for section, answers in pages.EXAMPLES[example].items():
        sent = posted(section, pages.EXAMPLES[example], language).sent

        back, problems = form.parse(pages.SCHEMA, section, sent)

        assert problems == []
        assert unordered(back) == unordered(answers)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=200).map(str.strip)
NUMBERS = st.integers(-(10**6), 10**6) | st.decimals(-(10**6), 10**6, places=3).map(float)
SOME_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXTS.filter(bool).map(lambda text: text.replace("\n", " ")),
        "long": TEXTS.filter(bool),
        "share": NUMBERS,
        "count": st.integers(-(10**9), 10**9),
        "sure": st.booleans(),
        "day": st.dates().map(str),
        "few": st.sampled_from("ab"),
        "many": st.sampled_from("abcdef"),
        "several": st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True).map(sorted),
        "mail": st.just("a@b.example"),
        "site": st.just("https://b.example/x?y=1"),
        "code": st.just("BI"),
    },
)


@settings(max_examples=60, deadline=None)
@given(answers=SOME_ANSWERS, language=st.sampled_from(LANGUAGES))
def test_whatever_was_answered_survives_being_shown_and_sent_again(answers, language):
    sent = posted("operation", {"part": answers}, language, schema=SMALL).sent

    back, problems = form.parse(SMALL, "part", sent)

    assert problems == []
    assert back.keys() == answers.keys()
    assert all(
        math.isclose(back[key], value) if isinstance(value, float) else back[key] == value
        for key, value in answers.items()
    )


@settings(max_examples=200, deadline=None)
@given(key=st.sampled_from(list(SMALL["properties"]["part"]["properties"])), typed=st.lists(st.text(), max_size=3))
def test_nothing_typed_is_lost_or_breaks_the_form(key, typed):
    answers, problems = form.parse(SMALL, "part", {f"/part/{key}": typed})

    assert answers or not any(text.strip() for text in typed)
    assert {problem.pointer for problem in problems} <= {f"/part/{key}"}
    assert form.fields(SMALL, "part", {"part": answers}, problems, "de")


# Reading


@pytest.mark.parametrize(
    ("typed", "language", "answer"),
    [
        ("99,5", "de", 99.5),
        ("99.5", "de", 99.5),
        ("99,5 %", "de", 99.5),
        ("1.500", "de", 1500),
        ("1.234.567,5", "de", 1234567.5),
        ("48 000", "de", 48000),
        ("1.5", "en", 1.5),
        ("1.500", "en", 1.5),
        ("1,500", "en", 1500),
        ("1,234,567.5", "en", 1234567.5),
        ("99,5", "en", 99.5),
        ("−3", "de", -3),
        ("0", "de", 0),
    ],
)
def test_numbers_are_read_the_way_the_language_writes_them(typed, language, answer):
    assert parsed(typed, "share", language) == (answer, [])


@pytest.mark.parametrize(
    "typed", ["fast immer", "1,2,3", "1e5", "NaN", "inf", "٣", "--1", "1.2.3", "9" * 40, "0x1F", ","]
)
def test_what_is_no_number_is_kept_as_it_was_typed(typed):
    assert parsed(typed, "share") == (typed, ["wrong_type"])


@pytest.mark.parametrize(
    ("key", "typed", "code"),
    [
        ("count", "1,5", "wrong_type"),
        ("count", "-2000000000", "too_small"),
        ("share", "2000000000", "too_large"),
        ("sure", "vielleicht", "unknown_choice"),
        ("day", "31.02.2027", "bad_format"),
        ("day", "bald", "bad_format"),
        ("few", "z", "unknown_choice"),
        ("text", "x" * 201, "too_long"),
        ("mail", "hallo@", "bad_format"),
        ("mail", "a b@c.de", "bad_format"),
        ("site", "kein link", "bad_format"),
        ("site", "javascript://b.example/%0aalert(1)", "bad_format"),
        ("site", "https://[", "bad_format"),
        ("code", "bi", "bad_format"),
    ],
)
def test_what_does_not_fit_the_question_is_kept_and_said(key, typed, code):
    assert parsed(typed, key) == (typed, [code])


@pytest.mark.parametrize(
    ("key", "typed", "answer"),
    [
        ("count", "1.500", 1500),
        ("sure", "ja", True),
        ("sure", "nein", False),
        ("day", "12.5.2027", "2027-05-12"),
        ("day", "2027-05-12", "2027-05-12"),
        ("site", "www.firma.de", "https://www.firma.de"),
        ("text", "  Lotse  ", "Lotse"),
        ("long", "eins\r\nzwei", "eins\nzwei"),
        ("several", ["b", "a", "b"], ["a", "b"]),
    ],
)
def test_answers_are_typed_and_tidied(key, typed, answer):
    assert parsed(typed, key) == (answer, [])


@pytest.mark.parametrize(("typed", "code"), [(["a", "z"], "unknown_choice"), (["a", "b", "c"], "too_many")])
def test_choices_that_were_not_offered_are_refused(typed, code):
    assert parsed(typed, "several") == (typed, [code])


@pytest.mark.parametrize("key", SMALL["properties"]["part"]["properties"])
@pytest.mark.parametrize("typed", [[], [""], ["  \r\n "]])
def test_nothing_typed_is_no_answer(key, typed):
    assert parsed(typed, key) == (None, [])


def test_other_fields_of_the_form_are_no_answers():
    answers, problems = form.parse(SMALL, "part", {"csrf": ["x"], "/part/unknown": ["x"], "/other/text": ["x"]})

    assert (answers, problems) == ({}, [])


def test_what_can_be_read_can_be_saved_without_the_rest():
    answers, problems = form.parse(SMALL, "part", {"/part/text": ["Lotse"], "/part/share": ["viel"]})

    assert form.readable("part", answers, problems) == {"text": "Lotse"}


def test_saving_a_section_takes_away_what_is_not_there_any_more():
    patch = form.patch(SMALL, "part", {"text": "Lotse"})

    assert patch["part"]["text"] == "Lotse"
    assert {key for key, value in patch["part"].items() if value is None} == set(
        SMALL["properties"]["part"]["properties"]
    ) - {"text"}


# Asking


def test_what_could_not_be_read_is_shown_again_with_what_is_wrong():
    answers, problems = form.parse(SMALL, "part", {"/part/share": ["fast immer"]})

    field = fields(answers, *problems)["share"]

    assert field.value == "fast immer"
    assert field.error == "Geben Sie eine Zahl an, zum Beispiel 99,5."


def test_the_first_thing_wrong_with_a_field_is_what_it_says():
    errors = [Problem("/part/text", "a", Text("eins", "one")), Problem("/part/text", "b", Text("zwei", "two"))]

    assert fields({}, *errors)["text"].error == "eins"


@pytest.mark.parametrize(("language", "shown"), [("de", "1234,5"), ("en", "1234.5")])
def test_a_number_is_shown_without_thousands_and_with_the_sign_of_the_language(language, shown):
    assert fields({"share": 1234.5}, language=language)["share"].value == shown


def test_a_question_that_does_not_apply_is_not_asked():
    assert "only_sure" not in fields({"sure": False})
    assert fields({"sure": True})["only_sure"].note == ""


def test_while_it_is_open_whether_a_question_applies_it_says_for_whom_it_is():
    assert fields({})["only_sure"].note == "Nur bei „Frage“: Ja"
    assert fields({}, language="en")["only_sure"].note == "Only for “Question”: Yes"


def test_what_saving_brings_up_can_be_told():
    before, after = (form.asked(SMALL, "part", {"part": answers}) for answers in ({}, {"sure": True}))

    assert after - before == {"/part/only_sure"}


def test_an_optional_choice_can_be_taken_back():
    assert [option.label for option in fields({})["few"].options] == ["a", "b", "Keine Angabe"]
    assert not any(option.chosen for option in fields({})["sure"].options)
    assert [option.value for option in fields({"sure": False})["sure"].options if option.chosen] == ["nein"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_optional_questions_are_named_and_needed_ones_are_not(language):
    word = "(freiwillig)" if language == "de" else "(optional)"
    template, caller, path, context = pages.section_page("operation", {}, language)

    html = pages.render((template, caller, path, context), language)

    shown = [slot.field for slot in context["slots"] if slot.field]
    optional = [field for field in shown if not field.required and not field.note]
    assert html.count(word) == len(optional) > 0


def test_the_widget_follows_from_the_type_where_the_model_names_none():
    widgets = {key: field.widget for key, field in fields({}).items()}

    assert widgets["few"] == "radios"
    assert widgets["many"] == "select"
    assert widgets["several"] == "checkboxes"
    assert widgets["day"] == "date"
    assert widgets["sure"] == "yesno"


def test_chapters_know_their_place():
    first, *_, last = form.sections(pages.SCHEMA, "en")

    assert (first.number, first.of, first.label) == (1, 9, "Organisation")
    assert last.number == 9


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_of_a_section_links_to_its_field(section, language):
    errors = tuple(pages.problem(pointer) for pointer in sorted(form.asked(pages.SCHEMA, section, {})))
    page = Page(pages.render(pages.section_page(section, {}, language, errors), language))

    linked = {link[1:] for link in page.links if link.startswith("#")} - {"content"}

    assert len(linked) >= len(errors) > 0
    assert linked <= {control.attributes.get("id") for control in page.controls}


def test_a_hidden_answer_is_not_sent_back():
    answers = deepcopy(pages.EXAMPLES["parking"])
    answers["organisation"]["kind"] = "city_department"

    back, _ = form.parse(pages.SCHEMA, "organisation", posted("organisation", answers, "de").sent)

    assert "register_number" in answers["organisation"]
    assert "register_number" not in back

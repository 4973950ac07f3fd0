"""The notification contract: nobody is forgotten, in no language; the start is refused while anything is missing."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from dataclasses import fields
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest
from jinja2 import UndefinedError

from services.notifications import letters
from services.notifications.domain import Contact
from services.notifications.handlers import Writer
from services.notifications.letters import BrokenTable, Row
from services.notifications.letters.links import Links
from shared.auth import Keyring
from shared.contracts import EVENTS
from shared.kernel import Event

RAW = tomllib.loads(files("services.notifications.letters").joinpath("table.toml").read_text("utf-8"))
LINKS = Links("https://hub.example", Keyring(b"a" * 32))
TOLD = [kind for kind in EVENTS.values() if kind.name not in letters.SILENT]
TRANSITION, ROLE = "onboarding.application.submitted.v1", "applicant"
PLACE = f"{TRANSITION}, {ROLE}"
CONTACT = Contact(
    application_id=uuid4(), number="BI-7K4Q", owner="applicant:1", person="Mina Yıldız", email="mina@parkpilot.example",
    language="de", proved=True,
)  # fmt: skip
SAMPLES: dict[str, Any] = {
    "UUID": uuid4(), "datetime": datetime(2026, 11, 23, tzinfo=UTC), "date": date(2027, 1, 31),
    "date | None": date(2027, 1, 31), "int": 2, "bool": False,
    "tuple[str, ...]": ("mobility",), "str | None": "applicant:2",
}  # fmt: skip
WORDS = {
    "model": "1.1",
    "before": "1.0",
    "outcome": "approve",
    "why": "changed",
    "proposed_by": "admin:Vera",
    "slug": "parkraum-lotse",
    "promise": "review",
    "was": "clarification",
}


def table_with(change: Any) -> dict[str, Any]:
    """Return the table with `change` applied to the block of one transition and role."""
    table = deepcopy(RAW)
    change(table[TRANSITION][ROLE])
    return table


def an_event(kind: type[Event], /, **but: Any) -> Event:
    given = {one.name: WORDS.get(one.name, SAMPLES.get(str(one.type), f"a {one.name}")) for one in fields(kind)}
    return kind(**given | but)


def words_of(kind: type[Event], row: Row, /, **but: Any) -> dict[str, dict[str, str]]:
    writer = Writer("https://hub.example", lambda application: "https://hub.example/private", LINKS)
    event = an_event(kind, **but)
    return row.words(writer._context(event, CONTACT if hasattr(event, "application_id") else None))


@pytest.mark.parametrize("kind", TOLD, ids=lambda kind: kind.name)
def test_every_transition_has_words_in_both_languages_for_everybody_it_concerns(kind: type[Event]) -> None:
    rows = letters.rows()[kind.name]

    assert rows
    for row in rows:
        words = words_of(kind, row)
        assert set(words) == {"de", "en"}
        for part in ("subject", "text"):
            german, english = words["de"][part], words["en"][part]
            assert german
            assert english
            assert german != english
            assert "{{" not in german + english
            assert part == "text" or "\n" not in german + english


@pytest.mark.parametrize("kind", TOLD, ids=lambda kind: kind.name)
def test_no_subject_carries_what_applicants_wrote(kind: type[Event]) -> None:
    wrote = {one.name: "Mina" for one in fields(kind) if str(one.type) == "str" and one.name not in WORDS}

    for row in letters.rows()[kind.name]:
        words = words_of(kind, row, **wrote)
        assert not [language for language in words if "Mina" in words[language]["subject"]]


@pytest.mark.parametrize(
    ("outcome", "german", "english"),
    [
        ("approve", "vor: zustimmen.", ": approve."),
        ("approve_with_conditions", "vor: mit Auflagen zustimmen.", ": approve with conditions."),
        ("decline", "vor: ablehnen.", ": decline."),
    ],
)
def test_each_outcome_of_a_proposal_has_its_words(outcome: str, german: str, english: str) -> None:
    kind = EVENTS["onboarding.application.proposed.v1"]
    [row] = letters.rows()[kind.name]

    words = words_of(kind, row, outcome=outcome)

    assert german in words["de"]["text"]
    assert english in words["en"]["text"]


@pytest.mark.parametrize(("count", "word"), [(1, "1 Frage zu"), (2, "2 Fragen zu")])
def test_one_question_is_a_question_and_two_are_questions(count: int, word: str) -> None:
    kind = EVENTS["onboarding.application.asked.v1"]
    [row] = letters.rows()[kind.name]

    text = words_of(kind, row, questions=count)["de"]["text"]

    assert word in text
    assert "31.01.2027" in text


# What refuses the start


def test_the_table_as_it_is_lets_the_service_start() -> None:
    letters.check(letters.read(RAW), EVENTS)


@pytest.mark.parametrize("transition", [kind.name for kind in TOLD])
def test_a_transition_nobody_is_told_of_refuses_the_start_by_its_name(transition: str) -> None:
    gone = {name: blocks for name, blocks in RAW.items() if name != transition}
    empty = RAW | {transition: {}}

    for table in (gone, empty):
        with pytest.raises(BrokenTable, match=f"^{transition}: nobody is told"):
            letters.check(letters.read(table), EVENTS)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("part", ["subject", "text"])
@pytest.mark.parametrize("how", ["gone", "blank"])
def test_a_missing_text_refuses_the_start_and_says_which(language: str, part: str, how: str) -> None:
    def change(block: dict[str, Any]) -> None:
        block[language] = {key: text for key, text in block[language].items() if key != part}
        block[language] |= {part: " \n"} if how == "blank" else {}

    with pytest.raises(BrokenTable, match=f"^{PLACE}, {language}: the {part} is missing$"):
        letters.read(table_with(change))


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_missing_language_refuses_the_start_and_says_which(language: str) -> None:
    with pytest.raises(BrokenTable, match=f"^{PLACE}, {language}: the subject is missing$"):
        letters.read(table_with(lambda block: block.pop(language)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda block: block.pop("channels"), f"{PLACE}: channels must be some of email, in_app"),
        (lambda block: block.update(channels=[]), f"{PLACE}: channels must be some of email, in_app"),
        (lambda block: block.update(channels=["email", "fax"]), f"{PLACE}: channels must be some of email, in_app"),
        (lambda block: block.update(urgent=True), f"{PLACE}: unknown urgent"),
        (lambda block: block["de"].update(text="{{ oops"), f"{PLACE}, de: the text cannot be read"),
        (lambda block: block["en"].update(text="{% if %}"), f"{PLACE}, en: the text cannot be read"),
    ],
)
def test_a_block_that_makes_no_sense_refuses_the_start(change: Any, sentence: str) -> None:
    with pytest.raises(BrokenTable) as refused:
        letters.read(table_with(change))

    assert str(refused.value).startswith(sentence)


def test_a_role_nobody_has_and_a_transition_nobody_makes_refuse_the_start() -> None:
    with pytest.raises(BrokenTable, match=f"^{TRANSITION}, mayor: there is no such role$"):
        letters.read(RAW | {TRANSITION: {"mayor": RAW[TRANSITION][ROLE]}})
    with pytest.raises(BrokenTable, match=r"^onboarding\.application\.lost\.v1: there is no such transition$"):
        letters.check(letters.read(RAW | {"onboarding.application.lost.v1": RAW[TRANSITION]}), EVENTS)


def test_a_word_nobody_gives_is_no_empty_space_in_a_letter() -> None:
    table = letters.read(table_with(lambda block: block["de"].update(text="Liebe {{ nobody }}")))

    with pytest.raises(UndefinedError, match="nobody"):
        words_of(EVENTS[TRANSITION], table[TRANSITION][0])


def test_what_people_wrote_is_no_template() -> None:
    kind = EVENTS["onboarding.contact.changed.v1"]
    [row] = letters.rows()[kind.name]
    writer = Writer("https://hub.example", lambda application: "https://hub.example/private", LINKS)
    contact = Contact(
        **{one.name: getattr(CONTACT, one.name) for one in fields(Contact)} | {"person": "{{ 7 * 7 }}<b>"}
    )

    text = row.words(writer._context(an_event(kind), contact))["de"]["text"]

    assert "Guten Tag {{ 7 * 7 }}<b>," in text

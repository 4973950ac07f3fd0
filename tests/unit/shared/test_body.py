"""JSON without surprises: what is taken as it is, and what is refused with a reason in both languages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.body import DEPTH, KEYS, check_text, parse
from shared.web.errors import HttpError

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=30,
)


def refusal(body: bytes | str) -> HttpError:
    with pytest.raises(HttpError) as refused:
        parse(body.encode() if isinstance(body, str) else body)
    error = refused.value
    assert (error.status, error.code) == (400, "malformed")
    assert error.text.de != error.text.en
    return error


@given(VALUES)
def test_whatever_json_can_say_comes_through_unchanged(value: Any) -> None:
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize("text", ["Bielefeld", "Straße", "🚲", "👩‍🚒", "\u202e", "\x1f", "\uffff", "\U0010ffff"])
def test_strange_but_whole_characters_are_taken(text: str) -> None:
    assert parse(json.dumps({"a": text}).encode()) == {"a": text}
    check_text(text)


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "a\udfffb", "\ude00\ud83d"])
def test_nul_and_half_characters_are_refused_wherever_they_stand(text: str) -> None:
    with pytest.raises(HttpError):
        check_text(text)
    for value in (text, [text], {"a": text}, {text: 1}, {"a": [{"b": {text: 1}}]}):
        refusal(json.dumps(value))


def test_two_halves_that_belong_together_are_one_character() -> None:
    assert parse(rb'{"a": "\ud83d\ude00"}') == {"a": "😀"}


@pytest.mark.parametrize(
    "body", [b"\xff", b'"\xed\xa0\x80"', '{"a": 1}'.encode("utf-16"), b"\xef\xbb\xbf{}", b'"\xc0\x80"']
)
def test_bytes_that_are_no_plain_utf_8_are_refused(body: bytes) -> None:
    refusal(body)


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000, "01", "1.", "+1", "0x1"]
)
def test_what_is_no_number_is_refused(number: str) -> None:
    refusal(number)
    refusal(f'{{"a": [{number}]}}')


@pytest.mark.parametrize("number", ["0", "-0", "1e308", "-1.5", "9" * 400])
def test_what_is_a_number_is_taken(number: str) -> None:
    assert parse(f"[{number}]".encode()) == [json.loads(number)]


@pytest.mark.parametrize("body", ["", " ", "{", "[1,]", "{'a': 1}", '{"a": 1,}', "{} {}", "undefined", '"a', "// a"])
def test_what_is_no_json_is_refused(body: str) -> None:
    refusal(body)


def test_a_refusal_says_where() -> None:
    error = refusal('{\n  "a": 1,\n  b\n}')

    assert "Zeile 3, Spalte 3" in error.text.de
    assert "line 3, column 3" in error.text.en


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + closing * depth


def test_depth_has_a_limit_and_the_limit_is_still_welcome() -> None:
    parse(nested(DEPTH + 1).encode())
    for depth in (DEPTH + 2, 500, 10_000, 130_000):
        assert str(DEPTH) in refusal(nested(depth)).text.en
    refusal('{"a":' * 10_000 + "1" + "}" * 10_000)


def test_keys_are_counted_all_together() -> None:
    parse(json.dumps({str(number): 1 for number in range(KEYS)}).encode())
    for body in ({str(number): 1 for number in range(KEYS + 1)}, [{"a": 1}] * (KEYS + 1), {"a": [{"b": 1}] * KEYS}):
        assert str(KEYS) in refusal(json.dumps(body)).text.de


def test_a_long_list_is_no_reason_to_refuse() -> None:
    assert len(parse(json.dumps([1] * 100_000).encode())) == 100_000

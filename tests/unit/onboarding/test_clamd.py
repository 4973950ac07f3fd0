"""The scanner is asked in the words of clamd, and only a clear answer is one."""

from __future__ import annotations

import pytest

from services.onboarding.files.clamd import Scanner, ScannerAway
from tests.support.clamd import Clamd, clamd
from tests.support.files import EICAR, pdf


@pytest.fixture
def scanner() -> object:
    with clamd() as running:
        yield running


def pieces(data: bytes, size: int = 100) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]


@pytest.mark.parametrize("mood", ["fine", "in pieces"])
def test_it_says_what_was_found_and_what_was_not(scanner: Clamd, mood: str) -> None:
    scanner.mood = mood

    assert Scanner(scanner.url).scan(pieces(pdf())) is None
    assert Scanner(scanner.url).scan(pieces(pdf(attached=EICAR))) == "Win.Test.EICAR_HDB-1"
    assert scanner.scanned == [pdf(), pdf(attached=EICAR)]


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        ("silent", "took too long|timed out"),
        ("hangs up", "hung up|reset"),
        ("nonsense", "maybe"),
        ("too large", "size limit exceeded"),
    ],
)
def test_anything_but_a_verdict_is_none(scanner: Clamd, mood: str, says: str) -> None:
    scanner.mood = mood

    with pytest.raises(ScannerAway, match=says):
        Scanner(scanner.url, within_s=0.5).scan(pieces(bytes(3_000_000), 65536))


def test_a_scanner_that_is_not_there_is_away() -> None:
    with clamd() as gone:
        url = gone.url

    with pytest.raises(ScannerAway):
        Scanner(url).ping()


def test_it_answers_a_ping(scanner: Clamd) -> None:
    Scanner(scanner.url).ping()

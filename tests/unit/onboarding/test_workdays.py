"""Which days count in North Rhine-Westphalia, and how long decisions took."""

from __future__ import annotations

from datetime import date

import pytest

from services.onboarding.domain import forecast, is_workday, workdays_after, workdays_between


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2027, 3, 26), "Karfreitag"),
        (date(2027, 3, 29), "Ostermontag"),
        (date(2027, 5, 27), "Fronleichnam, in Westphalia but not in Berlin"),
        (date(2027, 11, 1), "Allerheiligen"),
        (date(2026, 12, 24), "the offices are closed on Christmas Eve"),
        (date(2026, 12, 25), "Christmas"),
        (date(2026, 12, 31), "the offices are closed on New Year's Eve"),
        (date(2026, 11, 28), "a Saturday"),
    ],
)
def test_no_work_is_promised_for_holidays(day: date, why: str) -> None:
    assert not is_workday(day), why


def test_days_that_are_holidays_elsewhere_are_working_days_here() -> None:
    assert is_workday(date(2027, 1, 6))  # Heilige Drei Könige
    assert is_workday(date(2027, 2, 8))  # Rosenmontag
    assert is_workday(date(2027, 11, 17))  # Buß- und Bettag


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2027, 3, 25), 1, date(2027, 3, 30)),  # Maundy Thursday to Tuesday after Easter
        (date(2027, 5, 26), 1, date(2027, 5, 28)),  # over Fronleichnam
        (date(2026, 12, 23), 1, date(2026, 12, 28)),
        (date(2026, 12, 23), 10, date(2027, 1, 12)),  # two weeks begun before Christmas
        (date(2026, 11, 23), 10, date(2026, 12, 7)),
        (date(2027, 3, 30), -1, date(2027, 3, 25)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # begun on a Saturday
    ],
)
def test_working_days_leave_holidays_out_in_both_directions(start: date, count: int, end: date) -> None:
    assert workdays_after(start, count) == end
    if is_workday(start):
        assert workdays_between(start, end) == count


def test_an_overdue_day_has_a_negative_number_of_working_days_left() -> None:
    assert workdays_between(date(2027, 3, 30), date(2027, 3, 25)) == -1


def test_nineteen_cases_say_nothing_and_twenty_do() -> None:
    assert forecast([5] * 19) is None

    said = forecast([*range(1, 21)], "start_up")

    assert said is not None
    assert (said.median, said.nine_of_ten, said.cases, said.kind) == (11, 18, 20, "start_up")

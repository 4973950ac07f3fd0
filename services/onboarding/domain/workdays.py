"""Which days count: Monday to Friday in North Rhine-Westphalia, without holidays, 24 and 31 December."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays.countries.germany import Germany

#: Days are those of the people who are told them; reminders come in the morning.
HERE, MORNING = ZoneInfo("Europe/Berlin"), time(8)
#: On these the city's offices are closed by their collective agreement (TVöD, section 6), though they are no holidays.
CLOSED = {(12, 24), (12, 31)}
_SATURDAY = 5


def is_workday(day: date) -> bool:
    return day.weekday() < _SATURDAY and (day.month, day.day) not in CLOSED and day not in _holidays(day.year)


def workdays_after(day: date, count: int) -> date:
    """Return the last of `count` working days after `day`, which itself does not count; before it if negative."""
    step, left = timedelta(days=1 if count > 0 else -1), abs(count)
    while left:
        day += step
        left -= is_workday(day)
    return day


def workdays_between(first: date, last: date) -> int:
    """Return how many working days come after `first` until `last`, which counts; negative if `last` is earlier."""
    if last < first:
        return -workdays_between(last, first)
    return sum(is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def day_of(at: datetime) -> date:
    return at.astimezone(HERE).date()


def morning_of(day: date) -> datetime:
    return datetime.combine(day, MORNING, HERE)


def end_of(day: date) -> datetime:
    """Return the moment at which `day` is over."""
    return datetime.combine(day + timedelta(days=1), time(), HERE)


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(Germany(subdiv="NW", years=year))

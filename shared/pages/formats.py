"""How dates, times and numbers are written for people in Bielefeld."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal

HERE = ZoneInfo("Europe/Berlin")

_LOCALES = {"de": "de_DE", "en": "en_GB"}
_NEAR = {
    -1: {"de": "gestern", "en": "yesterday"},
    0: {"de": "heute", "en": "today"},
    1: {"de": "morgen", "en": "tomorrow"},
}
_MIB = 1024 * 1024


def moment(value: datetime | date | str, language: str) -> str:
    """Write "12. Mai 2027, 09:14 Uhr" or "12 May 2027, 09:14", in local time."""
    pattern = "d. MMMM y, HH:mm 'Uhr'" if language == "de" else "d MMMM y, HH:mm"
    return format_datetime(_local(value), pattern, locale=_LOCALES[language])


def clock(value: datetime | date | str, _: str) -> str:
    """Write "14:32", in local time."""
    return f"{_local(value):%H:%M}"


def day(value: datetime | date | str, language: str) -> str:
    """Write "12. Mai 2027" or "12 May 2027"."""
    pattern = "d. MMMM y" if language == "de" else "d MMMM y"
    return format_date(_local(value).date(), pattern, locale=_LOCALES[language])


def days_until(value: datetime | date | str, now: datetime) -> int:
    """Return how many midnights lie between now and then; negative when it is past."""
    return (_local(value).date() - now.astimezone(HERE).date()).days


def relative(value: datetime | date | str, now: datetime, language: str) -> str:
    """Write "heute", "in 3 Tagen", "2 days ago"."""
    days = days_until(value, now)
    if days in _NEAR:
        return _NEAR[days][language]
    delta = _local(value).date() - now.astimezone(HERE).date()
    return format_timedelta(delta, granularity="day", threshold=30, add_direction=True, locale=_LOCALES[language])


def number(value: float, language: str) -> str:
    """Write 99.5 as "99,5" in German and "99.5" in English."""
    return format_decimal(value, locale=_LOCALES[language])


def size(value: int, language: str) -> str:
    """Write 214_000 as "209 KiB", and what is larger in MiB with one digit after the comma."""
    if value < _MIB:
        return f"{max(1, round(value / 1024))} KiB"
    return f"{number(round(value / _MIB, 1), language)} MiB"


def machine(value: datetime | date | str) -> str:
    """Return what the `datetime` attribute of a `<time>` takes."""
    return value if isinstance(value, str) else value.isoformat()


def _local(value: datetime | date | str) -> datetime:
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == len("2027-05-12") else datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        # A bare date is meant where people live; UTC would move a deadline to the day before.
        return datetime(value.year, value.month, value.day, tzinfo=HERE)
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(HERE)


def now() -> datetime:
    return datetime.now(UTC)

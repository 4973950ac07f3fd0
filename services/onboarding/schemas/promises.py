"""How dates of an application come in and are shown, and what its calendar says."""

from __future__ import annotations

from datetime import date
from typing import Any

from icalendar import Calendar, Event
from marshmallow import post_load

from services.onboarding import commands
from services.onboarding.domain import Application, Promise
from services.onboarding.schemas.assessments import LONG
from shared.kernel import Text
from shared.schemas import HouseSchema, words

#: What a day in the calendar is called. Applicants' own words do not stand there: calendars are shared.
_DAYS = {
    "reply": Text("Antwort auf Rückfragen fällig", "Reply to questions due"),
    "expiry": Text("läuft ab, wenn nichts geschieht", "expires if nothing happens"),
    "step": Text("nächster Schritt der Stadt zugesagt", "next step of the city promised"),
    "decision": Text("Entscheidung zugesagt", "decision promised"),
    "cure": Text("Nachbesserung fällig", "improvement due"),
    "reconsideration": Text("letzter Tag für eine neue Prüfung", "last day to ask for a reconsideration"),
}


class ExtendSchema(HouseSchema):
    @post_load
    def to_command(self, _: dict[str, Any], **__: Any) -> commands.ExtendDraft:
        return commands.ExtendDraft()


class ReconsiderSchema(HouseSchema):
    reason = words(required=True, high=LONG)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.Reconsider:
        return commands.Reconsider(**data)


def dates_view(application: Application) -> dict[str, Any]:
    """Show the days that matter beside `next`."""
    return {
        "expires_on": _day(application.expires_on),
        "decision_by": _day(application.decision_by),
        "reconsider_until": _day(application.may_be_reconsidered_until),
    }


def calendar_of(application: Application, language: str, page: str) -> bytes:
    """Return the days of an application as iCalendar, each with a UID that stays and a SEQUENCE that grows."""
    calendar = Calendar()
    calendar.add("prodid", "-//Bielefeld//Innovationshub//DE")
    calendar.add("version", "2.0")
    calendar.add("x-wr-timezone", "Europe/Berlin")
    calendar.add("x-wr-calname", f"Innovationshub {application.number}")
    for name, day in _calendar_days(application).items():
        calendar.add_component(_entry(application, name, day, language, page))
    return bytes(calendar.to_ical())


def _entry(application: Application, name: str, day: date, language: str, page: str) -> Event:
    entry = Event()
    entry.add("uid", f"{name}-{application.id}@innovationshub")
    entry.add("sequence", application.version)
    entry.add("dtstamp", application.changed_at)
    entry.add("dtstart", day)  # a date, not a moment: it lasts all day, wherever the calendar is
    entry.add("summary", f"{application.number}: {_DAYS[name].in_(language)}")
    entry.add("url", page)
    entry.add("transp", "TRANSPARENT")
    return entry


def _calendar_days(application: Application) -> dict[str, date]:
    next_ = application.next()
    found: dict[str, date | None] = {
        "expiry": application.expires_on,
        "decision": application.decision_by,
        "reconsideration": application.may_be_reconsidered_until,
    }
    if next_ and application.promise != Promise.DRAFT:
        name = "step" if next_[0] != "applicant" else "reply" if application.promise else "cure"
        found[name] = next_[1]
    return {name: day for name, day in found.items() if day}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

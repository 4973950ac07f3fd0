"""Values that rules may use beside the answers: a closed list, each worked out from answers alone.

A derived value is absent while an answer it needs is missing. None of them looks at the calendar: the
same answers give the same findings on every day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

from services.onboarding.model.formats import is_date
from shared.kernel import Text

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Derived:
    """One value: its JSON type, the answers it comes from, what it means, and how it is worked out."""

    type: str
    sources: tuple[str, str]
    label: Text
    unit: Text
    text: Text
    work_out: Callable[[Any, Any], float | None]


def derive(answers: Answers) -> dict[str, float]:
    """Return every derived value that `answers` allow, by name."""
    known: dict[str, float] = {}
    for name, derived in DERIVED.items():
        value = derived.work_out(*(_at(answers, pointer) for pointer in derived.sources))
        if value is not None:
            known[name] = value
    return known


def _at(answers: Answers, pointer: str) -> object:
    _, section, question = pointer.split("/")
    part = answers.get(section)
    return part.get(question) if isinstance(part, Mapping) else None


def _whole_months(start: object, end: object) -> float | None:
    if not (isinstance(start, str) and isinstance(end, str) and is_date(start) and is_date(end)):
        return None
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    # The last day of a month completes it: 31 August to 28 February are six months.
    completes = last.day == monthrange(last.year, last.month)[1]
    return months if last.day >= first.day or completes else months - 1


def _months_begun(start: object, end: object) -> float | None:
    # What is three years and a day old is older than three years: a month counts from its first day.
    months = _whole_months(start, end)
    if months is None:
        return None
    first, last = date.fromisoformat(str(start)), date.fromisoformat(str(end))
    lands = first.year * 12 + first.month + months == last.year * 12 + last.month
    to_the_day = lands and last.day == min(first.day, monthrange(last.year, last.month)[1])
    return months if to_the_day else months + 1


def _percent(part: object, whole: object) -> float | None:
    if not (_is_number(part) and _is_number(whole)) or whole <= 0:
        return None
    return round(100 * part / whole, 1)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


DERIVED: dict[str, Derived] = {
    "months_after_funding": Derived(
        "integer",
        ("/business/funding_end", "/operation/until"),
        Text("Betrieb nach dem Ende der Förderung", "operation after the end of the funding"),
        Text("Monate", "months"),
        Text(
            de="Volle Monate vom Ende der Förderung bis zum Ende des zugesagten Betriebs; kann negativ sein.",
            en="Whole months from the end of the funding to the end of promised operation; may be negative.",
        ),
        _whole_months,
    ),
    "cost_coverage_percent": Derived(
        "number",
        ("/business/income_per_year", "/business/cost_per_year"),
        Text("Deckung der Kosten", "coverage of the costs"),
        Text("%", "%"),
        Text(
            de="Wie viel Prozent der Kosten im Jahr das gesicherte Geld deckt; fehlt ohne Kosten.",
            en="How many percent of the yearly costs the secured money covers; absent without costs.",
        ),
        _percent,
    ),
    "evidence_age_months": Derived(
        "integer",
        ("/security/evidence_date", "/operation/from"),
        Text("Alter des Nachweises beim Start des Betriebs", "age of the proof when operation begins"),
        Text("Monate", "months"),
        Text(
            de="Angefangene Monate vom Datum des Nachweises bis zum Start des Betriebs; negativ, wenn er danach kommt.",
            en="Months begun from the date of the proof to the start of operation; negative if it comes later.",
        ),
        _months_begun,
    ),
    "months_of_operation": Derived(
        "integer",
        ("/operation/from", "/operation/until"),
        Text("Dauer des zugesagten Betriebs", "length of promised operation"),
        Text("Monate", "months"),
        Text(
            de="Volle Monate vom Start des Betriebs bis zu seinem zugesagten Ende; kann negativ sein.",
            en="Whole months from the start of operation to its promised end; may be negative.",
        ),
        _whole_months,
    ),
}

"""What the API answers about dates."""

from __future__ import annotations

from services.onboarding.repository import KINDS
from services.publish.shapes import COUNT, DAY, TEXT, Schema, or_null, shape


def of_promises() -> dict[str, Schema]:
    dates = {
        "expires_on": or_null(DAY) | {"description": "The day after which it ends by itself."},
        "decision_by": or_null(DAY) | {"description": "By when a decision is promised; null while the city waits."},
        "reconsider_until": or_null(DAY) | {"description": "The last day to ask that others look at a decline again."},
    }
    figures = {
        "median_days": or_null(COUNT) | {"description": "Working days to a decision; null for fewer than 20 cases."},
        "nine_of_ten_days": or_null(COUNT), "cases": or_null(COUNT), "received": COUNT, "decided": COUNT,
        "overdue": COUNT, "kind": or_null({"enum": sorted(KINDS)}) | {"description": "null where it is of all kinds."},
    }  # fmt: skip
    return {
        "Dates": shape("The days that matter beside `next`.", dates),
        "Figures": shape("How long it takes, and what happened in the last seven days.", figures),
        "Calendar": TEXT | {"description": "iCalendar, a day per entry."},
    }

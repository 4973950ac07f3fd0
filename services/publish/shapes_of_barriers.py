"""What the API answers about reported barriers."""

from __future__ import annotations

from services.onboarding.domain import SCHEMES
from services.publish.shapes import ID, MOMENT, TEXT, VERSION, Schema, links, or_null, page_of, shape


def of_barriers() -> dict[str, Schema]:
    said = dict.fromkeys(("text", "page", "width", "device", "reply_to", "note"), TEXT)
    state = {"language": {"enum": ["", "de", "en"]}, "scheme": {"enum": ["", *SCHEMES]}}
    reported = {"id": ID, "reported_at": MOMENT}
    closed = {"closed_by": or_null(TEXT), "closed_at": or_null(MOMENT), "version": VERSION}
    whole = reported | said | state | closed | {"links": links("self", "page")}
    return {
        "ReportedBarrier": shape("A report that has arrived.", reported),
        "Barrier": shape("A report of what somebody could not use.", whole),
        "Barriers": page_of("Barrier"),
    }

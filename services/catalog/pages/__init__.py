"""What people see of the catalog: use cases, found by links that are the filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from shared.pages import Pages

PAGES = Pages("services.catalog.pages")

#: What the catalog can be narrowed by, in the order of the page.
FACETS = ("theme", "stage", "provider", "strategy")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet; following `href` chooses it instead of another, or lets it go."""

    value: str
    count: int
    chosen: bool
    href: str


def facets(
    counted: Mapping[str, Sequence[Mapping[str, object]]], chosen: Mapping[str, str], q: str = ""
) -> dict[str, list[Choice]]:
    """Turn the counts of the API into links. What is chosen stays a link, also when it counts nothing."""
    made = {}
    for facet in FACETS:
        counts = {str(entry["value"]): int(str(entry["count"])) for entry in counted.get(facet, ())}
        current = chosen.get(facet) or None
        values = [*counts, *([current] if current and current not in counts else [])]
        made[facet] = [
            Choice(value, counts.get(value, 0), value == current, _toggled(facet, value, chosen, q)) for value in values
        ]
    return made


def _toggled(facet: str, value: str, chosen: Mapping[str, str], q: str) -> str:
    after = {**chosen, facet: "" if chosen.get(facet) == value else value}
    pairs = [("q", q), *((name, after.get(name, "")) for name in FACETS)]
    query = urlencode([(name, wanted) for name, wanted in pairs if wanted])
    return f"/catalog?{query}" if query else "/catalog"

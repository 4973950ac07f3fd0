"""Keyset pages: a bookmark names the place after which the next page starts, whatever is added meanwhile."""

from __future__ import annotations

import csv
from typing import Any

from sqlakeyset import InvalidPage, Marker, select_page, unserialize_bookmark
from sqlakeyset.columns import parse_ob_clause
from sqlalchemy.orm import Session

from shared.kernel import Text
from shared.web.asking import Ask, bad_query

LIMIT, MAX_LIMIT = 20, 100


def page_of(session: Session, query: Any, ask: Ask) -> tuple[list[Any], dict[str, str]]:
    """Return the rows of the page `ask` wants (`limit`, `after`) and the headers that lead to the next.

    `query` must be ordered down to a unique column. Raises 422 for a limit or a bookmark that is none.
    """
    limit, after = ask.number("limit", LIMIT, 1, MAX_LIMIT), ask.request.args.get("after")
    try:
        marker = _read(after, query) if after else None
        page = select_page(session, query, per_page=limit, page=marker)
    except (ValueError, OverflowError, csv.Error) as error:
        raise bad_query("after", Text(de="der Verweis aus „Link“", en="the reference in “Link”")) from error
    rows = [row[0] if len(row) == 1 else row for row in page]
    if not page.paging.has_next:
        return rows, {}
    wanted = ask.request.args.to_dict() | {"after": page.paging.bookmark_next}
    return rows, {"Link": f'<{ask.path_with(wanted)}>; rel="next"'}


def next_link(headers: dict[str, str]) -> str | None:
    """Return the path of the next page out of the Link header of a list."""
    link = headers.get("Link")
    return link[1 : link.index(">")] if link else None


def _read(after: str, query: Any) -> Marker:
    """Read a bookmark; ValueError unless it is one of ours: forward, with a value of its kind for each column."""
    marker = unserialize_bookmark(after)
    kinds = [column.comparable_value.type.python_type for column in parse_ob_clause(query)]
    if marker.backwards or [type(value) for value in marker.place or ()] != kinds:
        raise InvalidPage(after)
    return marker

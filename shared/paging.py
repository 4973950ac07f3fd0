"""Keyset pages: a bookmark names the place after which the next page starts, whatever is added meanwhile."""

from __future__ import annotations

from typing import Any

from sqlakeyset import InvalidPage, select_page, unserialize_bookmark
from sqlalchemy.exc import DBAPIError, StatementError
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
        marker = unserialize_bookmark(after) if after else None
        page = select_page(session, query, per_page=limit, page=marker)
    except (InvalidPage, ValueError, TypeError, KeyError, IndexError, StatementError) as error:
        if isinstance(error, DBAPIError):
            raise
        raise bad_query("after", Text(de="der Verweis aus „Link“", en="the reference in “Link”")) from error
    rows = [row[0] if len(row) == 1 else row for row in page]
    if not page.paging.has_next:
        return rows, {}
    wanted = ask.request.args.to_dict() | {"after": page.paging.bookmark_next}
    return rows, {"Link": f'<{ask.path_with(wanted)}>; rel="next"'}

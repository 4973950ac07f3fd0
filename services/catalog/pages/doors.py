"""The doors of the catalog for people."""

from __future__ import annotations

from werkzeug.wrappers import Response

from services.catalog import schemas
from services.catalog.pages import FACETS, PAGES, facets
from services.catalog.repository import UseCases
from shared.paging import next_link, page_of
from shared.web import Ask, http
from shared.web.desk import Desk, hang_desk
from shared.web.showing import show
from shared.wire import House


@hang_desk("catalog")
class PageDoors(Desk):
    """What visitors see."""

    house: House

    @http("GET", "/catalog")
    def show_catalog(self, ask: Ask) -> Response:
        wanted = schemas.wanted(ask)
        chosen = {name: value for name in FACETS if (value := getattr(wanted, name))}
        with self.house.database.reading() as session:
            use_cases = UseCases(session)
            found, headers = page_of(session, use_cases.found(wanted), ask)
            items = [schemas.use_case_view(use_case) for use_case in found]
            counted, total = use_cases.counts(wanted), use_cases.how_many(wanted)
        return show(
            PAGES,
            ask,
            "catalog/catalog.html",
            items=items,
            facets=facets(counted, chosen, wanted.q),
            q=wanted.q,
            total=total,
            next_link=next_link(headers),
            first="/catalog" if "after" in ask.request.args else None,
        )

    @http("GET", "/catalog/<slug>")
    def show_use_case(self, ask: Ask, slug: str) -> Response:
        with self.house.database.reading() as session:
            view = schemas.use_case_view(UseCases(session).get(slug))
        return show(PAGES, ask, "catalog/use_case.html", use_case=view)

"""The doors of the catalog: the API; the pages hang beside it in `pages/doors.py`."""

from __future__ import annotations

from services.catalog import handlers, schemas, tables
from services.catalog.pages.doors import PageDoors
from services.catalog.repository import UseCases
from shared.paging import page_of
from shared.web import Answer, Ask, Doc, http
from shared.wire import House


class Service(PageDoors):
    name = "catalog"

    house = House(tables.metadata, handlers.REACTIONS, again=handlers.AGAIN, look_up=handlers.look_up)

    @http(
        "GET",
        "/api/v1/use-cases",
        doc=Doc(
            says="Find use cases by words and facets",
            answers="UseCases",
            query=schemas.PARAMETERS,
            refuses=(422,),
        ),
    )
    def find(self, ask: Ask) -> Answer:
        wanted = schemas.wanted(ask)
        with self.house.database.reading() as session:
            use_cases = UseCases(session)
            found, headers = page_of(session, use_cases.found(wanted), ask)
            items = [schemas.use_case_view(one) for one in found]
            return Answer(body={"items": items, "facets": use_cases.counts(wanted)}, headers=headers)

    @http(
        "GET",
        "/api/v1/use-cases/<slug>",
        doc=Doc(says="Read one use case", answers="UseCase", refuses=(404,)),
    )
    def read(self, ask: Ask, slug: str) -> Answer:
        with self.house.database.reading() as session:
            use_case = UseCases(session).get(slug)
            return Answer(body=schemas.use_case_view(use_case), etag=str(use_case.version))

"""What the catalog asks its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from services.catalog.commands import FindUseCases
from services.catalog.domain import LISTING, UseCase, searchable
from services.catalog.tables import use_cases
from shared.database import hold
from shared.kernel import NotFound, Text

FACETS = ("theme", "stage", "provider", "strategy")
Counts = dict[str, list[dict[str, str | int]]]


class UseCases:
    """The use cases of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, use_case: UseCase) -> None:
        self._session.add(use_case)
        self._fresh.add(use_case.slug)
        hold(self._session, use_case)

    def of_application(self, application_id: UUID) -> UseCase | None:
        """Return the entry of an application, also one that this session has just added."""
        self._session.flush()
        found = self._session.scalar(select(UseCase).where(use_cases.c.application_id == application_id))
        if found is not None:
            hold(self._session, found)
        return found

    def get(self, slug: str) -> UseCase:
        """Return the use case, or raise NotFound; one that is out of sight says so."""
        found = self._session.scalar(select(UseCase).where(use_cases.c.slug == slug))
        if found is not None and found.is_hidden:
            raise NotFound(
                Text(
                    de="Dieser Anwendungsfall steht zurzeit nicht im Katalog: Er erfüllt neue Regeln der Plattform "
                    "noch nicht. Sobald nachgebessert ist, erscheint er wieder.",
                    en="This use case is not in the catalog at the moment: it does not keep new rules of the platform "
                    "yet. As soon as it has been mended, it comes back.",
                ),
                code="listing_paused",
            )
        if found is None:
            raise NotFound(
                Text(de="Diesen Anwendungsfall gibt es nicht.", en="There is no such use case."),
                code="not_found",
            )
        return found

    def by_id(self, use_case_id: UUID) -> UseCase:
        """Return the use case, or raise NotFound."""
        found = self._session.get(UseCase, use_case_id)
        if found is None:
            raise NotFound(
                Text(de="Diesen Anwendungsfall gibt es nicht.", en="There is no such use case."), code="not_found"
            )
        hold(self._session, found)
        return found

    def all_told(self) -> list[UUID]:
        return list(self._session.scalars(select(use_cases.c.id).where(use_cases.c.sequence > 0)))

    def is_taken(self, slug: str) -> bool:
        """Whether another use case has this name, be it one that this session has added and not yet written."""
        if slug in self._fresh:
            return True
        if slug in self._looked_up:
            return self._looked_up[slug]
        return self._session.scalar(select(use_cases.c.id).where(use_cases.c.slug == slug)) is not None

    def look_up(self, names: Iterable[str]) -> None:
        """Ask about many names at once; who asks about one of them in this session asks no more."""
        wanted = set(names)
        taken = set(self._session.scalars(select(use_cases.c.slug).where(use_cases.c.slug.in_(wanted))))
        self._looked_up.update({slug: slug in taken for slug in wanted})

    @property
    def _looked_up(self) -> dict[str, bool]:
        known: dict[str, bool] = self._session.info.setdefault("slugs", {})
        return known

    @property
    def _fresh(self) -> set[str]:
        fresh: set[str] = self._session.info.setdefault("fresh_slugs", set())
        return fresh

    def found(self, wanted: FindUseCases) -> Select[UseCase]:
        """Return the query for what is `wanted`, the platform first, then newest first."""
        columns = use_cases.c
        query = select(UseCase).where(*_conditions(wanted, FACETS))
        return query.order_by(columns.pinned.desc(), columns.listed_at.desc(), columns.id.desc())

    def how_many(self, wanted: FindUseCases) -> int:
        query = select(func.count()).select_from(use_cases).where(*_conditions(wanted, FACETS))
        return self._session.scalar(query) or 0

    def counts(self, wanted: FindUseCases) -> Counts:
        """Count the values of each facet under the other filters: what a click would find."""
        columns = {
            "theme": use_cases.c.themes,
            "stage": use_cases.c.stage,
            "provider": use_cases.c.provider,
            "strategy": use_cases.c.strategies,
        }
        counts: Counts = {}
        for facet, column in columns.items():
            others = tuple(one for one in FACETS if one != facet)
            values = self._session.scalars(select(column).where(*_conditions(wanted, others)))
            several = facet in {"theme", "strategy"}
            counter = Counter(one for value in values for one in (value.split() if several else [value]))
            counts[facet] = [{"value": value, "count": count} for value, count in counter.most_common(50)]
        return counts


def _conditions(wanted: FindUseCases, facets: tuple[str, ...]) -> list[ColumnElement[bool]]:
    columns = use_cases.c
    conditions = [columns.search.contains(word, autoescape=True) for word in searchable(wanted.q).split()]
    conditions.append(~(" " + columns.paused_rights + " ").contains(f" {LISTING} "))
    if wanted.theme and "theme" in facets:
        conditions.append((" " + columns.themes + " ").contains(f" {wanted.theme} ", autoescape=True))
    if wanted.strategy and "strategy" in facets:
        conditions.append((" " + columns.strategies + " ").contains(f" {wanted.strategy} ", autoescape=True))
    if wanted.stage and "stage" in facets:
        conditions.append(columns.stage == wanted.stage)
    if wanted.provider and "provider" in facets:
        conditions.append(columns.provider == wanted.provider)
    return conditions

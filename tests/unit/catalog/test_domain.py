"""What a use case is called in addresses, and what it tells when it is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.catalog import tables
from services.catalog.domain import SLUG_LENGTH, UseCase, searchable, slugs
from services.catalog.handlers import on_application_approved
from services.catalog.tables import use_cases
from shared import migrate
from shared.contracts.catalog import UseCaseListed
from shared.contracts.onboarding import ApplicationApproved
from shared.database import Database

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
NUMBER = "BI-7K4QX2ZM"


def approved(title: str = "Parkraum-Lotse", number: str = NUMBER) -> ApplicationApproved:
    return ApplicationApproved(
        application_id=uuid4(), number=number, kind="start_up", provider="Parkpilot GmbH", title=title, summary="Kurz.",
        themes=("mobility", "climate"), stage="test", strategies=("insek",), public_service=False, conditions=0,
        approved_at=AT,
    )  # fmt: skip


def test_a_use_case_keeps_which_passage_of_which_strategy_it_serves() -> None:
    served = ({"strategy": "insek", "passage": "Leitziel 3"},)

    assert UseCase.list_approved(replace(approved(), alignment=served), "x").alignment == list(served)


def test_what_an_older_event_tells_is_listed_by_its_strategies_without_a_passage() -> None:
    assert UseCase.list_approved(approved(), "x").alignment == [{"strategy": "insek", "passage": None}]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Parkraum-Lotse", "parkraum-lotse"),
        ("Wärme für Bielefeld", "waerme-fuer-bielefeld"),
        ("STRASSENGRÜN & Öko", "strassengruen-oeko"),
        ("Große Straße", "grosse-strasse"),
        ("GROẞE STRAẞE", "grosse-strasse"),
        ("Café – naïve façade", "cafe-naive-facade"),
        ("A\u0308rger", "aerger"),
        ("  100 %  (Test)!  ", "100-test"),
        ("a/b?c#d%2e", "a-b-c-d-2e"),
        ("../../etc/passwd", "etc-passwd"),
        ("CO₂-Ampel №5", "co2-ampel-no5"),
        ("Fahrrad 🚲 Zähler", "fahrrad-zaehler"),
    ],
)
def test_a_title_becomes_a_name_that_can_be_typed(title: str, slug: str) -> None:
    assert slugs(title, NUMBER) == (slug, f"{slug}-bi-7k4qx2zm")


@pytest.mark.parametrize("title", ["🚲🅿️", "Пример", "例子", "---", " ", "؟"])
def test_a_title_without_a_letter_that_can_be_typed_is_called_by_its_number(title: str) -> None:
    assert slugs(title, NUMBER) == ("bi-7k4qx2zm", "bi-7k4qx2zm")


def test_a_long_title_is_cut_at_a_whole_place_and_still_fits_with_its_number() -> None:
    short, unique = slugs("Wort " * 100, NUMBER)

    assert len(short) <= SLUG_LENGTH
    assert not short.endswith("-")
    assert len(unique) <= tables.use_cases.c.slug.type.length


@given(st.text(max_size=300))
def test_whatever_the_title_its_name_is_safe_in_an_address(title: str) -> None:
    for slug in slugs(title, NUMBER):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert len(slug) <= tables.use_cases.c.slug.type.length


def test_a_listing_shows_what_was_approved_and_tells_its_address_once() -> None:
    event = approved()

    use_case = UseCase.list_approved(event, "parkraum-lotse")

    assert (use_case.title, use_case.provider, use_case.stage) == ("Parkraum-Lotse", "Parkpilot GmbH", "test")
    assert (use_case.themes, use_case.strategies, use_case.pinned) == ("mobility climate", "insek", False)
    assert use_case.collect_events() == [
        (1, UseCaseListed(
            use_case_id=use_case.id, application_id=event.application_id, slug="parkraum-lotse", listed_at=AT,
        )),
    ]  # fmt: skip


def test_a_search_finds_capitals_umlauts_and_providers() -> None:
    assert "strasse" in searchable("Große STRAẞE", "", "")
    assert searchable("WÄRME") == searchable("wärme") == searchable("Wa\u0308rme")
    assert "parkpilot" in UseCase.list_approved(approved(), "x").search


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/catalog.db"
    migrate.upgrade(url, "catalog")
    opened = Database(url, tables.metadata)
    yield opened
    opened.dispose()


@pytest.mark.parametrize("title", ["Parkraum-Lotse", "🚲"])
def test_a_name_that_is_taken_gets_its_number(database: Database, title: str) -> None:
    for number in ("BI-1", "BI-2"):
        with database.transaction() as session:
            on_application_approved(approved(title, number), session)

    with database.reading() as session:
        listed = set(session.scalars(select(use_cases.c.slug).where(use_cases.c.pinned.is_(False))))
    short, unique = slugs(title, "BI-1")[0], slugs(title, "BI-2")[1]
    assert listed == {short, unique}

"""`hub model preview`: who would change, for people, programs and spreadsheets; and nothing is touched."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from services.cli.preview import FORMULA, _safe
from services.onboarding import tables
from shared.database import Database
from tests.support import partners
from tests.support.command_line import OK, PROBLEMS, USAGE, hub
from tests.support.partners import BROKEN, FINE


@pytest.fixture
def draft(tmp_path: Path, house: dict[str, Database]) -> str:
    partners.approve(house["onboarding"], [FINE, BROKEN, FINE])
    path = tmp_path / "1.9.json"
    path.write_text(json.dumps(partners.stricter()), "utf-8")
    return str(path)


def test_it_says_who_would_change_by_which_rule_from_what_to_what(draft: str, house: dict[str, Database]) -> None:
    before = versions(house["onboarding"])

    said = hub("model", "preview", draft, "--workers", "1")

    assert said.exit_code == OK, said.output
    assert "BI-000001" in said.stdout
    assert "/operation/availability: kept -> violation" in said.stdout
    assert "1 of 3 applications would change: 1 approved" in said.stderr
    assert "BM-91: worse for 1, better for 0" in said.stderr
    assert versions(house["onboarding"]) == before


def test_json_is_one_object_and_csv_has_a_line_for_each_change(draft: str) -> None:
    whole = json.loads(hub("model", "preview", draft, "--json", "--workers", "1").stdout)
    lines = list(csv.DictReader(io.StringIO(hub("model", "preview", draft, "--csv", "--workers", "1").stdout)))

    assert whole["totals"]["changed"] == len(whole["impacts"]) == 1
    assert [(line["number"], line["rule"], line["to"]) for line in lines] == [
        ("BI-000001", "BM-90", "violation"), ("BI-000001", "BM-91", "violation")
    ]  # fmt: skip


@pytest.mark.parametrize("first", FORMULA)
def test_a_spreadsheet_calculates_nothing(first: str) -> None:
    assert _safe(f"{first}1+1") == f"'{first}1+1"


def test_a_file_that_is_not_there_and_one_that_is_no_model_are_refused(draft: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}", "utf-8")

    assert hub("model", "preview", str(tmp_path / "no.json")).exit_code == USAGE
    assert hub("model", "preview", str(broken)).exit_code == PROBLEMS


def versions(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(tables.applications.c.version)))

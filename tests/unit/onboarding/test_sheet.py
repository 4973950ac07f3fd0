"""A table from a spreadsheet: what is understood, and what is named with its row and column."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from services.onboarding.commands import CohortRow
from services.onboarding.pages import sheet
from services.onboarding.pages.sheet import Fault
from tests.support import pages

HEAD = "contact.email;contact.name;organisation.name;operation.availability;business.funding_end;use_case.theme"
ROW = "mina@parkpilot.example;Mina Yıldız;Parkpilot GmbH;99,5;31.12.2027;mobility|climate"


def read(text: str | bytes, charset: str = "") -> tuple[list[CohortRow], list[Fault]]:
    return sheet.rows_of(pages.MODEL, text.encode() if isinstance(text, str) else text, charset)


def faults(text: str | bytes) -> list[tuple[int, str, str]]:
    _, found = read(text)
    assert all(one.text.de != one.text.en for one in found)
    return [(one.row, one.column, one.code) for one in found]


def table(*rows: dict[str, str], delimiter: str = ";") -> str:
    """Write what a spreadsheet writes."""
    written = io.StringIO()
    writer = csv.DictWriter(written, list(dict.fromkeys(name for row in rows for name in row)), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def cells(answers: dict[str, Any]) -> dict[str, str]:
    """An application as a person would type it, with German numbers."""
    typed = {"contact.email": "a@b.example", "contact.name": "Änne Groß"}
    for section, given in answers.items():
        for key, value in given.items():
            text = {True: "ja", False: "nein"}.get(value) if isinstance(value, bool) else None
            text = text or ("|".join(value) if isinstance(value, list) else str(value))
            typed[f"{section}.{key}"] = text.replace(".", ",") if isinstance(value, float) else text
    return typed


@pytest.mark.parametrize(
    "how",
    [
        lambda text: text.encode(),
        lambda text: ("\ufeff" + text).encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.encode("utf-16"),
        lambda text: ("sep=;\n" + text).encode(),
        lambda text: text.replace(";", "\t").encode(),
        lambda text: (text + "\n;;;;;\n\n").encode(),
        lambda text: text.replace("organisation.name", "/organisation/name").encode(),
        lambda text: text.replace("organisation.name", "Organisation.Name").encode(),
        lambda text: text.replace("mobility|climate", "Mobilität, Klimaschutz").encode(),
        lambda text: text.replace("Parkpilot GmbH", '"Parkpilot GmbH"').encode(),
    ],
)
def test_what_german_spreadsheets_write_is_understood(how: Any) -> None:
    rows, found = read(how(f"{HEAD}\n{ROW}\n"))

    assert found == []
    assert [(one.row, one.contact.email, one.contact.name) for one in rows] == [
        (2, "mina@parkpilot.example", "Mina Yıldız")
    ]
    assert rows[0].answers == {
        "organisation": {"name": "Parkpilot GmbH"},
        "operation": {"availability": 99.5},
        "business": {"funding_end": "2027-12-31"},
        "use_case": {"theme": ["mobility", "climate"]},
    }


def test_a_comma_between_cells_means_a_point_in_numbers() -> None:
    rows, found = read('contact.email,contact.name,business.cost_per_year\na@b.example,Mina,"1,500.5"\n')

    assert found == []
    assert rows[0].answers["business"]["cost_per_year"] == 1500.5


@pytest.mark.parametrize("example", pages.EXAMPLES)
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_every_example_of_the_model_comes_through_a_table_unchanged(example: str, delimiter: str) -> None:
    answers = pages.EXAMPLES[example]

    rows, found = read(table(cells(answers), delimiter=delimiter))

    assert found == []
    [row] = rows
    assert {name: {k: sorted(v) if isinstance(v, list) else v for k, v in part.items()}
            for name, part in row.answers.items()} == {
        name: {k: sorted(v) if isinstance(v, list) else v for k, v in part.items()} for name, part in answers.items()
    }  # fmt: skip


def test_the_empty_table_names_every_column_and_needs_rows() -> None:
    written = sheet.template(pages.MODEL)

    assert faults(written) == [(2, "", "empty")]
    head = written.decode("utf-8-sig").strip().split(";")
    assert {"contact.email", "organisation.name", "voucher.text"} <= set(head)


def test_an_umlaut_of_windows_is_told_with_the_way_out() -> None:
    rows, [fault] = read(f"{HEAD}\n{ROW.replace('Yıldız', 'Müller')}\n".encode("cp1252"))

    assert (rows, fault.code, fault.row) == ([], "encoding", 2)
    assert "CSV UTF-8" in fault.text.de
    assert "CSV UTF-8" in fault.text.en
    assert read(f"{HEAD}\n{ROW.replace('Yıldız', 'Müller')}\n".encode("cp1252"), "windows-1252")[1] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "", "no_columns")]),
        (";;;\n", [(1, "", "no_columns")]),
        (HEAD, [(2, "", "empty")]),
        (f'{HEAD}\n{ROW}\n"x;y', [(3, "", "quotes")]),
        (f"{HEAD};organisation.name\n{ROW};X", [(1, "organisation.name", "duplicate_column")]),
        (f"{HEAD};Organisation.Name\n{ROW};X", [(1, "organisation.name", "duplicate_column")]),
        (f"{HEAD};organisation.nmae\n{ROW};X", [(1, "organisation.nmae", "unknown_column")]),
        ("organisation.name\nX", [(1, "contact.email", "missing_column"), (1, "contact.name", "missing_column")]),
        (f"{HEAD}\n{ROW};zu;viel", [(2, "", "too_many_cells")]),
        (f"{HEAD}\n{ROW}\n{ROW.replace('mina@parkpilot.example', 'mina')}", [(3, "contact.email", "email")]),
        (f"{HEAD}\n{ROW.replace('Mina Yıldız', '')}", [(2, "contact.name", "required")]),
        (f"{HEAD}\n{ROW.replace('99,5', 'viel')}", [(2, "operation.availability", "wrong_type")]),
        (f"{HEAD}\n{ROW.replace('31.12.2027', '31.13.2027')}", [(2, "business.funding_end", "bad_format")]),
        (f"{HEAD}\n{ROW.replace('climate', 'love')}", [(2, "use_case.theme", "unknown_choice")]),
        (f"{HEAD}\n{ROW}\n" + f"{ROW}\n" * sheet.MOST_ROWS, [(sheet.MOST_ROWS + 2, "", "too_many_rows")]),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert faults(text) == expected


def test_an_unknown_column_is_told_with_what_was_meant() -> None:
    _, [fault] = read(f"{HEAD};organisation.nmae\n{ROW};X")

    assert "„organisation.name“" in fault.text.de


def test_all_faults_of_a_table_are_told_at_once() -> None:
    bad = ROW.replace("99,5", "viel").replace("mina@parkpilot.example", "mina")

    assert len(faults(f"{HEAD}\n{bad}\n{bad}")) == 4

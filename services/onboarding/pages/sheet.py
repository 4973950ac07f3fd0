"""A table that people filled in elsewhere, read as applications: what spreadsheets do to CSV is understood or named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from marshmallow import ValidationError

from services.onboarding.commands import CohortRow, Contact
from services.onboarding.model import Model
from services.onboarding.pages.questions import Question, questions
from services.onboarding.pages.reading import Unreadable, read, tidy
from services.onboarding.schemas import ContactSchema
from shared.kernel import Text
from shared.schemas import problems_of

MOST_ROWS = 200
WORDS, LONGEST_WORDS = "voucher.text", 4000
CONTACT = ("contact.email", "contact.name", "contact.language")
NEEDED = CONTACT[:2]
#: Who separates by a semicolon or a tab has a German spreadsheet, and writes numbers the German way.
SEPARATORS = {";": "de", "\t": "de", ",": "en"}
CHARSETS = {"windows-1252": "cp1252", "cp1252": "cp1252", "iso-8859-1": "cp1252", "utf-16": "utf-16"}

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SEVERAL = re.compile(r"[|,;\n]")
_CONTACT = ContactSchema()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong in one cell; `column` is "" where it is the whole row."""

    row: int
    column: str
    code: str
    text: Text


class _Unusable(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def columns(model: Model) -> list[str]:
    """Return the names of all columns a table may have."""
    return [*CONTACT, WORDS, *map(_column, questions(model.schema))]


def described(model: Model, language: str) -> list[dict[str, str]]:
    """Return for every column of an answer what it is called and what can be chosen: [{"name", "label", "choices"}]."""
    return [
        {
            "name": _column(question),
            "label": question.label(language),
            "choices": ", ".join(question.choices(language)),
        }
        for question in questions(model.schema)
    ]


def template(model: Model) -> bytes:
    """Return an empty table that German spreadsheets open as it is meant."""
    return ("\ufeff" + ";".join(columns(model)) + "\r\n").encode()


def rows_of(model: Model, body: bytes, charset: str = "") -> tuple[list[CohortRow], list[Fault]]:
    """Return the rows of a table and all that is wrong with it; with a fault no row counts."""
    try:
        language, table = _table(_decoded(body, charset))
        names = _names(model, table[0])
    except _Unusable as unusable:
        return [], [unusable.fault]
    if faults := list(_faults_of_head(model, names)):
        return [], faults
    known = {_column(question): question for question in questions(model.schema)}
    found: list[CohortRow] = []
    lines = [(row, cells) for row, cells in enumerate(table[1:], start=2) if any(map(str.strip, cells))]
    for row, cells in lines[:MOST_ROWS]:
        line = _Line(model, known, row, language)
        made = line.read(names, cells)
        faults += line.faults
        found += [made] if made else []
    if not lines:
        faults.append(_fault(2, "", "empty", "Die Tabelle hat keine Zeile.", "The table has no row."))
    if len(lines) > MOST_ROWS:
        de, en = f"Höchstens {MOST_ROWS} Zeilen auf einmal.", f"{MOST_ROWS} rows at most at a time."
        faults.append(_fault(lines[MOST_ROWS][0], "", "too_many_rows", de, en))
    return found, faults


class _Line:
    """One row on its way to a draft; `faults` collects what is wrong with it."""

    def __init__(self, model: Model, known: dict[str, Question], row: int, language: str) -> None:
        self.model, self.known, self.row, self.language = model, known, row, language
        self.faults: list[Fault] = []

    def read(self, names: Sequence[str], cells: Sequence[str]) -> CohortRow | None:
        if any(map(str.strip, cells[len(names) :])):
            de, en = "Die Zeile hat mehr Zellen als die erste.", "This row has more cells than the first."
            self.faults.append(_fault(self.row, "", "too_many_cells", de, en))
        given = {name: tidy(cell) for name, cell in zip(names, cells, strict=False) if name and tidy(cell)}
        contact, answers = self._contact(given), self._answers(given)
        words = given.get(WORDS, "")
        if len(words) > LONGEST_WORDS:
            de, en = f"Höchstens {LONGEST_WORDS} Zeichen.", f"{LONGEST_WORDS} characters at most."
            self.faults.append(_fault(self.row, WORDS, "too_long", de, en))
        if self.faults or contact is None:
            return None
        return CohortRow(row=self.row, contact=contact, answers=answers, words=words)

    def _contact(self, given: dict[str, str]) -> Contact | None:
        named = {name.removeprefix("contact."): given[name] for name in CONTACT if name in given}
        try:
            return Contact(**_CONTACT.load(named))
        except ValidationError as error:
            self.faults += [
                Fault(row=self.row, column="contact." + one.pointer.split("/")[1], code=one.code, text=one.text)
                for one in problems_of(error)
            ]
            return None

    def _answers(self, given: dict[str, str]) -> dict[str, Any]:
        answers: dict[str, dict[str, Any]] = {}
        for name, typed in given.items():
            if question := self.known.get(name):
                try:
                    answers.setdefault(question.section, {})[question.key] = _answer(question, typed, self.language)
                except Unreadable as no:
                    self.faults.append(Fault(row=self.row, column=name, code=no.code, text=no.text))
        for problem in self.model.problems(answers):
            column = ".".join(problem.pointer.split("/")[1:3])
            self.faults.append(Fault(row=self.row, column=column, code=problem.code, text=problem.text))
        return answers


def _answer(question: Question, typed: str, language: str) -> Any:
    """Read a cell: choices by their value or by what they are called, several divided by bars, commas or semicolons."""
    values = [tidy(one) for one in _SEVERAL.split(typed)] if question.type == "array" else [typed]
    called = {
        label.casefold(): value for language in ("de", "en") for value, label in question.choices(language).items()
    }
    return read(question, [called.get(value.casefold(), value) for value in values if value], language)


def _decoded(body: bytes, charset: str) -> str:
    encoding = "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else CHARSETS.get(charset.lower(), "utf-8")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        row = body[: error.start].count(b"\n") + 1
        de = (
            "Die Datei ist nicht in UTF-8 gespeichert; Umlaute wären falsch. "
            "Speichern Sie sie in Excel als „CSV UTF-8 (durch Trennzeichen getrennt)“."
        )
        en = "The file is not stored as UTF-8; umlauts would be wrong. Save it in Excel as “CSV UTF-8”."
        raise _Unusable(_fault(row, "", "encoding", de, en)) from error
    if "\x00" in text:
        de, en = "Die Datei ist keine Tabelle aus Text (CSV).", "The file is no table of text (CSV)."
        raise _Unusable(_fault(1, "", "encoding", de, en))
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _table(text: str) -> tuple[str, list[list[str]]]:
    """Return the language of the numbers, and all records of the table."""
    first, _, rest = text.partition("\n")
    if declared := re.fullmatch(r"sep=(.)", first.strip("\n ")):
        first, text = declared.group(1), rest
    bare = _QUOTED.sub("", first)
    separator = max(SEPARATORS, key=bare.count)
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            records.append(record)  # noqa: PERF402  what was read until the fault says where it is
    except csv.Error as error:
        de, en = "Ein Anführungszeichen ist nicht geschlossen.", "A quotation mark is not closed."
        raise _Unusable(_fault(len(records) + 1, "", "quotes", de, en)) from error
    if not records or not any(map(str.strip, records[0])):
        de, en = "Die erste Zeile nennt die Spalten. Sie fehlt.", "The first row names the columns. It is missing."
        raise _Unusable(_fault(1, "", "no_columns", de, en))
    return SEPARATORS[separator], records


def _names(model: Model, head: Sequence[str]) -> list[str]:
    """Return the columns as we call them: a pointer, too, and in any case of letters."""
    known = {name.casefold(): name for name in columns(model)}
    plain = [name.strip().strip("/").replace("/", ".") for name in head]
    return [known.get(name.casefold(), name) for name in plain]


def _faults_of_head(model: Model, names: Sequence[str]) -> Iterator[Fault]:
    known = columns(model)
    for place, name in enumerate(names):
        if name and name in names[:place]:
            de, en = f"Die Spalte „{name}“ gibt es zweimal.", f"The column “{name}” is there twice."
            yield _fault(1, name, "duplicate_column", de, en)
        elif name and name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            de = f"Die Spalte „{name[:60]}“ kennen wir nicht." + (f" Meinten Sie „{near[0]}“?" if near else "")
            en = f"We do not know the column “{name[:60]}”." + (f" Did you mean “{near[0]}”?" if near else "")
            yield _fault(1, name[:60], "unknown_column", de, en)
    for name in NEEDED:
        if name not in names:
            de, en = f"Die Spalte „{name}“ fehlt.", f"The column “{name}” is missing."
            yield _fault(1, name, "missing_column", de, en)


def _fault(row: int, column: str, code: str, de: str, en: str) -> Fault:
    return Fault(row=row, column=column, code=code, text=Text(de=de, en=en))


def _column(question: Question) -> str:
    return f"{question.section}.{question.key}"

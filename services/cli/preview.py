"""What a draft of the model would change: held against every application, and nothing is touched."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.opening import PROBLEMS, USAGE, AsJson, fail, installation, note, services_of

if TYPE_CHECKING:
    from shared.database import Database

COLUMNS = ("number", "group", "status", "use_case", "pinned", "rule", "pointer", "from", "to")
#: What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Workers = Annotated[int, typer.Option(min=1, max=64, help="How many processes check.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV, a line for each change.")]


def preview(
    model_: Annotated[str, typer.Argument(metavar="VERSION|FILE", help="A draft of this house, or a document.")],
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    workers: Workers = 2,
) -> None:
    """Show whose result a model would change, by which rule, from what to what. Nothing is touched."""
    services_of("onboarding")
    from services.onboarding.domain.previews import added
    from services.onboarding.handlers import preview_everything
    from services.onboarding.repository import Previews

    with installation() as here:
        database = here.database("onboarding")
        draft = _document(database, model_)
        with database.reading() as session:
            total = Previews(session).how_many()
        totals = added({}, ())
        write = _json if as_json else _csv if as_csv else _lines

        def found() -> Iterator[dict[str, Any]]:
            nonlocal totals
            with typer.progressbar(length=total, label="Applications", file=sys.stderr) as bar:
                for count, impacts in preview_everything(database, draft, workers):
                    totals = added(totals, impacts)
                    bar.update(count)
                    yield from impacts

        write(found(), lambda: {"applications": total, "changed": sum(totals["groups"].values())} | totals)


def _document(database: Database, asked: str) -> str:
    """Return the text of the document, whole and sound."""
    from services.onboarding import model as room
    from services.onboarding.repository import Models

    path = Path(asked)
    try:
        if path.is_file():
            text = path.read_text("utf-8")
        else:
            with database.reading() as session:
                text = Models(session).version(asked).document
        room.load(text, path.name).validate()
    except room.UnknownModel as error:
        fail(USAGE, f"There is no file {path}. {error}")
    except (room.ModelError, UnicodeDecodeError) as error:
        fail(PROBLEMS, str(error), f"hub model validate {asked}")
    return text


def _rows(impact: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for change in impact["changes"]:
        yield {name: (impact | change).get(name) for name in COLUMNS}


def _lines(found: Iterator[dict[str, Any]], totals: Any) -> None:
    for impact in found:
        for row in _rows(impact):
            was, becomes = row["from"] or "kept", row["to"] or "kept"
            place = f"{row['number']:<12} {row['group']:<9} {row['use_case'] or '-':<24}"
            typer.echo(f"{place} {row['rule']:<8} {row['pointer']}: {was} -> {becomes}")
    counted = totals()
    for rule, counts in sorted(counted["rules"].items()):
        note(f"{rule}: worse for {counts['worse']}, better for {counts['better']}")
    groups = ", ".join(f"{count} {group}" for group, count in sorted(counted["groups"].items()))
    note(
        f"{counted['changed']} of {counted['applications']} applications would change{f': {groups}' if groups else ''}"
    )


def _csv(found: Iterator[dict[str, Any]], totals: Any) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for impact in found:
        out.writerows([_safe(row[name]) for name in COLUMNS] for row in _rows(impact))
    note(json.dumps(totals()))


def _safe(value: Any) -> str:
    """Return what a spreadsheet shows as it is, and does not calculate."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _json(found: Iterator[dict[str, Any]], totals: Any) -> None:
    """Print one object, as it comes: what 100 000 applications change need not fit into memory."""
    typer.echo('{"impacts": [', nl=False)
    for place, impact in enumerate(found):
        typer.echo(("," if place else "") + "\n" + json.dumps(impact, default=str), nl=False)
    typer.echo(f'\n], "totals": {json.dumps(totals())}}}')

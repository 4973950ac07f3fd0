"""The business and operator model: which versions there are, and whether one can be used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.opening import PROBLEMS, USAGE, AsJson, fail, services_of, show

model = typer.Typer(help="The business and operator model.", no_args_is_help=True)


@model.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all versions; new applications are checked with the current one."""
    services_of("onboarding")
    from services.onboarding import model as models

    try:
        found = [models.get(version) for version in models.versions()]
        current = models.current().version
    except models.ModelError as error:
        fail(PROBLEMS, str(error), "hub model validate VERSION")
    rows = [{"version": one.version, "status": one.status, "rules": len(one.public["rules"])} for one in found]
    rows = [row | {"current": row["version"] == current} for row in rows]
    show(rows, ("version", "status", "rules", "current"), as_json=as_json, empty="There is no model.")


@model.command()
def validate(
    model_: Annotated[str, typer.Argument(metavar="PATH|VERSION", help="A document, or a version of this house.")],
) -> None:
    """Check a model: form, references, and that every example shows what it says. One complaint a line."""
    services_of("onboarding")
    from services.onboarding import model as models

    path = Path(model_)
    try:
        if path.is_file():
            found = models.validate(models.read(path), path.name)
        else:
            found = models.get(model_)
            found.validate()
    except models.UnknownModel as error:
        fail(USAGE, f"There is no file {path}. {error}")
    except models.ModelError as error:
        for complaint in error.complaints:
            typer.echo(complaint)
        raise typer.Exit(PROBLEMS) from error
    typer.echo(f"{found.version}: {len(found.public['rules'])} rules, every example shows what it says")

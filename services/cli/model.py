"""The business and operator model: which versions there are, and whether one can be used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.opening import PROBLEMS, USAGE, AsJson, fail, installation, services_of, show

model = typer.Typer(help="The business and operator model.", no_args_is_help=True)


@model.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all versions; new applications are checked with the current one."""
    services_of("onboarding")
    from services.onboarding.model import ModelError
    from services.onboarding.repository import Models

    with installation() as here, here.database("onboarding").reading() as session:
        models = Models(session)
        try:
            current = models.newest().name
            rows = [
                {
                    "version": one.name,
                    "status": str(one.status),
                    "rules": len(models.compiled(one).public["rules"]),
                    "current": one.name == current,
                }
                for one in models.all()
            ]
        except ModelError as error:
            fail(PROBLEMS, str(error), "hub model validate VERSION")
    show(rows, ("version", "status", "rules", "current"), as_json=as_json, empty="There is no model.")


@model.command()
def validate(
    model_: Annotated[str, typer.Argument(metavar="PATH|VERSION", help="A document, or a version of this house.")],
) -> None:
    """Check a model: form, references, and that every example shows what it says. One complaint a line."""
    services_of("onboarding")
    from services.onboarding import model as room
    from services.onboarding.repository import Models

    path = Path(model_)
    try:
        if path.is_file():
            found = room.validate(room.read(path), path.name)
        else:
            with installation() as here, here.database("onboarding").reading() as session:
                found = Models(session).get(model_)
            found.validate()
    except room.UnknownModel as error:
        fail(USAGE, f"There is no file {path}. {error}")
    except room.ModelError as error:
        for complaint in error.complaints:
            typer.echo(complaint)
        raise typer.Exit(PROBLEMS) from error
    typer.echo(f"{found.version}: {len(found.public['rules'])} rules, every example shows what it says")

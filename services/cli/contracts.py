"""Print the contracts, made from the code of all three services."""

from __future__ import annotations

from importlib.util import find_spec

import typer

from services.cli.opening import USAGE, fail, services_here
from services.house import NAMES


def openapi() -> None:
    """Print the OpenAPI 3.1 document of the whole house."""
    _need_everything()
    from services.publish import as_text
    from services.publish.openapi import openapi as document

    typer.echo(as_text(document()), nl=False)


def asyncapi() -> None:
    """Print the AsyncAPI 3.0 document: what services tell each other."""
    _need_everything()
    from services.publish import as_text
    from services.publish.asyncapi import asyncapi as document

    typer.echo(as_text(document()), nl=False)


def _need_everything() -> None:
    if services_here() != NAMES or not find_spec("services.publish"):
        fail(USAGE, "Contracts are made where all services are; a running service has them at /api/openapi.json.")

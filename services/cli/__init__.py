"""`hub`: the command line of the house. Each command imports what it needs itself, so that help comes at once."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from services.cli import (
    check,
    contracts,
    dlq,
    drill,
    keeping,
    model,
    outbox,
    parked,
    preview,
    replay,
    start,
    topology,
    why,
)

__all__ = ["app"]

app = typer.Typer(
    name="hub",
    help="Set up, look after and describe the Innovationshub. Settings come from the environment, as for the services.",
    epilog="Exit codes: 0 ok, 1 found problems, 2 wrong usage or settings, 3 something could not be reached.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(start.setup)
app.command()(check.check)
app.command()(why.why)
app.command()(replay.replay)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command()(drill.drill)
app.command()(contracts.openapi)
app.command()(contracts.asyncapi)
app.add_typer(start.tokens, name="tokens")
app.add_typer(outbox.outbox, name="outbox")
model.model.command()(preview.preview)
app.add_typer(parked.parked, name="parked")
app.add_typer(dlq.dlq, name="dlq")
app.add_typer(topology.topology, name="topology")
app.add_typer(model.model, name="model")


@app.callback()
def configure(*, verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log.")] = False) -> None:
    root = logging.getLogger()
    if verbose:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    elif not root.handlers:
        root.addHandler(logging.NullHandler())  # what failed is told by the command itself, in one sentence

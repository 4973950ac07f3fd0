"""What the broker has to hold: showing it, and making it so."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli.opening import AsJson, Row, installation, services_of, show

topology = typer.Typer(help="Exchanges and queues the broker has to hold.", no_args_is_help=True)

IN_MEMORY = "The broker lives in the process of the house, and is made with it."

Services = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", help="All that are here by default.")]


@topology.command()
def apply(services: Services = None) -> None:
    """Make what is missing; what is there stays as it is. Do it again as often as you like."""
    names = services_of(services)
    with installation() as house:
        broker = house.broker(names[0])
        if broker.in_memory:
            typer.echo(IN_MEMORY)
            return
        before = sum(not there for _, there in broker.parts(*names))
        broker.apply_topology(*names)
        typer.echo(f"{before} made, {len(broker.parts(*names)) - before} were there")


@topology.command("show")
def show_(services: Services = None, as_json: AsJson = False) -> None:
    """Show what has to be there, whether it is, and what a service's user of the broker needs to be allowed."""
    from shared.topology import rights

    names = services_of(services)
    with installation() as house:
        broker = house.broker(names[0])
        if broker.in_memory:
            show([], (), as_json=as_json, empty=IN_MEMORY)
            return
        rows: list[Row] = [
            {"kind": part.kind, "name": part.name, "is": part.says, "state": "there" if there else "missing"}
            for part, there in broker.parts(*names)
        ]
        rows += [{"kind": "user", "name": name, "is": _words(rights(name)), "state": None} for name in names]
    show(rows, ("kind", "name", "is", "state"), as_json=as_json, empty="")


def _words(allowed: dict[str, str]) -> str:
    return ", ".join(f"{verb} {pattern}" for verb, pattern in allowed.items())

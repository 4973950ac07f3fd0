"""Hand events in again where a listener may have missed them."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from services.cli.opening import USAGE, fail, installation, moment, services_here
from services.cli.parked import Why, Yes, operator

if TYPE_CHECKING:
    from services.cli.opening import Installation


def replay(
    since: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="Told since, ISO 8601.")] = None,
    aggregate: Annotated[UUID | None, typer.Option(help="Of this application or use case.")] = None,
    to: Annotated[str | None, typer.Option("--service", help="Only to this listener.")] = None,
    reason: Why = "",
    yes: Yes = False,
) -> None:
    """Hand what was told to listeners that do not know it, from database to database; the broker may be away.

    Without --yes it only counts. What a listener knows it never gets twice.
    """
    from shared.desk import missing, tell

    if since is None and aggregate is None:
        fail(USAGE, "Say which events: --since TIME, --aggregate ID, or both.")
    with installation() as house:
        hand = operator(house, reason) if yes else None
        for teller, listener in _pairs(to):
            outbox, inbox = house.outbox(teller), _inbox(house, listener, acts=yes)
            positions, known = missing(outbox, inbox, since, aggregate)
            if hand and positions:
                label = f"{teller} to {listener}"
                with typer.progressbar(length=len(positions), label=label, file=sys.stderr) as bar:
                    for some in tell(outbox, inbox, positions, hand):
                        bar.update(some)
            verb = "are handed in" if yes else "would be handed in"
            more = "; add --yes" if positions and not yes else ""
            typer.echo(f"{teller} to {listener}: {len(positions)} {verb}, {known} are already known{more}")


def _inbox(house: Installation, name: str, *, acts: bool) -> Any:
    return house.inbox(name) if acts else house.inbox_to_read(name)


def _pairs(to: str | None) -> list[tuple[str, str]]:
    from shared.contracts import LISTENERS

    here = services_here()
    if to is not None and to not in here:
        fail(USAGE, f"There is no service {to} here; there is: {', '.join(here)}.")
    pairs = [(teller, one) for teller, listeners in LISTENERS.items() for one in listeners if not to or one == to]
    found = [pair for pair in pairs if set(pair) <= set(here)]
    if not found:
        fail(USAGE, "Teller and listener are not both here; tell again through the broker.", "hub outbox republish")
    return found

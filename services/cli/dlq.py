"""What the broker gave up delivering."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import typer

from services.cli.opening import AsJson, OneService, installation, services_of, show
from services.cli.parked import Why, Yes, operator

if TYPE_CHECKING:
    from shared.broker import Broker

dlq = typer.Typer(help="The broker's dead-letter queues.", no_args_is_help=True)


@dlq.command("list")
def list_(service: OneService = None, as_json: AsJson = False) -> None:
    """Show how many messages lie in each dead-letter queue."""
    with installation() as house:
        rows = [_line(house.broker(name), name) for name in services_of(service)]
    show(rows, ("queue", "messages", "says"), as_json=as_json, empty="")


@dlq.command()
def drain(service: OneService = None, reason: Why = "", yes: Yes = False) -> None:
    """Move dead letters into the inbox, where they are parked. Each is committed there before the broker lets it go."""
    from shared.desk.dead import count
    from shared.desk.dead import drain as move

    with installation() as house:
        hand = operator(house, reason) if yes else None
        for name in services_of(service):
            broker = house.broker(name)
            waiting = count(broker, name) or 0
            if hand is None:
                typer.echo(f"{name}: {waiting} would be moved into its inbox" + ("; add --yes" if waiting else ""))
                continue
            counts: Counter[str] = Counter()
            with typer.progressbar(move(broker, house.inbox(name), hand), waiting, name, file=sys.stderr) as bar:
                counts.update(bar)
            typer.echo(f"{name}: {counts['parked']} are parked now, {counts['known']} were already known")


def _line(broker: Broker, name: str) -> dict[str, object]:
    from shared.desk.dead import count
    from shared.topology import dead_letters

    waiting = count(broker, name)
    says = "" if waiting is not None else "the broker lives in the process" if broker.in_memory else "no such queue"
    return {"queue": dead_letters(name).name, "messages": waiting or 0, "says": says}

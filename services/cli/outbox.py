"""What services still have to tell, and telling it again."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from services.cli.opening import (
    PROBLEMS,
    USAGE,
    AsJson,
    Installation,
    OneService,
    fail,
    installation,
    moment,
    services_here,
    services_of,
    show,
)
from services.cli.parked import Why, Yes, operator

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.desk import Hand
    from shared.outbox import Outbox

outbox = typer.Typer(help="What services still have to tell.", no_args_is_help=True)


@outbox.command()
def status(service: OneService = None, as_json: AsJson = False) -> None:
    """Show how many events wait to be published, and how long the oldest has waited."""
    with installation() as house:
        rows = [{"service": name} | house.outbox(name).status() for name in services_of(service)]
    show(rows, ("service", "waiting", "refused", "oldest_age_s"), as_json=as_json, empty="")


@outbox.command()
def republish(
    since: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="Made since, ISO 8601.")] = None,
    aggregate: Annotated[UUID | None, typer.Option(help="Of this application or use case.")] = None,
    service: OneService = None,
    reason: Why = "",
    yes: Yes = False,
) -> None:
    """Publish events again. Whoever acted on one already drops the copy."""
    from shared.desk import write_down

    if since is None and aggregate is None:
        fail(USAGE, "Say which events: --since TIME, --aggregate ID, or both.")
    with installation() as house:
        hand = operator(house, reason) if yes else None
        for name in services_of(service):
            events = house.outbox(name)
            if hand is None:
                typer.echo(f"{name}: {_published(events, since, aggregate)} events would be told again; add --yes")
                _say_who_knows(house, events, since, aggregate)
                continue

            def note(session: Session, count: int, events: Outbox = events, hand: Hand = hand) -> None:
                chosen = {"since": since and since.isoformat(), "aggregate": aggregate and str(aggregate)}
                write_down(session, events.database, "republished", hand, details=chosen | {"events": count})

            count = events.republish(since=since, aggregate_id=aggregate, note=note)
            typer.echo(f"{name}: {count} events are told again")


def _say_who_knows(house: Installation, events: Outbox, since: datetime | None, aggregate: UUID | None) -> None:
    """Count what it would come to at each listener whose database is at hand."""
    from shared.contracts import LISTENERS
    from shared.desk import missing

    for listener in LISTENERS.get(events.service, ()):
        if listener in services_here():
            unknown, known = missing(events, house.inbox_to_read(listener), since, aggregate)
            typer.echo(f"  {listener}: {len(unknown)} would take effect, {known} are already known")


def _published(events: Outbox, since: datetime | None, aggregate: UUID | None) -> int:
    from sqlalchemy import func, select

    table = events.table
    query = select(func.count()).where(table.c.published_at.is_not(None))
    if since is not None:
        query = query.where(table.c.created_at >= since)
    if aggregate is not None:
        query = query.where(table.c.aggregate_id == aggregate)
    with events.database.reading() as session:
        return session.scalar(query) or 0


@outbox.command()
def snapshot(  # noqa: PLR0917
    to: Annotated[str, typer.Option(help="The listener that missed something; nobody else acts on it.")],
    aggregate: Annotated[UUID | None, typer.Option(help="Of this application or use case.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Of all there are.")] = False,
    service: OneService = None,
    reason: Why = "",
    yes: Yes = False,
) -> None:
    """Tell a listener anew how things stand now, when it came late or lost what it had; it goes on from there."""
    from shared.contracts import LISTENERS

    if (aggregate is None) == (not every):
        fail(USAGE, "Say what: --aggregate ID or --all.")
    tellers = [name for name in services_of(service) if to in LISTENERS.get(name, ())]
    if not tellers:
        fail(USAGE, f"Nobody here tells {to} anything.")
    with installation() as house:
        hand = operator(house, reason) if yes else None
        chosen = {name: [one for one in _told_by(house, name) if aggregate in {None, one}] for name in tellers}
        if not any(chosen.values()):
            fail(PROBLEMS, "There is nothing to tell.")
        for name, ids in chosen.items():
            if hand is None:
                typer.echo(f"{name}: {len(ids)} would be told again to {to}; add --yes")
                continue
            for one in ids:
                _retell(house, name, one, to, hand)
            typer.echo(f"{name}: {len(ids)} are told again to {to}")


def _told_by(house: Installation, name: str) -> list[UUID]:
    with house.database(name).reading() as session:
        found: list[UUID] = import_module(f"services.{name}.handlers").aggregates(session)
        return found


def _retell(house: Installation, name: str, one: UUID, to: str, hand: Hand) -> None:
    from shared.database import tell_again
    from shared.desk import write_down

    database = house.database(name)
    with database.transaction() as session:
        tell_again(session, to)
        import_module(f"services.{name}.handlers").retell(session, one)
        write_down(session, database, "told again", hand, details={"to": to, "aggregate": str(one)})

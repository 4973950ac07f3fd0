"""What services still have to tell, and telling it again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from services.cli.opening import USAGE, AsJson, OneService, fail, installation, services_of, show

if TYPE_CHECKING:
    from shared.outbox import Outbox

outbox = typer.Typer(help="What services still have to tell.", no_args_is_help=True)


def moment(raw: str) -> datetime:
    """Read an ISO 8601 moment, in UTC unless it says otherwise."""
    found = datetime.fromisoformat(raw)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@outbox.command()
def status(service: OneService = None, as_json: AsJson = False) -> None:
    """Show how many events wait to be published, and how long the oldest has waited."""
    with installation() as house:
        rows = [{"service": name} | house.outbox(name).status() for name in services_of(service)]
    show(rows, ("service", "waiting", "oldest_age_s"), as_json=as_json, empty="")


@outbox.command()
def republish(
    since: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="Made since, ISO 8601.")] = None,
    aggregate: Annotated[UUID | None, typer.Option(help="Of this application or use case.")] = None,
    service: OneService = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it only counts.")] = False,
) -> None:
    """Publish events again. Whoever acted on one already drops the copy."""
    if since is None and aggregate is None:
        fail(USAGE, "Say which events: --since TIME, --aggregate ID, or both.")
    with installation() as house:
        for name in services_of(service):
            events = house.outbox(name)
            if yes:
                count = events.republish(since=since, aggregate_id=aggregate)
                typer.echo(f"{name}: {count} events are told again")
            else:
                typer.echo(f"{name}: {_published(events, since, aggregate)} events would be told again; add --yes")


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

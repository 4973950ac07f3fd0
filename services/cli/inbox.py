"""The desk for what a service heard and could not do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from services.cli.opening import (
    PROBLEMS,
    USAGE,
    AsJson,
    Installation,
    OneService,
    Row,
    fail,
    installation,
    services_of,
    show,
)

if TYPE_CHECKING:
    from shared.inbox import Inbox

inbox = typer.Typer(help="What services heard and could not do: look, try again, give up.", no_args_is_help=True)

COLUMNS = ("event_id", "service", "type", "sequence", "status", "attempts", "due_at", "error")
KEPT = (
    "event_id", "type", "teller", "aggregate_id", "sequence", "status", "attempts", "due_at", "received_at", "error",
)  # fmt: skip
STATUSES = ("parked", "retry", "waiting")
Id = Annotated[UUID, typer.Argument(metavar="ID", help="The id of the message, as `hub inbox list` shows it.")]


@inbox.command("list")
def list_(
    status: Annotated[str | None, typer.Option(help="Only these: " + ", ".join(STATUSES) + ".")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each service.")] = 100,
    service: OneService = None,
    as_json: AsJson = False,
) -> None:
    """List messages that are parked, will be tried again, or wait for an earlier one."""
    from shared.desk import open_rows

    if status is not None and status not in STATUSES:
        fail(USAGE, f"There is no status {status}; there are: {', '.join(STATUSES)}.")
    with installation() as house:
        rows = [
            _line(name, row)
            for name in services_of(service)
            for row in open_rows(house.inbox_to_read(name), status, limit)
        ]
    show(rows, COLUMNS, as_json=as_json, empty="Nothing is open.")


@inbox.command("show")
def show_(id_: Id, service: OneService = None, as_json: AsJson = False) -> None:
    """Show one message with its content. It may be about a person: keep it to yourself."""
    with installation() as house:
        name, row = _find(house, id_, service)
    whole = _line(name, row) | {"body": _body(row.body)}
    if as_json:
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=2, default=str))
        return
    for key, value in whole.items():
        shown = json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict) else value
        typer.echo(f"{key + ':':<14}{'-' if shown is None else shown}")


@inbox.command()
def replay(
    id_: Annotated[UUID | None, typer.Argument(metavar="[ID]", help="The id of the message.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that is parked, oldest first.")] = False,
    service: OneService = None,
) -> None:
    """Act on a parked or failed message now. Ends with 1 if it fails again."""
    from shared.desk import open_rows
    from shared.desk import replay as act

    if (id_ is None) != all_:
        fail(USAGE, "Say which message: its ID, or --all.")
    with installation() as house:
        if id_ is not None:
            name, _ = _find(house, id_, service)
            wanted = [(house.inbox(name), id_)]
        else:
            inboxes = [house.inbox(name) for name in services_of(service)]
            wanted = [(one, row.event_id) for one in inboxes for row in open_rows(one, "parked", limit=100_000)]
        outcomes = [_tried(act, one, event_id) for one, event_id in wanted]
    done = sum(outcomes)
    if all_:
        typer.echo(f"{done} of {len(outcomes)} could be done.")
    if done < len(outcomes):
        raise typer.Exit(PROBLEMS)


@inbox.command()
def discard(
    id_: Id,
    reason: Annotated[str, typer.Option(help="Why nobody needs it; kept with the message.")],
    service: OneService = None,
) -> None:
    """Give a parked or failed message up for good; later ones of the same application go on."""
    from shared.desk import discard as give_up

    if not reason.strip():
        fail(USAGE, "A reason has words.")
    with installation() as house:
        name, _ = _find(house, id_, service)
        try:
            give_up(house.inbox(name), id_, reason.strip())
        except LookupError as error:
            fail(USAGE, str(error))
    typer.echo(f"{id_}: discarded")


def _tried(act: Any, one: Inbox, event_id: UUID) -> bool:
    try:
        status = act(one, event_id)
    except LookupError:  # done by somebody else meanwhile, or it waits for an earlier one
        status = "not parked"
    typer.echo(f"{event_id}: {status}")
    return status in {"processed", "skipped"}


def _find(house: Installation, id_: UUID, service: str | None) -> tuple[str, Any]:
    from sqlalchemy import select

    for name in services_of(service):
        box = house.inbox_to_read(name)
        with box.database.reading() as session:
            row = session.execute(select(box.table).where(box.table.c.event_id == id_)).first()
        if row is not None:
            return name, row
    return fail(USAGE, f"No inbox knows a message {id_}.", "hub inbox list")


def _line(service: str, row: Any) -> Row:
    return {"service": service} | {name: getattr(row, name) for name in KEPT}


def _body(body: bytes | None) -> Any:
    if body is None:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "backslashreplace")

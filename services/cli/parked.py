"""The desk for what a service heard and could not do."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
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
    note,
    services_of,
    show,
)

if TYPE_CHECKING:
    from sqlalchemy import Row

    from shared.desk import Hand, Wanted
    from shared.inbox import Inbox

parked = typer.Typer(
    help="What services heard and could not do: look, try again, correct, give up. Who acts is said by HUB_TOKEN.",
    no_args_is_help=True,
)

COLUMNS = ("event_id", "service", "type", "sequence", "status", "attempts", "due_at", "error")
LOG_COLUMNS = ("at", "service", "actor", "action", "event_id", "reason", "details")
STATUSES = ("parked", "retry", "waiting")
MOST = 1_000_000
Id = Annotated[UUID, typer.Argument(metavar="ID", help="The id of the message, as `hub parked list` shows it.")]
Type = Annotated[str | None, typer.Option("--type", help="Only events of this type.")]
Since = Annotated[
    datetime | None, typer.Option("--since", parser=moment, metavar="TIME", help="Arrived since, ISO 8601.")
]
Aggregate = Annotated[UUID | None, typer.Option("--aggregate", help="Of this application or use case.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without this it only counts.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is kept with what was done.")]


@parked.command("list")
def list_(
    *,
    status: Annotated[str | None, typer.Option(help="Only these: " + ", ".join(STATUSES) + ".")] = None,
    type_: Type = None,
    since: Since = None,
    aggregate: Aggregate = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each service.")] = 100,
    service: OneService = None,
    as_json: AsJson = False,
) -> None:
    """List messages that are parked, will be tried again, or wait for an earlier one, each with its cause."""
    from shared.desk import Wanted, listed, open_rows

    if status is not None and status not in STATUSES:
        fail(USAGE, f"There is no status {status}; there are: {', '.join(STATUSES)}.")
    wanted = Wanted(status=status, type=type_, since=since, aggregate_id=aggregate)
    with installation() as house:
        rows = [
            listed(name, row)
            for name in services_of(service)
            for row in open_rows(house.inbox_to_read(name), limit=limit, wanted=wanted)
        ]
    show(rows, COLUMNS, as_json=as_json, empty="Nothing is open.")


@parked.command("show")
def show_(
    id_: Id,
    service: OneService = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="Also what is about a person; takes a reviewer.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one message: what is wrong with it, what waits behind it, and what helps."""
    from shared.auth import APPROVER, REVIEWER
    from shared.desk import HIDDEN, Hand, look, write_down
    from shared.desk.looking import as_json as written

    with installation() as house:
        name, row = find(house, id_, service)
        box = house.inbox_to_read(name)
        if personal:
            who = house.person(REVIEWER, APPROVER)
            with box.database.transaction() as session:
                write_down(session, box.database, "seen", Hand(who.subject), id_)
        found = look(box, row, personal=personal)
    found["suggestion"] = str(found["suggestion"])
    if as_json:
        typer.echo(written(found))
        return
    for key, value in found.items():
        if value is not None and value != []:
            typer.echo(f"{key + ':':<14}{written(value) if isinstance(value, dict | list) else value}")
    if not personal and HIDDEN in str(found["data"]) + str(found["text"]):
        note(f"{HIDDEN}: about a person; a reviewer or approver sees it by --personal, and that is written down.")


@parked.command()
def retry(
    id_: Annotated[UUID | None, typer.Argument(metavar="[ID]", help="The id of the message.")] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Everything that is parked.")] = False,
    type_: Type = None,
    since: Since = None,
    aggregate: Aggregate = None,
    service: OneService = None,
    reason: Why = "",
    yes: Yes = False,
) -> None:
    """Act on parked messages again. Without --yes it is done and undone, and only counted; 1 if any fails."""
    from shared.desk import Wanted

    narrowed = bool(type_ or since or aggregate or service)
    if (id_ is not None) == (all_ or narrowed) and not (id_ and service):
        fail(USAGE, "Say which messages: an ID, or --all, --type, --since, --aggregate, --service.")
    wanted = Wanted(status="parked", type=type_, since=since, aggregate_id=aggregate)
    with installation() as house:
        hand = operator(house, reason) if yes else None
        chosen = list(_chosen(house, id_, wanted, service))
        counts = _acted(chosen, hand) if hand else _rehearsed(chosen)
    typer.echo(in_words(counts, done=yes) + ("" if yes else "; add --yes"))
    if counts["failing"]:
        raise typer.Exit(PROBLEMS)


@parked.command()
def edit(
    id_: Id,
    reason: Why,
    file: Annotated[str, typer.Option("--file", help="The payload as JSON; - reads it from standard input.")] = "-",
    service: OneService = None,
) -> None:
    """Replace the payload of a message by a corrected one, keep the original, and act on it.

    What stands there as (hidden) stays what it was. Of bytes nobody could read the file holds the whole envelope.
    """
    from shared import desk

    with installation() as house:
        hand = operator(house, reason)
        name, _ = find(house, id_, service)
        try:
            text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except OSError as error:
            fail(USAGE, f"{file} cannot be read: {error.strerror}")
        with refusals():
            status = desk.edit(house.inbox(name), id_, text, hand)
    typer.echo(f"{id_}: {status}")
    if status not in {"processed", "skipped", "waiting"}:
        raise typer.Exit(PROBLEMS)


@parked.command()
def discard(id_: Id, reason: Why, service: OneService = None) -> None:
    """Give a message up for good. The first person proposes; a second one confirms by the same command."""
    from shared import desk

    with installation() as house:
        hand = operator(house, reason)
        name, _ = find(house, id_, service)
        with refusals():
            gone = desk.discard(house.inbox(name), id_, hand)
    typer.echo(f"{id_}: discarded" if gone else f"{id_}: proposed; a second person confirms by the same command")


@parked.command()
def log(
    id_: Annotated[UUID | None, typer.Argument(metavar="[ID]", help="Only about this message.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each service.")] = 100,
    service: OneService = None,
    as_json: AsJson = False,
) -> None:
    """Show who did what at the desk, when, and why; newest first."""
    from shared.desk import log_of

    with installation() as house:
        rows = [
            {"service": name} | row for name in services_of(service) for row in log_of(house.database(name), id_, limit)
        ]
    rows.sort(key=lambda row: row["at"], reverse=True)
    show(rows, LOG_COLUMNS, as_json=as_json, empty="Nothing was done yet.")


def operator(house: Installation, reason: str) -> Hand:
    """Return the hand of whoever acts: an operator, with a reason that has words where one is asked for."""
    from shared.auth import OPERATOR
    from shared.desk import Hand

    if reason and not reason.strip():
        fail(USAGE, "A reason has words.")
    return Hand(house.person(OPERATOR).subject, reason.strip())


@contextmanager
def refusals() -> Iterator[None]:
    """End the command with the sentence of whoever said no, and one for each place."""
    from shared.kernel import DomainError, Invalid

    try:
        yield
    except DomainError as error:
        places = [f"\n     {one.text}" for one in error.problems] if isinstance(error, Invalid) else []
        fail(USAGE, str(error.text) + "".join(places))


def find(house: Installation, id_: UUID, service: str | None) -> tuple[str, Row[Any]]:
    from shared.desk import find as look_for

    for name in services_of(service):
        row = look_for(house.inbox_to_read(name), id_)
        if row is not None:
            return name, row
    return fail(USAGE, f"No inbox knows a message {id_}.", "hub parked list")


def in_words(counts: Counter[str], *, done: bool) -> str:
    """Say what was, or would be, done: the numbers an operator decides on."""
    verb = "took effect" if done else "would take effect"
    words = [f"{counts['effective']} {verb}", f"{counts['known']} are already known"]
    words += [f"{counts['waiting']} wait for an earlier one"] if counts["waiting"] else []
    words += [f"{counts['failing']} {'failed' if done else 'would fail'} again"] if counts["failing"] else []
    return ", ".join(words)


def _chosen(
    house: Installation, id_: UUID | None, wanted: Wanted, service: str | None
) -> Iterator[tuple[Inbox, Sequence[Row[Any]]]]:
    from shared.desk import open_rows

    if id_ is not None:
        name, row = find(house, id_, service)
        if row.status not in {"parked", "retry"}:
            fail(USAGE, f"The message {id_} is not parked or failed, but {row.status}.")
        yield house.inbox(name), [row]
        return
    for name in services_of(service):
        if rows := open_rows(house.inbox_to_read(name), limit=MOST, wanted=wanted):
            yield house.inbox(name), rows


def _rehearsed(chosen: Sequence[tuple[Inbox, Sequence[Row[Any]]]]) -> Counter[str]:
    from shared.desk import rehearse

    counts: Counter[str] = Counter()
    for inbox, rows in chosen:
        counts += rehearse(inbox, rows)
    return counts


def _acted(chosen: Sequence[tuple[Inbox, Sequence[Row[Any]]]], hand: Hand) -> Counter[str]:
    from shared.desk import replay
    from shared.desk.acts import OUTCOMES
    from shared.kernel import DomainError

    counts: Counter[str] = Counter()
    wanted = [(inbox, row.event_id) for inbox, rows in chosen for row in rows]
    with typer.progressbar(wanted, label="trying again", file=sys.stderr) as bar:
        for inbox, event_id in bar:
            try:
                counts[OUTCOMES[replay(inbox, event_id, hand)]] += 1
            except DomainError:  # done by somebody else meanwhile
                counts["known"] += 1
    return counts

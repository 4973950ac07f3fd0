"""Break the house on purpose, and see that nothing is lost and nothing happens twice."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.opening import PROBLEMS, USAGE, fail, note

if TYPE_CHECKING:
    from drill.run import Plan
    from drill.stage import Servers

AMQP = typer.Option("--amqp", metavar="URI", help="A broker that may be flooded, in a virtual host nobody else uses.")
DATABASE = typer.Option(
    "--database", metavar="URL", help="With {service} in it; the drill makes its own databases there."
)


def drill(
    *,
    part: Annotated[list[str] | None, typer.Option("--part", help="Only this; may be given several times.")] = None,
    seed: Annotated[int, typer.Option(help="What chance begins with; a report names it.")] = 1,
    seeds: Annotated[int | None, typer.Option(min=1, help="Rounds of kill points.")] = None,
    events: Annotated[int | None, typer.Option(min=1, help="Events in the flood of random kills.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Length of the soak.")] = None,
    report: Annotated[Path, typer.Option(help="Folder for report.md, report.json and the logs.")] = Path(
        "drill-report"
    ),
    amqp: Annotated[str | None, AMQP] = None,
    database: Annotated[str | None, DATABASE] = None,
    sabotage: Annotated[str, typer.Option(help="Break a promise (lost, doubled) to see that the drill tells.")] = "",
    short: Annotated[bool, typer.Option("--short", help="Minutes instead of hours.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Really flood the servers that --amqp and --database name.")
    ] = False,
) -> None:
    """Flood, kill, stop, double and reorder; then compare what was answered with what is there. 1 names what is not.

    Without --amqp and --database on private servers from this machine's RabbitMQ and PostgreSQL.
    """
    if find_spec("drill") is None:
        fail(USAGE, "This image has no drill; run it from a checkout.", "make drill")
    from drill.parts import SHORT, Size
    from drill.run import Plan
    from drill.stage import SABOTAGE

    if sabotage and sabotage not in SABOTAGE:
        fail(USAGE, f"There is no sabotage {sabotage}; there is: {', '.join(SABOTAGE)}.")
    size = SHORT if short else Size()
    size = replace(size, seeds=seeds or size.seeds, events=events or size.events, minutes=minutes or size.minutes)
    todo = Plan(_parts(part, private=not amqp), seed, size, sabotage)
    _run(_servers(amqp, database, yes=yes), report, todo)


def _run(servers: Servers, folder: Path, plan: Plan) -> None:
    from drill import report
    from drill.run import drill as run

    outcomes = []
    try:
        servers.start()
        note(f"report and logs go to {folder}; parts: {', '.join(plan.parts)}")
        for outcome in run(servers, folder.resolve(), plan):
            outcomes.append(outcome)
            path = report.write(folder, outcomes, servers, plan.size)
            typer.echo(report.summary(outcome))
            for kind, what in outcome.faults[: report.SHOWN]:
                typer.echo(f"  {kind}: {what}")
    finally:
        servers.close()
    typer.echo(f"{path}: {'nothing lost, nothing doubled' if all(one.ok for one in outcomes) else 'FAULTS'}")
    if not all(one.ok for one in outcomes):
        raise typer.Exit(PROBLEMS)


def _parts(asked: list[str] | None, *, private: bool) -> list[str]:
    from drill.run import PARTS

    for name in asked or ():
        if name not in PARTS:
            fail(USAGE, f"There is no part {name}; there are: {', '.join(PARTS)}.")
        if PARTS[name].private and not private:
            fail(USAGE, f"{name} ends the broker; it does that to a private one only, without --amqp.")
    return asked or [name for name, part in PARTS.items() if private or not part.private]


def _servers(amqp: str | None, database: str | None, *, yes: bool) -> Servers:
    from drill.servers import has_postgres, has_rabbit
    from drill.stage import Servers

    if (amqp or database) and not yes:
        fail(USAGE, "This floods the servers you named with made-up cases; add --yes if they are there for that.")
    if database and "{service}" not in database:
        fail(USAGE, "--database needs {service} in it.")
    if not (amqp or has_rabbit()) or not (database or has_postgres()):
        fail(USAGE, "There is no RabbitMQ or PostgreSQL on this machine; name them with --amqp and --database.")
    return Servers(amqp, database)

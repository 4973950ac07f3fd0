"""Before the first start: databases, topology, and tokens of admins."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from services.cli.opening import USAGE, fail, installation, note, services_of
from shared.auth import ADMIN_ROLES

Services = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", help="All that are here by default.")]


def setup(services: Services = None) -> None:
    """Create databases, migrate them, and apply the broker's topology. Do it again as often as you like."""
    from sqlalchemy.engine import make_url

    from shared import embedded
    from shared.settings import WrongSettings
    from shared.setup import setup as set_up

    names = services_of(services)
    with installation() as house:
        try:
            lock = embedded.claim(house.settings.data_dir) if house.settings.embedded else None
        except WrongSettings as error:
            fail(USAGE, str(error))
        before = os.umask(0o077)  # what an embedded house keeps in files is nobody else's business
        try:
            set_up(house.settings, *names)
        finally:
            os.umask(before)
            if lock:
                lock.close()
        for name in names:
            url = make_url(house.settings.database(name)).render_as_string(hide_password=True)
            typer.echo(f"{name}: {url} is at the newest revision")
        if not house.settings.embedded:
            typer.echo("broker: exchanges and queues are declared")


tokens = typer.Typer(help="Tokens of the city's admins.", no_args_is_help=True)


@tokens.callback()
def about() -> None:
    """Keep `new` a command of its own: typer would drop the name of an only one."""


@tokens.command()
def new(
    name: Annotated[str, typer.Argument(help="Who it is for; signatures carry this name.")],
    role: Annotated[list[str], typer.Option(help="May be given several times: " + ", ".join(sorted(ADMIN_ROLES)))],
    file: Annotated[Path | None, typer.Option(envvar="ADMIN_TOKENS_FILE", help="Where services read admins.")] = None,
) -> None:
    """Make a token and show it once. The file gets its hash; without a file the line for it is printed."""
    from shared.auth import new_admin, read_admins

    unknown = sorted(set(role) - ADMIN_ROLES)
    if unknown:
        fail(USAGE, f"There is no role {', '.join(unknown)}; there are: {', '.join(sorted(ADMIN_ROLES))}.")
    if not name.strip() or not name.isprintable():
        fail(USAGE, "A name has letters.")
    token, line = new_admin(name.strip(), set(role))
    if file is None:
        typer.echo(token)
        typer.echo(json.dumps(line, ensure_ascii=False))
        return
    try:
        lines = json.loads(file.read_text("utf-8")) if file.exists() else []
        if lines:
            read_admins(file)
        _write(file, json.dumps([*lines, line], ensure_ascii=False, indent=2) + "\n")
    except (OSError, ValueError) as error:
        fail(USAGE, f"{file} cannot be used: {error}")
    typer.echo(token)
    note(f"{file} knows it; services read that file when they start.")


def _write(path: Path, text: str) -> None:
    """Write `path` whole or not at all, readable by its owner only."""
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)

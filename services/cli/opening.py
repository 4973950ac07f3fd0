"""What commands work on, and how what goes wrong becomes an exit code.

0 ok, 1 found problems, 2 wrong usage or settings, 3 something could not be reached.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from services.house import NAMES

if TYPE_CHECKING:  # these are slow to import, and `hub --help` needs none of them
    from pathlib import Path

    from shared.auth import Caller, Keyring
    from shared.broker import Broker
    from shared.database import Database
    from shared.inbox import Inbox, Reactions
    from shared.outbox import Outbox
    from shared.settings import Settings

PROBLEMS, USAGE, UNREACHABLE = 1, 2, 3

#: PostgreSQL says it while connecting, with no code of its own.
_NO_DATABASE = re.compile('database ".*" does not exist')

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
OneService = Annotated[str | None, typer.Option("--service", help="Only this service: " + ", ".join(NAMES) + ".")]
Row = dict[str, Any]


class Installation:
    """The settings of this machine, and what they lead to."""

    def __init__(self, chosen: Settings) -> None:
        self.settings = chosen
        self._databases: dict[str, Database] = {}

    def database(self, name: str) -> Database:
        """Open the database of a service. Fails with 3 where a file is missing, and does not make it."""
        from shared.database import Database

        if name not in self._databases:
            path = self.file(name)
            if path and not path.exists():
                fail(UNREACHABLE, f"There is no database at {path}.", f"hub setup {name}")
            metadata = import_module(f"services.{name}.tables").metadata
            self._databases[name] = Database(self.settings.database(name), metadata)
        return self._databases[name]

    def file(self, name: str) -> Path | None:
        """Return the SQLite file of a service, None on PostgreSQL."""
        from pathlib import Path

        from sqlalchemy.engine import make_url

        url = make_url(self.settings.database(name))
        return Path(url.database or "") if url.get_backend_name() == "sqlite" else None

    def broker(self, name: str) -> Broker:
        """Return the broker as the user of a service reaches it."""
        from shared.broker import Broker

        return Broker(self.settings.broker(name))

    def outbox(self, name: str) -> Outbox:
        from shared.outbox import Outbox

        return Outbox(name, self.database(name))

    def inbox(self, name: str) -> Inbox:
        """Return the inbox with all it takes to act on a message."""
        from shared.inbox import Inbox

        again: Reactions = import_module(f"services.{name}.handlers").AGAIN
        return Inbox(name, self.database(name), self._reactions(name), again)

    def inbox_to_read(self, name: str) -> Inbox:
        """Return the inbox to look into only: it has no reactions, and would skip what it should act on."""
        from shared.inbox import Inbox

        return Inbox(name, self.database(name), {})

    def keyring(self) -> Keyring:
        from shared.settings import WrongSettings
        from shared.setup import keyring_as_it_is

        try:
            return keyring_as_it_is(self.settings)
        except (OSError, ValueError, WrongSettings) as error:
            fail(USAGE, f"The keys of the house cannot be read: {error}", "hub check")

    def person(self, *roles: str) -> Caller:
        """Return the admin whose token HUB_TOKEN holds. Fails with 2, also for one without any of `roles`."""
        token = os.environ.get("HUB_TOKEN", "")
        if not token:
            fail(USAGE, "Who are you? Set HUB_TOKEN to your access token as an admin.", "hub tokens new --help")
        caller = self.keyring().of_token(token)
        if caller is None or not caller.is_admin:
            fail(USAGE, "HUB_TOKEN is no access token of an admin here.", "hub tokens new --help")
        if roles and not caller.roles & set(roles):
            fail(USAGE, f"{caller.name} is no {' or '.join(roles)}.", "hub tokens new --help")
        return caller

    def close(self) -> None:
        for database in self._databases.values():
            database.dispose()

    def _reactions(self, name: str) -> Reactions:
        handlers = import_module(f"services.{name}.handlers")
        if name == "notifications":  # letters carry links, and links are signed
            made: Reactions = handlers.reactions(self.settings.public_url, self.keyring())
            return made
        known: Reactions = handlers.REACTIONS
        return known


def moment(raw: str) -> datetime:
    """Read an ISO 8601 moment, in UTC unless it says otherwise."""
    found = datetime.fromisoformat(raw)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@contextmanager
def installation() -> Iterator[Installation]:
    """Give what the settings lead to; whatever cannot be reached ends the command with one sentence."""
    from shared import settings

    try:
        opened = Installation(settings.read())
    except settings.WrongSettings as error:
        fail(USAGE, str(error))
    try:
        with reaching():
            yield opened
    finally:
        opened.close()


@contextmanager
def reaching(away: Callable[[str, str], NoReturn] | None = None) -> Iterator[None]:
    """Turn every way in which a database or a broker is not there into a call of `away` with what and help."""
    from amqp.exceptions import AMQPError
    from kombu.exceptions import KombuError
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    from shared.database import unavailable

    tell = away or (lambda what, help_: fail(UNREACHABLE, what, help_))
    try:
        yield
    except DBAPIError as error:
        first = str(error.orig).strip().partition("\n")[0]
        if unavailable(error) and not _NO_DATABASE.search(first):
            tell(f"The database cannot be reached: {first}", "hub check")
        tell(f"The database is not set up: {first}", "hub setup")
    except (PoolTimeout, OSError, AMQPError, KombuError) as error:
        tell(f"Cannot be reached: {error or type(error).__name__}", "hub check")


def services_here() -> tuple[str, ...]:
    """Return the services this image has; a service's own image has one."""
    return tuple(name for name in NAMES if find_spec(f"services.{name}"))


def services_of(asked: Sequence[str] | str | None) -> tuple[str, ...]:
    """Return the services a command is about: those asked for, or all that are here."""
    here = services_here()
    if not asked:
        return here
    names = (asked,) if isinstance(asked, str) else tuple(asked)
    for name in names:
        if name not in here:
            fail(USAGE, f"There is no service {name} here; there is: {', '.join(here)}.")
    return names


def fail(code: int, what: str, help_: str = "") -> NoReturn:
    """End the command with one sentence, and the command that helps."""
    typer.echo(f"hub: {what}" + (f"  -> {help_}" if help_ else ""), err=True)
    raise typer.Exit(code)


def show(rows: Sequence[Row], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Print rows as a table for people, or whole as JSON."""
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    if not rows:
        typer.echo(empty)
        return
    table = [list(columns), *([_cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in table) for place in range(len(columns))]
    for line in table:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    return "-" if value is None or value == "" else str(value).replace("\n", " ")


def note(text: str) -> None:
    """Say something to people beside the output that a program may read."""
    print(text, file=sys.stderr)  # noqa: T201

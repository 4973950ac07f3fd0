"""Backup and restore of the embedded default."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.opening import PROBLEMS, UNREACHABLE, USAGE, Installation, fail, installation, note
from services.house import NAMES


def backup(
    target: Annotated[Path, typer.Argument(metavar="FOLDER|FILE", help="A folder gets a file named after the time.")],
) -> None:
    """Copy the databases and keys of the embedded default into one .tar, also while it runs.

    All databases are copied as they are at one instant, so nothing that was accepted before is missing after a restore.
    Files of applicants (ATTACHMENTS_URL) are not in it: copy that folder or bucket afterwards, and put it back with it.
    The file holds the secret of the house and personal data: keep it as you keep those.
    """
    from sqlite3 import OperationalError

    from shared import backup as backups

    with installation() as house:
        databases = _files(house)
        file = target / backups.name_for(datetime.now(UTC)) if target.is_dir() else target
        if not file.parent.is_dir():
            fail(USAGE, f"There is no folder {file.parent}.")
        try:
            parts = backups.write(file, databases, house.settings.data_dir)
        except backups.NoBackup as error:
            fail(UNREACHABLE, str(error), "hub setup")
        except FileExistsError as error:
            fail(USAGE, str(error))
        except OperationalError as error:
            fail(UNREACHABLE, f"The databases are busy ({error}); try again.")
        where = house.settings.attachments_dir
    typer.echo(f"{file}: {', '.join(parts)}")
    if where and where.exists():
        note(f"Not in it: the files of applicants in {where}; copy that folder, too.")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `hub backup` wrote.")],
) -> None:
    """Put a backup into an empty DATA_DIR. Letters that were sent after the backup are sent once more."""
    from shared import backup as backups
    from shared import embedded
    from shared.settings import WrongSettings

    with installation() as house:
        databases = _files(house)
        folder = house.settings.data_dir
        try:
            lock = embedded.claim(folder)
        except WrongSettings as error:
            fail(USAGE, str(error))
        with lock:
            if any(path.name != "lock" for path in folder.iterdir()) or any(map(Path.exists, databases.values())):
                fail(USAGE, f"{folder} is not empty; set DATA_DIR to a folder that is.")
            targets = {f"{name}.db": path for name, path in databases.items()}
            try:
                parts = backups.restore(file, targets | {name: folder / name for name in backups.KEYS})
            except backups.NoBackup as error:
                fail(PROBLEMS, str(error))
    typer.echo(f"{folder}: {', '.join(parts)}")


def _files(house: Installation) -> dict[str, Path]:
    files = {name: house.file(name) for name in NAMES}
    found = {name: path for name, path in files.items() if path}
    if not house.settings.embedded or len(found) < len(NAMES):
        fail(USAGE, "Only the embedded default is kept in files; back PostgreSQL up with its own tools (pg_dump).")
    return found

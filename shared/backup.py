"""A backup of the embedded house in one file, taken while it runs, and the way back.

All databases are copied as they were at one instant. One after the other would not do, in any order: had a listener's
copy seen an event that its teller's copy does not know yet, the restored teller would give that sequence number to
another event, and the listener would skip it unseen. Listeners first would help a single teller, but onboarding and
the catalog listen to each other. So every write lock is taken, every reader fixes its snapshot, and the locks are
given back at once; the copying itself holds nobody up (SQLite's WAL keeps the snapshots).

What was told but not heard at that instant lies in the teller's outbox: published by the run of the relay that was
going on, or not yet. The first start after a restore tells both again, and inboxes drop what they know. Mail sent after
the instant is sent once more. Keys are copied along: without the house secret no token and no private link would open
anything.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import IO, Any

KEYS = ("secret", "admin_tokens.json", "access.json")
MANIFEST = "backup.json"
#: Shorter than a writer of the running house waits, so that nobody is refused because of a backup.
LOCK_WITHIN_S = 3.0


class NoBackup(Exception):
    """There is nothing to copy, or the file is not a whole backup; the text says which, in one sentence."""


def name_for(moment: datetime) -> str:
    return f"innovationshub-{moment:%Y%m%d-%H%M%S}.tar"


def write(target: Path, databases: Mapping[str, Path], folder: Path) -> list[str]:
    """Write the file `target` (mode 0600, whole or not at all) from `databases` and the keys in `folder`.

    Returns the names of what is in it. Raises NoBackup, FileExistsError, and sqlite3.OperationalError for a lock that
    is not to be had.
    """
    missing = [str(path) for path in databases.values() if not path.exists()]
    if missing:
        raise NoBackup(f"There is no database at {', '.join(missing)}.")
    if target.exists():
        raise FileExistsError(f"{target} is there already.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as made:
        parts = {f"{name}.db": Path(made) / f"{name}.db" for name in databases}
        _copy(list(databases.values()), list(parts.values()))
        parts |= {name: folder / name for name in KEYS if (folder / name).exists()}
        whole = Path(made) / "whole.tar"
        _pack(whole, parts)
        whole.rename(target)
    return sorted(parts)


def restore(source: Path, targets: Mapping[str, Path]) -> list[str]:
    """Put the parts of the backup `source` where `targets` says; nothing may be there yet.

    Everything is checked before the first part gets its name. Returns the names of the parts. Raises NoBackup, OSError.
    """
    try:
        with tarfile.open(source, "r:") as tar:
            files: dict[str, str] = json.load(_member(tar, MANIFEST))["files"]
            lacking = {name for name in targets if name.endswith(".db")} - set(files)
            if lacking or not set(files) <= set(targets):
                raise NoBackup(f"{source} is not a backup of this house.")
            _unpack(tar, files, targets)
    except (tarfile.TarError, KeyError, TypeError, AttributeError, ValueError, EOFError) as error:
        raise NoBackup(f"{source} is not a backup: {error}") from error
    return sorted(files)


def _copy(sources: list[Path], copies: list[Path]) -> None:
    with _at_one_instant(sources) as readers:
        for reader, copy in zip(readers, copies, strict=True):
            with closing(sqlite3.connect(copy)) as made:
                reader.backup(made)


@contextmanager
def _at_one_instant(paths: list[Path]) -> Iterator[list[sqlite3.Connection]]:
    """Give a reader of each database; together they see one moment between two transactions of anybody."""
    with ExitStack() as opened:

        def connect(path: Path) -> sqlite3.Connection:
            # None: we say BEGIN ourselves.
            connection = sqlite3.connect(path, timeout=LOCK_WITHIN_S, isolation_level=None)
            return opened.enter_context(closing(connection))

        writers, readers = [connect(path) for path in paths], [connect(path) for path in paths]
        for writer in writers:
            writer.execute("BEGIN IMMEDIATE")
        for reader in readers:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a snapshot begins with the first read
        for writer in writers:
            writer.execute("ROLLBACK")
        yield readers


def _pack(whole: Path, parts: Mapping[str, Path]) -> None:
    made = {
        "made_at": datetime.now(UTC).isoformat(),
        "release": metadata.version("innovationshub"),
        "files": {name: _digest(path) for name, path in parts.items()},
    }
    descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            manifest = json.dumps(made, indent=2, sort_keys=True).encode()
            tar.addfile(_entry(MANIFEST, len(manifest)), io.BytesIO(manifest))
            for name, path in parts.items():
                with path.open("rb") as part:
                    tar.addfile(_entry(name, path.stat().st_size), part)
        file.flush()
        os.fsync(file.fileno())


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(datetime.now(UTC).timestamp())
    return entry


def _unpack(tar: tarfile.TarFile, files: Mapping[str, str], targets: Mapping[str, Path]) -> None:
    staged = {name: targets[name].with_name(targets[name].name + ".restoring") for name in files}
    try:
        for name, path in staged.items():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(_member(tar, name), file)
                file.flush()
                os.fsync(file.fileno())
            if _digest(path) != files[name]:
                raise NoBackup(f"{name} in the backup is damaged.")
        for name, path in staged.items():
            path.rename(targets[name])
    finally:
        for path in staged.values():
            path.unlink(missing_ok=True)


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found: Any = tar.extractfile(name)
    if found is None:
        raise NoBackup(f"{name} in the backup is no file.")
    return found  # type: ignore[no-any-return]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

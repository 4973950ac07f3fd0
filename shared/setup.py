"""What must stand before a service starts: databases, topology, and the keys of the house."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import ArgumentError, OperationalError

from shared import embedded, migrate
from shared.auth import Keyring, read_admins
from shared.broker import Broker
from shared.settings import Settings, WrongSettings

SHORTEST_SECRET = 32


def setup(chosen: Settings, *names: str) -> None:
    """Create and migrate the databases of `names`, and apply their part of the broker's topology."""
    setup_databases(chosen, *names)
    if not chosen.embedded:
        Broker(chosen.broker(names[0])).apply_topology(*names)


def setup_databases(chosen: Settings, *names: str) -> None:
    """Create and migrate the databases of `names`. Raises WrongSettings if one is away."""
    for name in names:
        try:
            migrate.upgrade(chosen.database(name), name)
        except ArgumentError as error:
            raise WrongSettings(f"DATABASE_URL is no database URL: {error}") from error
        except OperationalError as error:
            why = str(error.orig).splitlines()[0]
            raise WrongSettings(f"The database of {name} cannot be set up: {why}") from error


def keyring_of(chosen: Settings) -> Keyring:
    """Read secret and admins from the files the settings name; embedded makes them first."""
    secret = chosen.secret_file or embedded.secret(chosen.data_dir)
    tokens = chosen.tokens_file or embedded.admins(chosen.data_dir, chosen.public_url)
    return _keyring(Path(secret), Path(tokens))


def keyring_as_it_is(chosen: Settings) -> Keyring:
    """Read secret and admins and make nothing. Raises OSError, ValueError or WrongSettings."""
    secret = chosen.secret_file or chosen.data_dir / "secret"
    tokens = chosen.tokens_file or chosen.data_dir / "admin_tokens.json"
    return _keyring(secret, tokens)


def _keyring(secret: Path, tokens: Path) -> Keyring:
    text = secret.read_text("utf-8").strip()
    if len(text) < SHORTEST_SECRET:
        raise WrongSettings(f"The house secret in {secret} is shorter than {SHORTEST_SECRET} characters.")
    return Keyring(text.encode(), read_admins(tokens))

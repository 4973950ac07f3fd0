"""Bring one service's database up to date with Alembic; create it first where that is possible."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from shared.failpoints import reach

VERSION_TABLE = "schema_version"


def upgrade(url: str, service: str) -> None:
    """Create the database of `service` if need be, and migrate it to the newest revision."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
    else:
        _create_database(parsed)
    command.upgrade(_config(url, service), "head")


def is_current(url: str, service: str) -> bool:
    """Whether the database stands at the newest revision this code knows."""
    head = ScriptDirectory.from_config(_config(url, service)).get_current_head()
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision() == head


def run(context: Any, metadata: MetaData) -> None:
    """Run migrations; the three lines of every service's env.py call this."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=VERSION_TABLE,
            render_as_batch=True,
            transaction_per_migration=True,
            on_version_apply=lambda **_: reach("migrate.applied"),
        )
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                # Several replicas may start at once; the second waits and finds nothing to do.
                connection.execute(text("SELECT pg_advisory_xact_lock(4711)"))
            context.run_migrations()
        connection.commit()


def _config(url: str, service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files(f"services.{service}").joinpath("migrations")))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _create_database(url: URL) -> None:
    admin = create_engine(
        url.set(database="postgres"),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 5},
    )
    with admin.connect() as connection:
        there = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": url.database})
        if not there:
            quoted = admin.dialect.identifier_preparer.quote(url.database or "")
            connection.execute(text(f"CREATE DATABASE {quoted} ENCODING 'UTF8' TEMPLATE template0"))

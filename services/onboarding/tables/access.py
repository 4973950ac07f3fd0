"""Which credentials have ended, API keys, and forms that wait for somebody to sign in.

`standings` and `keys` hold what `shared.register` asks, and what telling of them takes.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Integer, String, Table, Uuid

from services.onboarding.domain import ApiKey, KeptForm, Standing
from services.onboarding.tables.ground import mapper, metadata
from shared.database import Moment

standings = Table(
    "standings",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("id", Uuid, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
)
keys = Table(
    "keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject", String(200), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("last_used_on", Date),
    Column("name", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
)
kept_forms = Table(
    "kept_forms",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("browser", String(64), nullable=False, index=True),
    Column("path", String(500), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

mapper.map_imperatively(Standing, standings, version_id_col=standings.c.version)
mapper.map_imperatively(ApiKey, keys, version_id_col=keys.c.version)
mapper.map_imperatively(KeptForm, kept_forms)

"""The settings of the house: read once from the environment, documented here, checked at start.

With nothing set the whole house runs embedded: one process, SQLite files, broker in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvError

from shared import failpoints
from shared.operator import read_operator

ROLES = ("doors", "listener", "relay", "clock", "sender")


class WrongSettings(Exception):
    """The environment asks for something that cannot be; the text says what, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What may differ from one installation to the next."""

    amqp_uri: str  #: AMQP_URI, the broker, maybe with `{service}` in it; `memory://localhost` lives in this process
    database_url: str  #: DATABASE_URL with `{service}` in it; SQLite files in DATA_DIR by default
    host: str  #: HOST the doors listen on
    port: int  #: PORT the doors listen on
    data_dir: Path  #: DATA_DIR of the embedded default: databases, secret, access.json
    public_url: str  #: PUBLIC_URL that links in letters start with, no slash at the end
    mail_url: str  #: MAIL_URL, `console:` or `smtp://[user:password@]host:port`
    mail_from: str  #: MAIL_FROM address of letters
    admin_mailbox: str  #: ADMIN_MAILBOX where letters to the city's admins go
    setup: bool  #: SETUP, whether a service migrates and applies topology itself at start
    roles: tuple[str, ...]  #: ROLES this process plays
    secret_file: Path | None  #: HOUSE_SECRET_FILE; made in DATA_DIR when embedded
    tokens_file: Path | None  #: ADMIN_TOKENS_FILE; made in DATA_DIR when embedded
    operator_file: Path | None  #: OPERATOR_FILE, what only the operator can say: imprint, privacy, checked texts
    log_level: str  #: LOG_LEVEL
    log_format: str  #: LOG_FORMAT, `plain` or `json`

    @property
    def embedded(self) -> bool:
        """Whether the broker lives in this process; then everything else does, too."""
        return self.amqp_uri.startswith("memory:")

    @property
    def loopback(self) -> bool:
        return self.host in {"127.0.0.1", "localhost"}

    def broker(self, service: str) -> str:
        """Return the URI of the broker for `service`, which may have a user of its own."""
        return self.amqp_uri.replace("{service}", service)

    def database(self, service: str) -> str:
        """Return the database URL of `service`."""
        return self.database_url.replace("{service}", service)


def read(env: Env | None = None) -> Settings:
    """Read the environment. Raises WrongSettings."""
    env = env or Env()
    try:
        settings = _read(env)
    except EnvError as error:
        raise WrongSettings(str(error)) from error
    _check(settings)
    try:
        read_operator(settings.operator_file)
    except ValueError as error:
        raise WrongSettings(f"OPERATOR_FILE {error}") from error
    if failpoints.ASKED and settings.public_url.startswith("https:"):
        raise WrongSettings("HUB_FAILPOINTS makes this process fail on purpose; a house at https:// does not do that.")
    return settings


def _read(env: Env) -> Settings:
    data_dir = Path(env.str("DATA_DIR", "data")).resolve()
    host, port = env.str("HOST", "127.0.0.1"), env.int("PORT", 8000)
    return Settings(
        amqp_uri=env.str("AMQP_URI", "memory://localhost"),
        database_url=env.str("DATABASE_URL", f"sqlite:///{data_dir}/{{service}}.db"),
        host=host,
        port=port,
        data_dir=data_dir,
        public_url=env.str("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        mail_url=env.str("MAIL_URL", "console:"),
        mail_from=env.str("MAIL_FROM", "innovationshub@bielefeld.example"),
        admin_mailbox=env.str("ADMIN_MAILBOX", "innovationshub-team@bielefeld.example"),
        setup=env.str("SETUP", "on").lower() not in {"off", "no", "0", "false"},
        roles=tuple(role.strip() for role in env.str("ROLES", ",".join(ROLES)).split(",") if role.strip()),
        secret_file=env.path("HOUSE_SECRET_FILE", None),
        tokens_file=env.path("ADMIN_TOKENS_FILE", None),
        operator_file=env.path("OPERATOR_FILE", None),
        log_level=env.str("LOG_LEVEL", "INFO"),
        log_format=env.str("LOG_FORMAT", "plain"),
    )


def _check(settings: Settings) -> None:
    if "{service}" not in settings.database_url:
        raise WrongSettings("DATABASE_URL needs {service} in it: every service has a database of its own.")
    unknown = set(settings.roles) - set(ROLES)
    if unknown:
        raise WrongSettings(f"ROLES knows no {', '.join(sorted(unknown))}; it knows {', '.join(ROLES)}.")
    if settings.embedded and not settings.loopback:
        raise WrongSettings(
            f"HOST is {settings.host}, but the embedded default has a built-in sign-in and serves loopback only. "
            "Set AMQP_URI and DATABASE_URL, or use HOST=127.0.0.1."
        )
    if not settings.embedded and not (settings.secret_file and settings.tokens_file):
        raise WrongSettings("Outside the embedded default set HOUSE_SECRET_FILE and ADMIN_TOKENS_FILE.")
    if not 0 < settings.port < 65536:  # noqa: PLR2004
        raise WrongSettings(f"PORT is a number from 1 to 65535, not {settings.port}.")
    if urlsplit(settings.amqp_uri).scheme not in {"memory", "amqp", "amqps", "pyamqp"}:
        raise WrongSettings("AMQP_URI starts with amqp:// or amqps://.")
    if not _is_mail_url(settings.mail_url):
        raise WrongSettings("MAIL_URL is console: or smtp://host:port.")


def _is_mail_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "console" or (parts.scheme == "smtp" and bool(parts.hostname) and parts.port != 0)
    except ValueError:  # a port that is no number
        return False

"""The settings of the house: read once from the environment, documented here, checked at start.

With nothing set the whole house runs embedded: one process, SQLite files, broker in memory.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvError

from shared import failpoints
from shared.operator import read_operator
from shared.periods import Periods

ROLES = ("doors", "listener", "relay", "clock", "sender", "scanner")
MIB = 1024 * 1024
#: What the scanner and the examiner of a file are made for.
MOST_MIB = 20
MOST_DAYS = 3650


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
    attachments_url: str  #: ATTACHMENTS_URL, `file:/folder` or `s3://key:secret@host[:port]/bucket[?tls=off]`
    clamd_url: str  #: CLAMD_URL of the virus scanner, `tcp://host:port` or `unix:/path`; without it nothing is scanned
    attachment_mib: int  #: ATTACHMENT_MIB, how large one attachment may be
    attachments_each: int  #: ATTACHMENTS_EACH, how many an application may have
    attachments_daily_mib: int  #: ATTACHMENTS_DAILY_MIB, how much an applicant may bring in 24 hours
    admin_mailbox: str  #: ADMIN_MAILBOX where letters to the city's admins go
    setup: bool  #: SETUP, whether a service migrates and applies topology itself at start
    roles: tuple[str, ...]  #: ROLES this process plays
    secret_file: Path | None  #: HOUSE_SECRET_FILE; made in DATA_DIR when embedded
    tokens_file: Path | None  #: ADMIN_TOKENS_FILE; made in DATA_DIR when embedded
    operator_file: Path | None  #: OPERATOR_FILE, what only the operator can say: imprint, privacy, checked texts
    log_level: str  #: LOG_LEVEL
    log_format: str  #: LOG_FORMAT, `plain` or `json`
    periods: Periods = field(default_factory=Periods)  #: REVIEW_DAYS and its like

    @property
    def embedded(self) -> bool:
        """Whether the broker lives in this process; then everything else does, too."""
        return self.amqp_uri.startswith("memory:")

    @property
    def loopback(self) -> bool:
        return self.host in {"127.0.0.1", "localhost"}

    @property
    def attachment_bytes(self) -> int:
        return self.attachment_mib * MIB

    @property
    def attachments_dir(self) -> Path | None:
        """The folder of attachments; None if they are not kept in a folder."""
        parts = urlsplit(self.attachments_url)
        return Path(parts.path) if parts.scheme == "file" else None

    @property
    def spool_dir(self) -> Path | None:
        """Where a file lies while it comes in: beside the others, or where temporary files go."""
        folder = self.attachments_dir
        return folder if folder and folder.is_dir() else None

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
    _check_periods(settings.periods)
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
        attachments_url=env.str("ATTACHMENTS_URL", f"file:{data_dir}/attachments"),
        clamd_url=env.str("CLAMD_URL", ""),
        attachment_mib=env.int("ATTACHMENT_MIB", 10),
        attachments_each=env.int("ATTACHMENTS_EACH", 5),
        attachments_daily_mib=env.int("ATTACHMENTS_DAILY_MIB", 50),
        admin_mailbox=env.str("ADMIN_MAILBOX", "innovationshub-team@bielefeld.example"),
        setup=env.str("SETUP", "on").lower() not in {"off", "no", "0", "false"},
        roles=tuple(role.strip() for role in env.str("ROLES", ",".join(ROLES)).split(",") if role.strip()),
        secret_file=env.path("HOUSE_SECRET_FILE", None),
        tokens_file=env.path("ADMIN_TOKENS_FILE", None),
        operator_file=env.path("OPERATOR_FILE", None),
        log_level=env.str("LOG_LEVEL", "INFO"),
        log_format=env.str("LOG_FORMAT", "plain"),
        periods=_periods(env),
    )


def _periods(env: Env) -> Periods:
    return Periods(
        review=env.int("REVIEW_DAYS", 10),
        decision=env.int("DECISION_DAYS", 5),
        signature=env.int("SIGNATURE_DAYS", 3),
        reply=env.int("REPLY_DAYS", 14),
        reply_grace=env.int("REPLY_GRACE_DAYS", 14),
        draft=env.int("DRAFT_DAYS", 30),
        draft_warning=env.int("DRAFT_WARNING_DAYS", 7),
        reconsideration=env.int("RECONSIDERATION_DAYS", 30),
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
    _check_attachments(settings)


def _check_attachments(settings: Settings) -> None:
    storage, scanner = urlsplit(settings.attachments_url), urlsplit(settings.clamd_url)
    in_folder = storage.scheme == "file" and storage.path.startswith("/") and not storage.netloc
    in_bucket = storage.scheme == "s3" and storage.username and storage.password and storage.path.strip("/")
    if not in_folder and not in_bucket:
        raise WrongSettings("ATTACHMENTS_URL is file:/folder or s3://key:secret@host/bucket.")
    if settings.clamd_url and not (scanner.scheme == "unix" and scanner.path) and not _is_tcp(settings.clamd_url):
        raise WrongSettings("CLAMD_URL is tcp://host:port or unix:/path, or empty.")
    if not 0 < settings.attachment_mib <= MOST_MIB or settings.attachments_each < 0:
        raise WrongSettings(f"ATTACHMENT_MIB is a number from 1 to {MOST_MIB}, ATTACHMENTS_EACH one from 0.")


def _is_tcp(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "tcp" and bool(parts.hostname and parts.port)
    except ValueError:  # a port that is no number
        return False


def _check_periods(periods: Periods) -> None:
    for name, days in asdict(periods).items():
        if not 0 < days <= MOST_DAYS:
            raise WrongSettings(f"{name.upper()}_DAYS is a number from 1 to {MOST_DAYS}, not {days}.")


def _is_mail_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "console" or (parts.scheme == "smtp" and bool(parts.hostname) and parts.port != 0)
    except ValueError:  # a port that is no number
        return False

"""Where tests find RabbitMQ and PostgreSQL: named by the environment, else private ones on loopback, else containers.

The private ones can be killed; they live in a temporary folder and end with the test session.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection
from sqlalchemy import create_engine, text

from tests.support.hub import free_port, wait_for

RABBIT = Path("/usr/lib/rabbitmq/bin")


def _as(user: str) -> dict[str, Any]:
    """Drop to the package's own user when we are root: neither server likes to run as root."""
    if os.getuid():
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _folder(prefix: str, user: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    if not os.getuid():
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    return folder


class Rabbit:
    """A private RabbitMQ node from the local binary."""

    def __init__(self) -> None:
        self.port, dist, self.epmd = free_port(), free_port(), free_port()
        self.folder = folder = _folder("hub-rabbit-", "rabbitmq")
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"hub{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(dist),
            "ERL_EPMD_PORT": str(self.epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        with (self.folder / "out.log").open("ab") as log:
            self.child = subprocess.Popen(
                [RABBIT / "rabbitmq-server"],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **_as("rabbitmq"),
            )
        assert wait_for(self._answers, within=90, every=0.3), (self.folder / "out.log").read_text()[-2000:]

    def ctl(self, *words: str) -> str:
        """Run rabbitmqctl against this node."""
        done = subprocess.run(
            [RABBIT / "rabbitmqctl", "-q", *words],
            env=self.environment,
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
            **_as("rabbitmq"),
        )
        return done.stdout

    def kill(self) -> None:
        """A power cut."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        self._signal(signal.SIGTERM)
        epmd = {**self.environment, "ERL_EPMD_PORT": str(self.epmd)}
        wait_for(  # epmd refuses for a moment while it still knows the node
            lambda: b"Killed" in subprocess.run(["epmd", "-kill"], env=epmd, capture_output=True, check=False).stdout,
            within=3,
            every=0.2,
        )
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: int) -> None:
        if self.child is None or self.child.poll() is not None:
            return
        os.killpg(self.child.pid, number)
        self.child.wait(60)

    def _answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except OSError:
            return False
        return True


#: The private nodes that run now, by URL.
_private: dict[str, Rabbit] = {}


class Postgres:
    """A private PostgreSQL cluster from the local binaries."""

    def __init__(self) -> None:
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")).parent
        self.port, self.folder = free_port(), _folder("hub-postgres-", "postgres")
        options = ("-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self._run("initdb", "-D", f"{self.folder}/data", *options)
        with (self.folder / "data" / "postgresql.conf").open("a") as config:
            config.write(f"\nlisten_addresses='127.0.0.1'\nport={self.port}\nunix_socket_directories='{self.folder}'\n")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg2://postgres@127.0.0.1:{self.port}/{{service}}"

    def start(self) -> None:
        # After kill -9 the old children need a moment to go.
        assert wait_for(lambda: self._ctl("-t", "30", "start") == 0, within=20, every=0.3)

    def crash(self) -> None:
        """Stop without a checkpoint: the next start recovers from the log."""
        self._ctl("-m", "immediate", "stop")

    def close(self) -> None:
        self._ctl("-m", "fast", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ctl(self, *words: str) -> int:
        return self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", *words, check=False)

    def _run(self, command: str, *words: str, check: bool = True) -> int:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.run(
            [self.bin / command, *words], cwd=self.folder, check=check, **quiet, **_as("postgres")
        ).returncode


@contextmanager
def rabbit_url() -> Iterator[str]:
    """Give the URL of a RabbitMQ to test with, or skip and say why."""
    if named := os.environ.get("TEST_AMQP_URI"):
        yield named
    elif (RABBIT / "rabbitmq-server").exists():
        with private_rabbit() as rabbit:
            yield rabbit.url
    else:
        with container("rabbitmq") as url:
            yield url


@contextmanager
def private_rabbit() -> Iterator[Rabbit]:
    """Give a RabbitMQ that a test may kill."""
    if not (RABBIT / "rabbitmq-server").exists():
        pytest.skip("no local rabbitmq-server to start and kill; `make test` installs it where it may")
    rabbit = Rabbit()
    try:
        rabbit.start()
        _private[rabbit.url] = rabbit
        yield rabbit
    finally:
        _private.pop(rabbit.url, None)
        rabbit.close()


@contextmanager
def private_postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL that a test may crash."""
    if not any(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")):
        pytest.skip("no local PostgreSQL to start and crash; `make test` installs it where it may")
    postgres = Postgres()
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.close()


@contextmanager
def database_url() -> Iterator[str]:
    """Give a PostgreSQL URL with `{service}` in it, to test with; or skip and say why."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield named
    elif any(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")):
        with private_postgres() as postgres:
            yield postgres.url
    else:
        with container("postgres") as url:
            yield url


@contextmanager
def own_vhost(url: str) -> Iterator[str]:
    """Give a part of the broker that nobody else uses, for a hub that lives beside other tests."""
    rabbit = _private.get(url)
    if rabbit is None:  # a broker somebody named: there it has to be the queues
        with own_queues(url) as own:
            yield own
        return
    name = f"t{uuid4().hex[:8]}"
    rabbit.ctl("add_vhost", name)
    rabbit.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
    yield f"{url}{name}"
    rabbit.ctl("delete_vhost", name)


@contextmanager
def own_queues(url: str) -> Iterator[str]:
    """Give a broker without leftovers: the queues of this house are deleted before and after."""
    _delete_queues(url)
    yield url
    _delete_queues(url)


@contextmanager
def own_databases(url: str) -> Iterator[str]:
    """Give a URL whose databases nobody else uses, and drop them afterwards."""
    prefix = f"t{uuid4().hex[:8]}_"
    yield url.replace("{service}", f"{prefix}{{service}}")
    engine = create_engine(url.replace("{service}", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        names = connection.scalars(
            text("SELECT datname FROM pg_database WHERE datname LIKE :prefix"), {"prefix": f"{prefix}%"}
        )
        for name in list(names):
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def _delete_queues(url: str) -> None:
    from shared.topology import dead_letters, pairs, work_queue

    names = {work_queue(listener, teller).name for listener, teller in pairs()}
    names |= {dead_letters(listener).name for listener, _ in pairs()}
    with Connection(url) as connection:
        for name in names:
            connection.channel().queue_delete(name)


@contextmanager
def container(kind: str) -> Iterator[str]:
    """Give a server of `kind` (`rabbitmq` or `postgres`) in a container; skips, saying why, without an engine."""
    from tests.support import containers

    with getattr(containers, kind)() as url:
        # A rendered URL would quote the braces, so they are put in by hand.
        yield f"{url.rpartition('/')[0]}/{{service}}" if kind == "postgres" else url

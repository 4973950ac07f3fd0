"""Private servers on loopback that a drill or a test may kill: from the machine's packages, in temporary folders."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from kombu import Connection

RABBIT = Path("/usr/lib/rabbitmq/bin")


def has_rabbit() -> bool:
    """Whether this machine has a RabbitMQ to start."""
    return (RABBIT / "rabbitmq-server").exists()


def has_postgres() -> bool:
    """Whether this machine has a PostgreSQL to start."""
    return any(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(question: Any, *, within: float = 20.0, every: float = 0.05) -> Any:
    """Return the first truthy answer of `question()`, or its last one when the time is up."""
    end = time.monotonic() + within
    while True:
        answer = question()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(every)


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
        said: str = done.stdout
        return said

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
        quiet: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        done = subprocess.run([self.bin / command, *words], cwd=self.folder, check=check, **quiet, **_as("postgres"))
        return int(done.returncode)

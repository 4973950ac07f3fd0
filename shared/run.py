"""Start services. Import this first: it makes the standard library cooperative."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet announces its retirement at every import; DECISIONS.md knows
    import eventlet

eventlet.monkey_patch()

import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from importlib import import_module, metadata
from typing import Any

from nameko.runners import ServiceRunner

from shared import embedded, failpoints, logs, settings
from shared.auth import Keyring
from shared.broker import Broker
from shared.settings import Settings, WrongSettings
from shared.setup import keyring_of, setup_databases

log = logging.getLogger(__name__)

WORKERS = 32
#: A process that was told to stop is gone after this, whatever hangs.
STOP_WITHIN_S = 33
#: Pinned because we lean on their insides; a silent upgrade would be a silent change of promises.
PINNED = {"nameko": "2.14.1", "kombu": "5.7.0", "amqp": "5.4.2", "eventlet": "0.41.3"}


def serve(*names: str) -> None:
    """Run the services called `names` in this process until told to stop. A wrong setting ends it with one sentence."""
    os.umask(0o077)
    try:
        chosen = settings.read()
        logs.configure(chosen.log_level, chosen.log_format)
        if failpoints.ASKED:
            log.warning("THIS PROCESS WILL FAIL ON PURPOSE: HUB_FAILPOINTS=%s", failpoints.ASKED)
        _check_versions()
        _check_company(chosen, names)
        _check_port(chosen)
        lock = embedded.claim(chosen.data_dir) if chosen.embedded else None
        keyring = keyring_of(chosen)
        if chosen.setup:
            setup_databases(chosen, *names)
    except (WrongSettings, ValueError, OSError) as error:
        sys.exit(f"innovationshub: {error}")
    _run(chosen, keyring, names)
    if lock:
        lock.close()


def _run(chosen: Settings, keyring: Keyring, names: tuple[str, ...]) -> None:
    from shared.web import builtin  # needs nameko, and nameko needs the patched library

    if chosen.embedded:
        Broker(chosen.amqp_uri).apply_topology(*names)
    config: dict[str, Any] = {
        "WEB_SERVER_ADDRESS": f"{chosen.host}:{chosen.port}",
        "SETTINGS": chosen,
        "KEYRING": keyring,
        "READY": {},
        "max_workers": WORKERS,
    }
    builtin.install(config)
    runner = ServiceRunner(config)
    for name in names:
        runner.add_service(import_module(f"services.{name}.service").Service)
    _stop_on_signals(runner.stop)
    runner.start()
    _announce(chosen, keyring, names)
    runner.wait()


def _stop_on_signals(stop: Callable[[], None]) -> None:
    """Stop in order at the first SIGTERM or Ctrl-C, at once at the second."""
    asked: list[int] = []

    def on_signal(number: int, _: Any) -> None:
        asked.append(number)
        if len(asked) > 1:
            os._exit(128 + number)
        eventlet.spawn_after(STOP_WITHIN_S, os._exit, 128 + number)  # safe: what is not committed was never promised
        eventlet.spawn_n(stop)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


def _check_versions() -> None:
    for name, wanted in PINNED.items():
        found = metadata.version(name)
        if found != wanted:
            raise WrongSettings(f"{name} is {found}, but this release was made for {wanted}; run `make setup`.")


def _check_company(chosen: Settings, names: tuple[str, ...]) -> None:
    if chosen.embedded and len(names) == 1:
        raise WrongSettings(
            "One service alone needs a broker: set AMQP_URI and DATABASE_URL, or start all: `python -m services`."
        )


def _check_port(chosen: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise WrongSettings(f"Port {chosen.port} on {chosen.host} is taken; set PORT to another one.") from None


def _announce(chosen: Settings, keyring: Keyring, names: tuple[str, ...]) -> None:
    if not chosen.embedded:
        log.info("%s ready on %s:%d", ", ".join(names), chosen.host, chosen.port)
        return
    url = chosen.public_url
    lines = ["", f"  Innovationshub Bielefeld  {url}", ""]
    lines += [f"  apply      {url}/apply", f"  workbench  {url}/workbench", f"  catalog    {url}/catalog", ""]
    people = " or ".join(admin.name for admin in keyring.admins)
    lines += [f"  sign in as {people}: {url}/sign-in"]
    lines += ["", f"  tokens for the API: {chosen.data_dir}/access.json      stop with Ctrl-C", ""]
    print("\n".join(lines), flush=True)  # noqa: T201

"""Without room on the disk doors say 503 and when to come again, nothing is half-written, and later all goes on."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from sqlalchemy import create_engine, text

from services.house import NAMES
from tests.support import hub as hubs
from tests.support import servers
from tests.support.hub import Hub, wait_for

Count = Callable[[str], int]


@contextmanager
def small_disk(at: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk in memory at `at`, or skip where we may not."""
    at.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(at)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk may be mounted here")
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


def fill(disk: Path) -> None:
    """Take all room there is."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def apply_until_refused(hub: Hub, refusals: int = 5) -> tuple[list[dict[str, str]], list[requests.Response], str]:
    """Apply until that many are refused one after the other. Returns accepted ones, refusals, the last one's key."""
    accepted, refused, key = [], [], ""
    for n in range(400):
        key = str(uuid4())
        answer = hub.client().apply(f"Knapp {n}", Idempotency_Key=key)
        if answer.status_code == 201:
            accepted.append(answer.json())
            refused = []
        else:
            refused.append(answer)
        if len(refused) == refusals:
            return accepted, refused, key
    raise AssertionError("the disk was never full")


def check_that_a_full_disk_costs_nothing(hub: Hub, disk: Path, count: Count) -> None:
    before = hub.client().apply("Davor").json()
    fill(disk)

    accepted, refused, key = apply_until_refused(hub)
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
        assert int(answer.headers["Retry-After"]) > 0
    assert hub.client().get("/api/v1/models/current").status_code == 200
    assert hub.client().get("/health/live").status_code == 200

    (disk / "ballast").unlink()
    again = wait_for(lambda: taken(hub, key), within=30)
    assert again, "there is room again"
    everybody = [before, *accepted, again]
    assert count("SELECT count(*) FROM applications") == len(everybody)
    assert count("SELECT count(DISTINCT aggregate_id) FROM outbox WHERE sequence = 1") == len(everybody)
    assert count("SELECT count(*) FROM idempotency WHERE status = 201") == len(everybody)

    hub.approve(before["id"])
    mina = hub.client(before["token"])
    assert wait_for(lambda: mina.json(f"/api/v1/applications/{before['id']}")["links"].get("use_case"), within=60)
    for one in everybody:
        ledger = f"/api/v1/applications/{one['id']}/deliveries"
        assert wait_for(lambda ledger=ledger: hub.vera.get(ledger).status_code == 200, within=60), one["number"]
    assert all(process.child and process.child.poll() is None for process in hub.processes.values())


def taken(hub: Hub, key: str) -> dict[str, str] | None:
    answer = hub.client().apply("Nachgereicht", Idempotency_Key=key)
    return answer.json() if answer.status_code == 201 else None


def test_a_full_disk_under_the_embedded_house_costs_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data", 24) as disk:
        hub = hubs.embedded(tmp_path)

        def count(query: str) -> int:
            engine = create_engine(f"sqlite:///{disk}/onboarding.db")
            with engine.connect() as connection:
                return int(connection.scalar(text(query)) or 0)

        try:
            check_that_a_full_disk_costs_nothing(hub, disk, count)
        finally:
            hub.stop()


@pytest.fixture
def postgres() -> Iterator[servers.Postgres]:
    with servers.private_postgres() as running:
        yield running


def test_full_databases_cost_nothing(tmp_path: Path, postgres: servers.Postgres, rabbit_url: str) -> None:
    place = Path("/var/tmp") / f"hub-{uuid4().hex[:8]}"  # where PostgreSQL's own user gets to
    try:
        with small_disk(place, 64) as disk, servers.own_vhost(rabbit_url) as broker:
            space = disk / "space"
            space.mkdir(mode=0o700)
            shutil.chown(disk, "postgres")
            shutil.chown(space, "postgres")
            prepare(postgres, space)
            hub = hubs.separate(tmp_path, broker, postgres.url)

            def count(query: str) -> int:
                engine = create_engine(postgres.url.replace("{service}", "onboarding"))
                with engine.connect() as connection:
                    return int(connection.scalar(text(query)) or 0)

            try:
                check_that_a_full_disk_costs_nothing(hub, disk, count)
                assert "No space left on device" in (postgres.folder / "log").read_text()
            finally:
                hub.stop()
                postgres.crash()
    finally:
        place.rmdir()


def prepare(postgres: servers.Postgres, space: Path) -> None:
    """Make the databases on the small disk; the log of PostgreSQL stays where it is."""
    engine = create_engine(postgres.url.replace("{service}", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE TABLESPACE small LOCATION '{space}'"))
        for name in NAMES:
            connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0 TABLESPACE small"))
    engine.dispose()

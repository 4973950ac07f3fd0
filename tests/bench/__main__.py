"""`make bench`: how fast the hub is, beside what a user would pick instead, in one run on one machine.

Quote ratios, not absolute figures. `--part` chooses, `--seconds`, `--rounds` and `--events` make it shorter.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from tests.bench import delivery, pages, peers
from tests.support import hub as hubs
from tests.support import servers
from tests.support.hub import ROOT, Hub, wait_for

CONNECTIONS, RATE = 16, 40


def load(url: str, path: str, body: Path, seconds: float, rate: float = 0) -> dict[str, Any]:
    address = url.removeprefix("http://")
    words = [address, path, str(body), str(CONNECTIONS), str(seconds), str(rate)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def body_file(hub: Hub, folder: Path) -> Path:
    """The complete example of the model, submitted: what a real applicant sends."""
    contact = {"email": "mina@parkpilot.example", "name": "Mina Yıldız", "language": "de"}
    file = folder / "body.json"
    file.write_text(json.dumps({"contact": contact, "answers": hub.client().example(), "submit": True}), "utf-8")
    return file


def memory_mb(hub: Hub) -> float:
    total = 0
    for process in hub.processes.values():
        assert process.child is not None
        status = Path(f"/proc/{process.child.pid}/status").read_text()
        total += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return round(total / 1024, 1)


@contextmanager
def embedded() -> Iterator[tuple[Hub, dict[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        hub = hubs.embedded(Path(folder), MAIL_URL="console:", LOG_LEVEL="WARNING")
        yield hub, {name: f"sqlite:///{folder}/data/{name}.db" for name in ("onboarding", "catalog", "notifications")}
        hub.stop()


@contextmanager
def three(amqp: str, database: str) -> Iterator[tuple[Hub, dict[str, str]]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.own_queues(amqp) as broker,
        servers.own_databases(database) as databases,
    ):
        hub = hubs.separate(Path(folder), broker, databases, LOG_LEVEL="WARNING")
        yield hub, {name: databases.replace("{service}", name) for name in hub.processes}
        hub.stop()


def measure(hub: Hub, databases: dict[str, str], seconds: float) -> dict[str, Any]:
    """Load the hub with submissions, then wait for the listeners, then measure delivery at a steady rate."""
    with tempfile.TemporaryDirectory() as folder:
        body = body_file(hub, Path(folder))
        url = hub.bases["onboarding"]
        load(url, "/api/v1/applications", body, 2)
        settle(databases)
        idle = memory_mb(hub)
        full = load(url, "/api/v1/applications", body, seconds)
        started = time.monotonic()
        settle(databases)
        caught_up = time.monotonic() - started
        steady = load(url, "/api/v1/applications", body, seconds, RATE)
        settle(databases)
        return {
            "submissions": full,
            "listeners_caught_up_after_s": round(caught_up, 1),
            "steady": steady,
            "commit_to_catalog_ms": latencies(databases, steady["answered"]),
            "memory_mb": {"idle": idle, "after": memory_mb(hub)},
        }


def settle(databases: dict[str, str]) -> None:
    """Wait until both listeners have taken in all that onboarding told."""

    def behind() -> int:
        told = count(databases["onboarding"], "SELECT count(*) FROM outbox")
        return max(
            told - count(databases[one], "SELECT count(*) FROM inbox WHERE teller = 'onboarding'")
            for one in ("catalog", "notifications")
        )

    assert wait_for(lambda: behind() <= 0, within=180, every=0.2), f"still {behind()} events behind"


def latencies(databases: dict[str, str], newest: int) -> dict[str, float]:
    """From commit in onboarding to commit in the catalog, of the newest submissions."""
    told = dict(
        rows(
            databases["onboarding"],
            f"SELECT event_id, created_at FROM outbox ORDER BY position DESC LIMIT {newest * 2}",
        )
    )
    heard = dict(rows(databases["catalog"], "SELECT event_id, received_at FROM inbox"))
    times = sorted(seconds(heard[id_]) - seconds(at) for id_, at in told.items() if id_ in heard)
    return {"p50": round(times[len(times) // 2] * 1000, 1), "p95": round(times[int(len(times) * 0.95)] * 1000, 1)}


def seconds(moment: Any) -> float:
    from datetime import UTC, datetime

    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def rows(url: str, query: str) -> list[tuple[Any, Any]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [(row[0], row[1]) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def count(url: str, query: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: int = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return found


def cold_start() -> float:
    """Seconds from nothing (a new data folder) to ready."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        hub = hubs.embedded(Path(folder))
        took = time.monotonic() - started
        hub.stop()
        return round(took, 2)


def main() -> None:
    every = ("house", "peers", pages.PART, *delivery.PARTS)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=every, help="measure only this")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--events", type=int, default=5000)
    chosen = parser.parse_args()
    parts = set(chosen.part or every)
    result: dict[str, Any] = {"cpus": os.cpu_count(), "connections": CONNECTIONS}
    if travels := parts & set(delivery.PARTS):
        result["delivery"] = delivery.main(travels, chosen.events)
    if pages.PART in parts:
        result["pages"] = pages.main(chosen.seconds)
    if "house" in parts:
        result["cold_start_s"] = cold_start()
        print(f"cold start, empty data folder: {result['cold_start_s']} s", flush=True)
        with embedded() as (hub, databases):
            result["embedded"] = measure(hub, databases, chosen.seconds)
            print("embedded", json.dumps(result["embedded"]), flush=True)
    if parts & {"house", "peers"}:
        beside_each_other(result, parts, chosen.seconds, chosen.rounds)
    report(result)


def beside_each_other(result: dict[str, Any], parts: set[str], seconds: float, rounds: int) -> None:
    """Measure three processes and the peers in turns, so that all meet the same machine."""
    with servers.rabbit_url() as amqp, servers.database_url() as database:
        for turn in range(rounds):
            if "house" in parts:
                with three(amqp, database) as (hub, databases):
                    ours = measure(hub, databases, seconds)
                print(f"round {turn + 1}: three processes", json.dumps(ours), flush=True)
                result.setdefault("three", []).append(ours)
            for name in peers.NAMES if "peers" in parts else ():
                theirs = peers.measure(
                    name, amqp, database, lambda url, body: load(url, "/applications", body, seconds)
                )
                print(f"round {turn + 1}: {name}", json.dumps(theirs), flush=True)
                result.setdefault(name, []).append(theirs)


def report(result: dict[str, Any]) -> None:
    if "three" in result:
        ours = max(one["submissions"]["per_second"] for one in result["three"])
        print(f"\nsubmissions/s   embedded {result['embedded']['submissions']['per_second']}   three processes {ours}")
        for name in set(peers.NAMES) & set(result):
            theirs = max(one["per_second"] for one in result[name])
            print(f"  beside {name}: {theirs}/s, ratio {ours / theirs:.2f}")
    folder = ROOT / ".cache"
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(result, indent=2), "utf-8")


if __name__ == "__main__":
    main()

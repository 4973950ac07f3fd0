"""`python -m tests.bench.preview`: how long an impact preview over many applications takes, and how much memory.

Fills a database with applications made of the examples of the model, on SQLite and on PostgreSQL, and lets
`hub model preview` hold a draft against them that is stricter in two rules. `--applications` makes it shorter.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from services.onboarding import tables
from services.onboarding.domain import Status
from services.onboarding.model import load
from services.onboarding.model.document import FOLDER
from shared import migrate
from shared.database import Database
from tests.support import servers
from tests.support.hub import ROOT

BATCH = 2000
#: One in so many is approved; the others are open.
APPROVED_EVERY = 5


def stricter() -> dict[str, Any]:
    """Return a draft 9.9: the oldest model, in which two conditions became violations."""
    document: dict[str, Any] = json.loads((FOLDER / "1.0.json").read_text("utf-8"))
    document |= {"version": "9.9", "status": "draft", "changes": {"from": "1.0", "moved": []}}
    turned = [rule for rule in document["rules"] if rule["severity"] in {"condition", "hint"}]
    for rule in turned[:2]:
        rule["severity"] = "violation"
    return document


def fill(database: Database, count: int) -> None:
    """Keep `count` applications with the answers of examples, each with a title of its own."""
    model = load((FOLDER / "1.0.json").read_text("utf-8"))
    rules = [rule["examples"]["failing"] for rule in model.public["rules"]]
    examples = [*(one["answers"] for one in model.public["examples"]), *rules]
    at = datetime.now(UTC)
    for start in range(0, count, BATCH):
        rows = [row(number, examples[number % len(examples)], at) for number in range(start, min(start + BATCH, count))]
        with database.engine.begin() as connection:
            connection.execute(insert(tables.applications), rows)


def row(number: int, answers: dict[str, Any], at: datetime) -> dict[str, Any]:
    use_case = {**answers.get("use_case", {}), "title": f"Fall {number}"}
    approved = number % APPROVED_EVERY == 0
    return {
        "id": uuid4(), "number": f"BI-{number:08}", "owner": f"applicant:{number}", "filed_by": None,
        "status": Status.APPROVED if approved else Status.SUBMITTED, "model": "1.0", "person": "Mina",
        "email": "mina@parkpilot.example", "language": "de", "proved": True,
        "answers": {**answers, "use_case": use_case}, "findings": [], "kind": "company", "themes": "mobility",
        "questions": [], "timeline": [], "due_on": None, "use_case": f"fall-{number}" if approved else None,
        "created_at": at, "changed_at": at, "version": 1, "sequence": 0,
    }  # fmt: skip


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process and of all that it started."""
    total, parents = 0, {pid}
    for status in sorted(Path("/proc").glob("[0-9]*/status"), key=lambda path: int(path.parent.name)):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if int(lines["Pid"]) in parents or int(lines["PPid"]) in parents:
            parents.add(int(lines["Pid"]))
            total += int(lines.get("VmRSS", "0 kB").split()[0])
    return total / 1024


def measure(url: str, draft: Path, workers: int) -> dict[str, Any]:
    keys = {"HOUSE_SECRET_FILE": str(draft), "ADMIN_TOKENS_FILE": str(draft)}  # asked for, and not read
    environment = {**os.environ, "DATABASE_URL": url, "AMQP_URI": "amqp://nowhere/", **keys}
    if url.startswith("sqlite"):
        folder = str(Path(url.removeprefix("sqlite:///")).parent)
        environment = {**os.environ, "DATA_DIR": folder}
    words = [sys.executable, "-c", "from services.cli import app; app()", "model", "preview", str(draft), "--csv"]
    began, peak = time.monotonic(), 0.0
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            [*words, "--workers", str(workers)], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.PIPE
        )
        while child.poll() is None:
            peak = max(peak, memory_mb(child.pid))
            time.sleep(0.25)
        seconds = time.monotonic() - began
        assert child.stderr is not None
        said = child.stderr.read().decode()
    assert child.returncode == 0, said
    totals = json.loads(said.strip().splitlines()[-1])
    return {"seconds": round(seconds, 1), "peak_mb": round(peak), "workers": workers, "changed": totals["changed"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        draft = Path(folder) / "9.9.json"
        draft.write_text(json.dumps(stricter()), "utf-8")
        urls = {}
        if chosen.only != "postgresql":
            urls["sqlite"] = f"sqlite:///{folder}/{{service}}.db"
        if chosen.only != "sqlite":
            urls["postgresql"] = stack.enter_context(servers.own_databases(stack.enter_context(servers.database_url())))
        for name, url in urls.items():
            migrate.upgrade(url.replace("{service}", "onboarding"), "onboarding")
            database = Database(url.replace("{service}", "onboarding"), tables.metadata)
            fill(database, chosen.applications)
            database.dispose()
            print(name, json.dumps({"applications": chosen.applications} | measure(url, draft, chosen.workers)))


if __name__ == "__main__":
    main()

"""What a drill has to say in the end: Markdown for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from drill.check import FAULTS
from drill.house import ROOT
from drill.parts import Outcome, Size
from drill.stage import Servers

SHOWN = 20


def write(folder: Path, outcomes: Sequence[Outcome], servers: Servers, size: Size) -> Path:
    """Write report.md and report.json into `folder`, anew after every part. Returns the path of the first."""
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": "ok" if all(one.ok for one in outcomes) else "faults",
        "versions": versions(servers),
        "size": asdict(size),
    }
    parts = [asdict(one) | {"ok": one.ok, "by_kind": one.by_kind} for one in outcomes]
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(about | {"parts": parts}, indent=2, ensure_ascii=False, default=str)
    (folder / "report.json").write_text(text + "\n", "utf-8")
    path = folder / "report.md"
    path.write_text(_markdown(about, outcomes), "utf-8")
    return path


def versions(servers: Servers) -> dict[str, str]:
    found = {
        "innovationshub": metadata.version("innovationshub"),
        "commit": _say("git", "rev-parse", "--short", "HEAD"),
    }
    found |= {name: metadata.version(name) for name in ("nameko", "kombu", "amqp", "eventlet", "sqlalchemy")}
    found |= {"python": platform.python_version(), "cpus": str(os.cpu_count()), "system": platform.platform()}
    if servers.rabbit:
        found["rabbitmq"] = servers.rabbit.ctl("version").strip()
    if servers.postgres:
        found["postgresql"] = _say(str(servers.postgres.bin / "postgres"), "--version")
    return found


def summary(outcome: Outcome) -> str:
    """Say in one line how a part went."""
    figures = outcome.counts | outcome.figures
    said = ", ".join(f"{name} {value}" for name, value in figures.items())
    faults = ", ".join(f"{count} {kind}" for kind, count in outcome.by_kind.items() if count)
    return (
        f"{outcome.part} (seed {outcome.seed}, {outcome.seconds:.0f} s): {faults or 'nothing lost or doubled'}; {said}"
    )


def _markdown(about: dict[str, Any], outcomes: Sequence[Outcome]) -> str:
    lines = ["# Drill", "", f"{about['at']}: **{about['verdict']}**", ""]
    lines += [", ".join(f"{name} {value}" for name, value in about["versions"].items()), ""]
    lines += ["| part | seed | s | " + " | ".join(FAULTS) + " |", "|" + " --- |" * (3 + len(FAULTS))]
    for one in outcomes:
        counts = " | ".join(str(one.by_kind[kind]) for kind in FAULTS)
        lines.append(f"| {one.part} | {one.seed} | {one.seconds:.0f} | {counts} |")
    for one in outcomes:
        lines += ["", f"## {one.part}, seed {one.seed}", ""]
        lines += [f"- {name}: {value}" for name, value in (one.counts | one.figures).items()]
        lines += [f"- **{kind}**: {what}" for kind, what in one.faults[:SHOWN]]
        if len(one.faults) > SHOWN:
            lines.append(f"- and {len(one.faults) - SHOWN} more in report.json")
    return "\n".join(lines) + "\n"


def _say(*words: str) -> str:
    try:
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
    except OSError:
        return "unknown"

"""`make mutants`: break the house on purpose, and see if the tests notice. Exit code 1 if one breakage goes unseen.

Each breakage is applied to a copy of the tree. One that no longer applies, and tests that fail without it, end the run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.breakages import BREAKAGES, SIMULATION, Breakage
from tests.support.hub import ROOT

SEED, SCHEDULES = 1, 400
FOLDERS = ("shared", "services", "drill", "deploy", "tests")
#: What pytest says when tests ran and some failed; anything else is no catch.
TESTS_FAILED = 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="breakages whose name contains this")
    parser.add_argument("--short", action="store_true", help="only those that the simulation catches")
    chosen = parser.parse_args()
    wanted = [one for one in BREAKAGES if chosen.only in one.name and (not chosen.short or one.caught_by == SIMULATION)]
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(Path(folder))
        for suite, only in sorted({(one.caught_by, one.only) for one in wanted}):
            assert _run(copy, suite, only) == 0, f"{suite} fails on a house that nobody broke"
    unseen = [one.name for one in wanted if not _is_caught(one)]
    print(f"{len(wanted) - len(unseen)} of {len(wanted)} breakages were caught", flush=True)
    return 1 if unseen else 0


def _is_caught(breakage: Breakage) -> bool:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(Path(folder))
        _break(copy, breakage)
        caught = _run(copy, breakage.caught_by, breakage.only) == TESTS_FAILED
    verdict = "caught" if caught else "NOT CAUGHT"
    print(f"{verdict:10}  {breakage.name}  ({breakage.caught_by}, {time.monotonic() - began:.1f} s)", flush=True)
    return caught


def _copy(folder: Path) -> Path:
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _break(copy: Path, breakage: Breakage) -> None:
    path = copy / breakage.path
    text = path.read_text("utf-8")
    for old, new in breakage.changes:
        if text.count(old) != 1:
            raise SystemExit(f"{breakage.name!r} no longer applies: {breakage.path} has {text.count(old)} times\n{old}")
        text = text.replace(old, new)
    compile(text, breakage.path, "exec")
    path.write_text(text, "utf-8")


def _run(copy: Path, suite: str, only: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", suite, *(("-k", only) if only else ())]
    if suite == SIMULATION:
        command = [sys.executable, "-m", "tests.simulation", str(SEED), str(SCHEDULES)]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode not in {0, TESTS_FAILED}:
        raise SystemExit(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())

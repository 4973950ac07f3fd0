"""What the README shows works: its bash blocks are run from top to bottom, in one shell, against a fresh hub."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import hub as hubs
from tests.support.hub import ROOT, Hub

README = (ROOT / "README.md").read_text("utf-8")
WITHIN_S = 60
#: Written before each block, so that the last one seen is the one that failed.
MARK = "@@ block"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the line it begins at, the bold words or the heading before it."""

    language: str
    line: int
    title: str
    code: str


def blocks(*languages: str) -> list[Block]:
    found = []
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        before = README[: match.start()]
        titles = re.findall(r"^(?:#+ (.+)|\*\*(.+?)\*\*.*)$", before, re.MULTILINE)
        title = next(part for part in titles[-1] if part)
        found.append(Block(match[1], before.count("\n") + 2, title.strip("."), match[2]))
    return [one for one in found if one.language in languages]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Hub]:
    running = hubs.embedded(tmp_path)
    yield running
    running.stop()


def test_the_journey_in_the_readme_works(fresh: Hub, tmp_path: Path) -> None:
    journey = blocks("bash")
    script = "".join(f"echo '{MARK} {number}' >&2\n{block.code}" for number, block in enumerate(journey))
    environment = {
        **os.environ,
        "HUB": fresh.bases["onboarding"],
        "DATA_DIR": str(tmp_path / "data"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TMPDIR": str(tmp_path),
    }
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.stderr or b"").decode()
        pytest.fail(f"{where(journey, said)} did not end within {WITHIN_S} s:\n{said[-2000:]}")
    assert done.returncode == 0, f"{where(journey, done.stderr)} failed:\n{done.stderr[-2000:]}\n{done.stdout[-1000:]}"


def where(journey: list[Block], said: str) -> str:
    reached = journey[int(re.findall(rf"^{MARK} (\d+)$", said, re.MULTILINE)[-1])]
    return f"README.md, line {reached.line}, “{reached.title}”"


@pytest.mark.parametrize("block", blocks("sh", "bash"), ids=lambda block: f"line {block.line}")
def test_a_block_that_is_shown_is_at_least_bash(block: Block) -> None:
    done = subprocess.run(["bash", "-n", "-c", block.code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_blocks_are_either_run_or_need_another_machine() -> None:
    assert {one.language for one in blocks("bash", "sh")} == {"bash", "sh"}
    assert len(blocks("bash")) >= 8
    assert README.count("```") == 2 * len(blocks("bash", "sh")), "a fence without a language is never checked"

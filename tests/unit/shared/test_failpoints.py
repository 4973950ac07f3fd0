"""Failpoints do nothing unless somebody asks, and then exactly what was asked."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from shared import failpoints

ROOT = Path(__file__).resolve().parents[3]
CODES = [f"K{n}" for n in range(1, 7)] + [f"R{n}" for n in range(1, 7)] + [f"C{n}" for n in range(1, 8)]
CODES += [f"N{n}" for n in range(1, 6)] + ["S1", "S2", "S3", "J1", "J2", "J3", "J4"]


def run(code: str, asked: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "HUB_FAILPOINTS"}
    if asked is not None:
        environment["HUB_FAILPOINTS"] = asked
    done = ["-c", f"from shared.failpoints import reach, midway\n{code}\nprint('done')"]
    return subprocess.run(
        [sys.executable, *done], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_nothing_happens_unless_it_was_asked_for_at_the_start() -> None:
    assert failpoints.ASKED == ""
    assert failpoints.reach is failpoints._nothing
    assert run("reach('relay.claimed')", None).stdout == "done\n"


def test_a_process_is_killed_at_the_passing_that_was_asked_for() -> None:
    asked = "relay.claimed=kill@3"
    assert run("reach('relay.claimed'); reach('relay.claimed'); reach('inbox.acted')", asked).stdout == "done\n"
    assert run("for _ in range(3): reach('relay.claimed')", asked).returncode == -9


def test_one_passing_raises_and_the_next_goes_on() -> None:
    code = "try: reach('inbox.acted')\nexcept Exception as error: print(repr(error))\nreach('inbox.acted')"
    assert run(code, "inbox.acted=raise;relay.claimed=kill").stdout == "Reached('inbox.acted')\ndone\n"


def test_several_passings_in_a_row_can_be_asked_for() -> None:
    code = "for n in range(1, 5):\n try: reach('inbox.acted')\n except Exception: print(n)"
    assert run(code, "inbox.acted=raise@2-3").stdout == "2\n3\ndone\n"


def test_an_answer_is_cut_in_its_middle() -> None:
    code = "for part in midway('door.answering', [b'ab', b'cd']): print(part, flush=True)"
    assert run(code, None).stdout == "b'ab'\nb'cd'\ndone\n"
    cut = run(code, "door.answering=kill")
    assert (cut.stdout, cut.returncode) == ("b'ab'\n", -9)


@pytest.mark.parametrize("asked", ["relay.claimed", "relay.claimed=burn", "relay.claimed=kill@0", "a=sleep:x"])
def test_what_cannot_be_read_is_refused(asked: str) -> None:
    with pytest.raises(ValueError, match="HUB_FAILPOINTS knows"):
        failpoints.points(asked)


def test_a_house_at_a_public_address_does_not_fail_on_purpose() -> None:
    code = "from shared import settings\nsettings.read()"
    environment = os.environ | {"HUB_FAILPOINTS": "a=kill", "PUBLIC_URL": "https://hub.example"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "on purpose" in done.stderr


def test_the_document_lists_every_kill_point_and_says_which_are_missing() -> None:
    text = (ROOT / "docs" / "kill-points.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S+)(?: †)? \| (.+?) \|", text, re.MULTILINE)[2:]
    listed, (missing,) = [code for code, _ in rows if code != "–"], re.findall(r"Not there yet.*\Z", text, re.DOTALL)
    there = {name.strip("`") for _, name in rows if name.startswith("`")}
    absent = {f"S{n}" for n in (1, 2, 3)} if "S1 to S3" in missing else set()
    absent |= set(re.findall(r"\b[KRCNJ]\d\b", missing))
    assert sorted([*listed, *absent]) == sorted(CODES)
    assert there == set(in_the_code())


def in_the_code() -> Iterator[str]:
    """Find the names that are reached; a transaction's begin with whose it is."""
    parts, ends = set(), set()
    for folder in ("services", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                match node.args[:1]:
                    case [ast.Constant(str(name))] if called in {"reach", "midway"}:
                        yield name
                    case [ast.Constant(str(name))] if called == "transaction":
                        parts.add(name)
                    case [ast.JoinedStr(values=[*_, ast.Constant(str(end))])] if called == "reach":
                        ends.add(end)
    yield from (part + end for part, end in product(parts, ends))

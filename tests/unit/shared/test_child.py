"""A program that works for us ends by itself or is ended, and its end is told."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from shared import child

PATIENT = 30.0


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_what_a_program_says_comes_back_with_how_it_ended() -> None:
    code = "import sys; print(sys.stdin.read().upper()); print('hm', file=sys.stderr); sys.exit(3)"

    assert child.work(python(code), PATIENT, given=b"ja") == (3, b"JA\n", b"hm\n")


def test_a_program_may_read_a_file_and_write_into_another() -> None:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(b"kept")
        source.seek(0)

        ended = child.work(python("import sys; print(sys.stdin.read())"), PATIENT, stdin=source, stdout=target)

        target.seek(0)
        assert (ended, target.read()) == ((0, b"", b""), b"kept\n")


def test_whoever_takes_too_long_is_killed() -> None:
    code, _, _ = child.work(python("import time; time.sleep(60)"), 0.5)

    assert code < 0


def test_whoever_takes_too_long_is_killed_in_a_house_of_green_threads_too() -> None:
    script = (
        "import eventlet; eventlet.monkey_patch()\n"
        "import sys; from shared import child\n"
        "print(child.work([sys.executable, '-c', 'import time; time.sleep(60)'], 0.5)[0])"
    )

    command = [sys.executable, "-W", "ignore", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)

    assert (done.stderr, int(done.stdout) < 0) == ("", True)

"""How many complete applications the model checks in a second, and in how much memory: `python -m tests.bench.checks`.

Beside it stands what the other validator needs for the same rules: it explains, and is not made to decide.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from typing import Any

import jsonschema

from services.onboarding import model as room
from services.onboarding.model.check import given
from services.onboarding.model.derived import derive


def slow(model: room.Model) -> Callable[[dict[str, Any]], object]:
    """The same judgement by jsonschema alone."""
    machine = [rule for rule in model.public["rules"] if "judged_by" not in rule]
    book = [
        (jsonschema.Draft202012Validator(rule["applies_to"]), jsonschema.Draft202012Validator(rule["requires"]))
        for rule in machine
    ]

    def judge(answers: dict[str, Any]) -> list[bool]:
        answered = given(answers)
        known = {**answered, "derived": derive(answered)}
        return [applies.is_valid(known) and not holds.is_valid(known) for applies, holds in book]

    return judge


def rate(judge: Callable[[dict[str, Any]], object], answers: list[dict[str, Any]], seconds: float) -> float:
    done, begin = 0, time.perf_counter()
    while (spent := time.perf_counter() - begin) < seconds:
        for each in answers:
            judge(each)
        done += len(answers)
    return done / spent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3)
    seconds = parser.parse_args().seconds
    for version, shipped in room.shipped().items():
        model = room.load(shipped.text, version)
        answers = [example["answers"] for example in model.public["examples"]]
        fast = rate(lambda each, model=model: (model.problems(each), model.check(each)), answers, seconds)
        book = rate(slow(model), answers, seconds)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        row = {
            "version": version, "rules": len(model.rules),
            "checks_per_s": round(fast), "by_jsonschema_per_s": round(book),
            "ratio": round(fast / book, 1), "peak_memory_mb": round(memory, 1),
        }  # fmt: skip
        print(json.dumps(row))


if __name__ == "__main__":
    main()

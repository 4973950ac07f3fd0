"""Does every example show what it claims to show?

In a document an example of a rule is a JSON Merge Patch (RFC 7396) over one of the named answer sets, so
that an editor sees only what matters; everybody else sees complete answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.onboarding.model.check import Finding, Judge, verdict
from services.onboarding.model.problems import Structure
from services.onboarding.model.references import Complaint, resolve

Schema = dict[str, Any]


def expanded(document: Schema, rule: Schema) -> Schema:
    """Return the examples of `rule` as complete answers: `{"passing": {...}, "failing": {...}}`."""
    bases = {example["key"]: example["answers"] for example in document["examples"]}
    return {kind: patched(bases[example["base"]], example["patch"]) for kind, example in rule["examples"].items()}


def patched(target: object, patch: object) -> Any:
    """Return `target` with the JSON Merge Patch `patch` applied; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = patched(result.get(key), value)
    return result


def complaints(document: Schema, structure: Structure, judge: Judge) -> Iterator[Complaint]:
    """Yield the examples that do not show what they claim."""
    for index, example in enumerate(document["examples"]):
        place = f"/examples/{index}/answers"
        yield from _malformed(example["answers"], place, structure)
        judged = verdict(judge.check(example["answers"]))
        if judged != example["verdict"]:
            yield place, f"the example {example['key']} is {judged} and not {example['verdict']}"
    verdicts = {example["verdict"] for example in document["examples"]}
    if verdicts != {"sound", "unsound"}:
        yield "/examples", "at least one example is sound and at least one is unsound"
    for index, rule in enumerate(document["rules"]):
        yield from _rule(document, rule, f"/rules/{index}/examples", structure, judge)


def _rule(document: Schema, rule: Schema, place: str, structure: Structure, judge: Judge) -> Iterator[Complaint]:
    answers = expanded(document, rule)
    for kind, each in answers.items():
        yield from _malformed(each, f"{place}/{kind}", structure)
    if "judged_by" in rule:
        yield from _item(rule["id"], answers, place, judge)
        return
    passing, failing = judge.check(answers["passing"]), judge.check(answers["failing"])
    if verdict(passing) != "sound" or any(finding["rule"] == rule["id"] for finding in passing):
        yield f"{place}/passing", f"does not pass: {_told(passing)}"
    if [finding["rule"] for finding in failing] != [rule["id"]]:
        yield f"{place}/failing", f"must break this rule and no other, and breaks: {_told(failing)}"
    elif _is_hidden(failing[0]["pointer"], answers["failing"], document["schema"]):
        yield f"{place}/failing", f"asks for {failing[0]['pointer']}, which the form does not show here"


def _item(name: str, answers: Schema, place: str, judge: Judge) -> Iterator[Complaint]:
    # Nothing is known about what a person will say: the examples show for whom the rule is there.
    for kind, applies in (("passing", False), ("failing", True)):
        if any(item["rule"] == name for item in judge.checklist(answers[kind])) != applies:
            says = "applies" if applies else "does not apply"
            yield f"{place}/{kind}", f"shows answers to which the rule {says}, and it is the other way round"
        if (found := judge.check(answers[kind])) and verdict(found) != "sound":
            yield f"{place}/{kind}", f"must not break a rule, and breaks: {_told(found)}"


def _malformed(answers: Schema, place: str, structure: Structure) -> Iterator[Complaint]:
    for problem in structure.problems(answers):
        yield f"{place}{problem.pointer}", problem.text.en


def _told(findings: tuple[Finding, ...]) -> str:
    return ", ".join(f"{finding['rule']} at {finding['pointer']}" for finding in findings) or "nothing"


def _is_hidden(pointer: str, answers: Schema, schema: Schema) -> bool:
    question = resolve(pointer, schema)
    show_if = question["x-ui"].get("show_if") if question else None
    return show_if is not None and not is_shown(show_if, answers)


def is_shown(show_if: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Say whether a form with these `answers` shows a question with this `show_if`."""
    _, section, name = show_if["pointer"].split("/")
    answer = answers.get(section, {}).get(name)
    chosen = answer if isinstance(answer, list) else [answer]
    return any(choice in show_if["in"] for choice in chosen)

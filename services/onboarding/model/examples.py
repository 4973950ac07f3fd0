"""Does every example show what it claims to show?

In a document an example of a rule is a JSON Merge Patch (RFC 7396) over one of the named answer sets, so
that an editor sees only what matters; everybody else sees complete answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.onboarding.model.asking import resolve
from services.onboarding.model.check import Finding, Judge, verdict
from services.onboarding.model.complaint import Complaint, wrong
from services.onboarding.model.problems import Structure

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
        found = judge.check(example["answers"])
        if (judged := verdict(found)) != example["verdict"]:
            yield wrong(
                place,
                f"{example['key']} ist {judged}: {_told(found, 'de')}. Ändern Sie die Antworten oder verdict.",
                f"{example['key']} is {judged}: {_told(found, 'en')}. Change the answers or verdict.",
            )
    missing = {"sound", "unsound"} - {example["verdict"] for example in document["examples"]}
    for each in sorted(missing):
        yield wrong("/examples", f"Kein Beispiel ist {each}. Ergänzen Sie eines.", f"No example is {each}. Add one.")
    for index, rule in enumerate(document["rules"]):
        yield from _rule(document, rule, f"/rules/{index}/examples", structure, judge)


def _rule(document: Schema, rule: Schema, place: str, structure: Structure, judge: Judge) -> Iterator[Complaint]:
    answers = expanded(document, rule)
    for kind, each in answers.items():
        yield from _malformed(each, f"{place}/{kind}/patch", structure)
    if "judged_by" in rule:
        yield from _item(rule["id"], answers, place, judge)
        return
    passing, failing = judge.check(answers["passing"]), judge.check(answers["failing"])
    if verdict(passing) != "sound" or any(finding["rule"] == rule["id"] for finding in passing):
        yield wrong(
            f"{place}/passing",
            f"Das Beispiel besteht nicht, es bricht {_told(passing, 'de')}. Ändern Sie patch, bis es besteht.",
            f"The example does not pass, it breaks {_told(passing, 'en')}. Change patch until it passes.",
        )
    mine = [finding for finding in failing if finding["rule"] == rule["id"]]
    # A second rule over the same answer may fail with it: a stricter one does not spoil the examples there are.
    others = [finding for finding in failing if finding["pointer"] != rule["pointer"] and finding not in mine]
    if not mine or others:
        yield wrong(
            f"{place}/failing",
            f"Es soll {rule['id']} brechen, mehr nicht. Es bricht {_told(failing, 'de')}. Ändern Sie patch.",
            f"The example shall break {rule['id']} and nothing else. It breaks {_told(failing, 'en')}. Change patch.",
        )
    elif _is_hidden(mine[0]["pointer"], answers["failing"], document["schema"]):
        pointer = mine[0]["pointer"]
        yield wrong(
            f"{place}/failing",
            f"Die Regel fragt nach {pointer}, und das Formular zeigt es hier nicht. Ändern Sie applies_to.",
            f"The rule asks for {pointer}, which the form does not show here. Change applies_to.",
        )


def _item(name: str, answers: Schema, place: str, judge: Judge) -> Iterator[Complaint]:
    # Nothing is known about what a person will say: the examples show for whom the rule is there.
    applies = {kind: any(item["rule"] == name for item in judge.checklist(answers[kind])) for kind in answers}
    if applies["passing"]:
        yield wrong(
            f"{place}/passing",
            "Ein Mensch müsste das beurteilen. Nehmen Sie Antworten, für die die Regel nicht gilt.",
            "A person would have to judge this. Take answers to which the rule does not apply.",
        )
    if not applies["failing"]:
        yield wrong(
            f"{place}/failing",
            "Für diese Antworten gilt die Regel nicht. Nehmen Sie welche, die ein Mensch beurteilen muss.",
            "The rule does not apply to these answers. Take some that a person has to judge.",
        )
    for kind in answers:
        if verdict(found := judge.check(answers[kind])) != "sound":
            yield wrong(
                f"{place}/{kind}",
                f"Das Beispiel bricht {_told(found, 'de')}. Ändern Sie patch, bis es besteht.",
                f"The example breaks {_told(found, 'en')}. Change patch until it passes.",
            )


def _malformed(answers: Schema, place: str, structure: Structure) -> Iterator[Complaint]:
    for problem in structure.problems(answers):
        text = problem.text
        yield wrong(
            f"{place}{problem.pointer}", f"{text.de} Ändern Sie diese Antwort.", f"{text.en} Change this answer."
        )


def _told(findings: tuple[Finding, ...], language: str) -> str:
    at, nothing = ("bei", "nichts") if language == "de" else ("at", "nothing")
    return ", ".join(f"{finding['rule']} {at} {finding['pointer']}" for finding in findings) or nothing


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

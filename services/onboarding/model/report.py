"""Every finding that a version of the model can make, as an applicant reads it: German and English side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.onboarding.model.differences import JUDGES, SEVERITIES
from services.onboarding.model.edition import Model
from services.onboarding.model.words import NOTHING, said
from shared.kernel import Text


def findings_page(model: Model) -> str:
    """Return a page in Markdown: what each rule's failing example is told, rule by rule."""
    return "\n".join(_page(model))


def _page(model: Model) -> Iterator[str]:
    title = model.public["title"]
    yield f"# {title['de']} · {title['en']}\n"
    for rule in model.public["rules"]:
        example = rule["examples"]["failing"]
        told: list[Mapping[str, Any]] = [one for one in model.check(example) if one["rule"] == rule["id"]]
        told += [one for one in model.checklist(example) if one["rule"] == rule["id"]]
        for finding in told:
            yield from _finding(model, rule, finding)


def _finding(model: Model, rule: Mapping[str, Any], finding: Mapping[str, Any]) -> Iterator[str]:
    severity, question = SEVERITIES[finding["severity"]], model.questions[finding["pointer"]]
    yield f"## {finding['rule']}: {severity.de} · {severity.en}\n"
    yield f"{rule['source']} · `{finding['pointer']}`\n"
    yield "| | Deutsch | English |"
    yield "| --- | --- | --- |"
    label = {language: question["x-text"][language]["label"] for language in ("de", "en")}
    yield _row("Frage", "question", Text(**label))
    yield _row("Was nicht stimmt", "what is wrong", Text(**finding["text"]))
    yield _row("Ihre Antwort", "your answer", said(finding["observed"], question))
    if "judged_by" in finding:
        yield _row("Wer das beurteilt", "who judges it", JUDGES[finding["judged_by"]])
    elif (expected := model.expected(finding)) != NOTHING:
        yield _row("Erwartet", "expected", expected)
    if "why" in finding:
        yield _row("Warum", "why", Text(**finding["why"]))
    yield _row("Was zu tun ist", "what to do", Text(**finding["remedy"]))
    yield ""


def _row(german: str, english: str, text: Text) -> str:
    cells = (f"{german} · {english}", text.de, text.en)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

"""What is different between two versions of the model, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.onboarding.model.adoption import moved
from services.onboarding.model.edition import Model
from services.onboarding.model.words import demanded, quoted, required, said
from shared.kernel import Text

Schema = Mapping[str, Any]

SEVERITIES = {
    "violation": Text("Verstoß", "violation"),
    "condition": Text("Auflage", "condition"),
    "hint": Text("Hinweis", "hint"),
}

#: What a re-check may pause, and who judges what no machine can.
RIGHTS = {
    "platform_access": Text("Zugang zur Plattform", "access to the platform"),
    "publication": Text("Veröffentlichung", "publication"),
    "personal_data": Text("Daten über Menschen", "data about people"),
    "devices": Text("Geräte im Stadtraum", "devices in the city"),
    "listing": Text("Eintrag im Katalog", "listing in the catalog"),
}
JUDGES = {
    "reviewer": Text("Fachprüfung", "reviewer"),
    "data_protection_officer": Text("Datenschutz", "data protection officer"),
    "information_security": Text("Informationssicherheit", "information security"),
    "staff_council": Text("Personalrat", "staff council"),
    "ethics": Text("Ethikkommission", "ethics committee"),
}
_VERSION = re.compile(r"(?<=modell )[0-9]+[.][0-9]+")
_NOBODY = Text("nichts", "nothing")


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `rule` is set if a rule changed, `pointer` is the question it is about (of the new version).

    Kinds: rule_added, rule_removed, severity, demand, applies, right, judge, wording; question_added,
    question_removed, question_moved, choices, limits, required, shown, question_wording.
    """

    kind: str
    rule: str | None
    pointer: str | None
    words: Text


def differences(old: Model, new: Model) -> tuple[Difference, ...]:
    """Return every difference: questions in the order of `new`, then rules by their ids."""
    return (*_questions(old, new), *_rules(old, new))


def _rules(old: Model, new: Model) -> Iterator[Difference]:
    for name in sorted({*old.rules, *new.rules}):
        before, after = old.rules.get(name), new.rules.get(name)
        if before is None and after is not None:
            yield _rule("rule_added", after, _told(Text("Neue Regel", "New rule"), after))
        elif after is None and before is not None:
            yield _rule("rule_removed", before, _told(Text("Entfallene Regel", "Removed rule"), before))
        elif before is not None and after is not None and before != after:
            yield from _rule_changed(before, after, old, new)


def _rule_changed(before: Schema, after: Schema, old: Model, new: Model) -> Iterator[Difference]:
    name = after["id"]
    if before["severity"] != after["severity"]:
        yield _rule("severity", after, _step(name, SEVERITIES[before["severity"]], SEVERITIES[after["severity"]]))
    if _bare(before) != _bare(after):
        yield _rule("demand", after, _demand(before, after, old, new))
    if before["applies_to"] != after["applies_to"]:
        text = Text(f"{name}: gilt für andere Fälle als bisher", f"{name}: applies to other cases than before")
        yield _rule("applies", after, text)
    for kind, key, words, text in _NAMED:
        was, now = (words.get(rule.get(key, ""), _NOBODY) for rule in (before, after))
        if was != now:
            yield _rule(kind, after, _step(_joined(name, text), was, now))
    if _wording(before) != _wording(after):
        yield _rule("wording", after, Text(f"{name}: neu formuliert", f"{name}: worded anew"))


_NAMED = (
    ("right", "right", RIGHTS, Text("was eine Nachprüfung anhalten darf", "what a re-check may pause")),
    ("judge", "judged_by", JUDGES, Text("wer urteilt", "who judges")),
)


def _joined(name: str, text: Text) -> Text:
    return Text(f"{name}, {text.de}", f"{name}, {text.en}")


def _wording(rule: Schema) -> list[object]:
    """Return what people read of a rule; a source that names another version of the model is worded as before."""
    return [rule["clause"], _VERSION.sub("", rule["source"]), rule["text"], rule["remedy"]]


def _demand(before: Schema, after: Schema, old: Model, new: Model) -> Text:
    asked_before, asks = old.questions.get(before["pointer"], {}), new.questions.get(after["pointer"], {})
    allowed = [rule.get("expected", {}).get("enum") for rule in (before, after)]
    if all(allowed) and (words := chosen(asked_before, asks, *allowed)):
        return Text(f"{after['id']}: {words.de}", f"{after['id']}: {words.en}")
    was, now = required(before, asked_before), required(after, asks)
    if was != now:
        return _step(after["id"], was, now)
    return Text(f"{after['id']}: verlangt anderes", f"{after['id']}: demands something else")


def _bare(rule: Schema) -> tuple[object, object]:
    return rule.get("expected"), rule.get("requires")


def _rule(kind: str, rule: Schema, words: Text) -> Difference:
    return Difference(kind, rule["id"], rule["pointer"] or None, words)


def _told(prefix: Text, rule: Schema) -> Text:
    severity = SEVERITIES[rule["severity"]]
    return Text(
        f"{prefix.de} {rule['id']} ({severity.de}): {rule['text']['de']}",
        f"{prefix.en} {rule['id']} ({severity.en}): {rule['text']['en']}",
    )


def _questions(old: Model, new: Model) -> Iterator[Difference]:
    moves = {to: pointer for pointer, (to, _) in moved(old, new).items()}
    for pointer, question in new.questions.items():
        source = moves.get(pointer, pointer)
        before = old.questions.get(source)
        label = quoted(_label(question))
        if before is None:
            text = Text(f"Neue Frage {label.de}", f"New question {label.en}")
            yield Difference("question_added", None, pointer, text)
            continue
        if source != pointer:
            text = Text(f"{label.de}: {source} -> {pointer}", f"{label.en}: {source} -> {pointer}")
            yield Difference("question_moved", None, pointer, text)
        yield from _question_changed(before, question, pointer, label)
        if _needed(old, source) != _needed(new, pointer):
            words = (Text("freiwillig", "optional"), Text("Pflicht", "mandatory"))
            yield Difference(
                "required", None, pointer, _step(label, *(words if _needed(new, pointer) else words[::-1]))
            )
    for pointer, question in old.questions.items():
        if pointer not in new.questions and pointer not in moves.values():
            label = quoted(_label(question))
            text = Text(f"Entfallene Frage {label.de}", f"Removed question {label.en}")
            yield Difference("question_removed", None, pointer, text)


def _question_changed(before: Schema, after: Schema, pointer: str, label: Text) -> Iterator[Difference]:
    if words := chosen(before, after, _values(before), _values(after)):
        yield Difference("choices", None, pointer, Text(f"{label.de}: {words.de}", f"{label.en}: {words.en}"))
    was, now = demanded(_limits(before), before), demanded(_limits(after), after)
    if was != now:
        yield Difference("limits", None, pointer, _step(label, was, now))
    if before["x-ui"].get("show_if") != after["x-ui"].get("show_if"):
        text = Text(f"{label.de}: wird in anderen Fällen gefragt", f"{label.en}: is asked in other cases")
        yield Difference("shown", None, pointer, text)
    if _sentences(before) != _sentences(after):
        text = Text(f"{label.de}: neu formuliert", f"{label.en}: worded anew")
        yield Difference("question_wording", None, pointer, text)


def _limits(question: Schema) -> Schema:
    return {key: value for key, value in question.items() if not key.startswith("x-") and key not in {"enum", "items"}}


def chosen(before: Schema, after: Schema, was: Sequence[str], now: Sequence[str]) -> Text | None:
    """Return "− „MIT“ + „BSD“", None if the same can be chosen."""
    gone = [quoted(said(value, before)) for value in was if value not in now]
    come = [quoted(said(value, after)) for value in now if value not in was]
    parts = [(sign, texts) for sign, texts in (("−", gone), ("+", come)) if texts]
    german = " ".join(f"{sign} {', '.join(text.de for text in texts)}" for sign, texts in parts)
    english = " ".join(f"{sign} {', '.join(text.en for text in texts)}" for sign, texts in parts)
    return Text(german, english) if parts else None


def _values(question: Schema) -> list[str]:
    found: list[str] = question.get("enum") or question.get("items", {}).get("enum", [])
    return found


def _sentences(question: Schema) -> object:
    kept = ("label", "hint", "why", "example")
    return [{key: question["x-text"][language].get(key) for key in kept} for language in ("de", "en")]


def _label(question: Schema) -> Text:
    return Text(question["x-text"]["de"]["label"], question["x-text"]["en"]["label"])


def _needed(model: Model, pointer: str) -> bool:
    _, section, name = pointer.split("/")
    return name in model.schema["properties"].get(section, {}).get("required", [])


def _step(name: str | Text, was: Text, now: Text) -> Text:
    name, words = name if isinstance(name, Text) else Text(name, name), step(was, now)
    return Text(f"{name.de}: {words.de}", f"{name.en}: {words.en}")


def step(was: Text, now: Text) -> Text:
    """Return "98,0 -> 99,0 %": from something to something else, the unit once."""
    german, english = was.de, was.en
    unit = german.rpartition(" ")[2]
    if " " in german and unit == now.de.rpartition(" ")[2] and not unit.endswith("“"):
        german, english = german.rpartition(" ")[0], english.rpartition(" ")[0]
    return Text(f"{german} -> {now.de}", f"{english} -> {now.en}")

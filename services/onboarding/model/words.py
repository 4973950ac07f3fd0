"""Answers, and what is expected of them, as people say it: "mindestens 99,0 %", "eine von: …"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.onboarding.model.derived import DERIVED
from shared.kernel import Text

Schema = Mapping[str, Any]

Sayer = Callable[[Any, Schema | None], Text]

NOTHING = Text("keine Angabe", "no answer")

#: How a rule over a derived value says in `expected` what `requires` demands: "derived/months_after_funding >= 24".
_DERIVED = re.compile(rf"derived/({'|'.join(DERIVED)}) (>=|<=) (-?[0-9]+(?:[.][0-9]+)?)")

#: Fewer characters than this mean no more than that there is an answer.
_SHORT = 10

_YES, _NO = Text("Ja", "Yes"), Text("Nein", "No")
_MONTHS = (
    Text("Januar", "January"), Text("Februar", "February"), Text("März", "March"), Text("April", "April"),
    Text("Mai", "May"), Text("Juni", "June"), Text("Juli", "July"), Text("August", "August"),
    Text("September", "September"), Text("Oktober", "October"), Text("November", "November"),
    Text("Dezember", "December"),
)  # fmt: skip
_ONE, _SINGLE = Text("1", "1"), {Text("Monate", "months"): Text("Monat", "month")}
_KINDS = {
    "date": Text("ein Datum", "a date"),
    "email": Text("eine E-Mail-Adresse", "an e-mail address"),
    "uri": Text("eine Internetadresse", "a web address"),
    "number": Text("eine Zahl", "a number"),
    "integer": Text("eine ganze Zahl", "a whole number"),
    "boolean": Text("Ja oder Nein", "yes or no"),
    "array": Text("mindestens eine Auswahl", "at least one choice"),
    "string": Text("eine Angabe", "an answer"),
}


def said(value: object, question: Schema | None = None) -> Text:
    """Return an answer in words: the label of a choice, a number with its unit, a day with its month."""
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(value, list | tuple):
        return _joined([said(each, question) for each in value], Text(", ", ", "))
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, int | float):
        return _with_unit(_number(value), question)
    return _choice(str(value), question) or _day(str(value)) or Text(str(value), str(value))


def demanded(schema: Schema, question: Schema | None = None) -> Text:
    """Return in words what `schema` demands of an answer to `question`; `NOTHING` where it demands nothing."""
    if about := _DERIVED.fullmatch(schema.get("$comment", "")):
        name, sign, bound = about.groups()
        return _of_derived(
            name, {{">=": "minimum", "<=": "maximum"}[sign]: float(bound) if "." in bound else int(bound)}
        )
    parts = list(_demands(schema, question))
    if not parts:
        kind = schema.get("format") or schema.get("type")
        parts = [_KINDS[kind]] if kind in _KINDS else []
    return _joined(parts, Text(", ", ", ")) if parts else NOTHING


def required(rule: Schema, question: Schema) -> Text:
    """Return in words what a rule demands: of a derived value where it is about one, else of its answer."""
    derived = rule.get("requires", {}).get("properties", {}).get("derived", {}).get("properties", {})
    if derived:
        parts = [_of_derived(name, schema) for name, schema in derived.items() if name in DERIVED]
        return _joined(parts, Text(" und ", " and "))
    return demanded(rule.get("expected", {}), question)


def quoted(text: Text) -> Text:
    """Return `text` in quotation marks."""
    return Text(f"„{text.de}“", f"“{text.en}”")


def _of_derived(name: str, schema: Schema) -> Text:
    derived = DERIVED[name]
    demand = demanded(schema, {"unit": derived.unit})
    return Text(f"{derived.label.de}: {demand.de}", f"{derived.label.en}: {demand.en}")


def _demands(schema: Schema, question: Schema | None) -> Iterator[Text]:
    for keyword, say in _SAID.items():
        if keyword in schema:
            yield say(schema[keyword], question)


def _contains(schema: Schema, question: Schema | None) -> Text:
    inner = demanded(schema, question)
    if len(schema.get("enum", [])) > 1:
        return _filled(Text("mindestens {}", "at least {}"), inner)
    return _filled(Text("dabei ist: {}", "among them: {}"), inner)


def _not(schema: Schema, question: Schema | None) -> Text:
    return _filled(Text("nicht: {}", "not: {}"), demanded(schema, question))


def _amount(text: Text) -> Sayer:
    return lambda bound, question: _filled(text, said(bound, question))


def _length(text: Text) -> Sayer:
    return lambda bound, _: _KINDS["string"] if bound < _SHORT else _filled(text, said(bound))


def _choices(one: Text, more: Text) -> Sayer:
    return lambda count, _: one if count == 1 else _filled(more, said(count))


def _one_of(values: Sequence[object], question: Schema | None) -> Text:
    named = [quoted(said(value, question)) for value in values]
    if len(named) == 1:
        return said(values[0], question)
    listed = _joined(named, Text(", ", ", "))
    return Text(f"eine von: {listed.de}", f"one of: {listed.en}")


def _form(_: object, question: Schema | None) -> Text:
    words = (question or {}).get("x-text", {})
    german, english = words.get("de", {}).get("example"), words.get("en", {}).get("example")
    if german and english:
        return Text(f"in der Form wie „{german}“", f"in a form like “{english}”")
    return Text("in der Form, die der Hinweis zur Frage nennt", "in the form that the hint of the question tells")


def _with_unit(number: Text, question: Schema | None) -> Text:
    unit = (question or {}).get("unit") or (question or {}).get("x-ui", {}).get("suffix")
    if unit is None:
        return number
    unit = unit if isinstance(unit, Text) else Text(unit, unit)
    if number == _ONE:
        unit = _SINGLE.get(unit, unit)
    return Text(f"{number.de} {unit.de}", f"{number.en} {unit.en}")


def _number(value: float) -> Text:
    english = f"{value:,}"
    return Text(english.translate(str.maketrans(",.", ".,")), english)


def _choice(value: str, question: Schema | None) -> Text | None:
    words = (question or {}).get("x-text", {})
    options = [words.get(language, {}).get("options", {}).get(value) for language in ("de", "en")]
    return Text(options[0], options[1]) if all(options) else None


def _day(value: str) -> Text | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    month = _MONTHS[day.month - 1]
    return Text(f"{day.day}. {month.de} {day.year}", f"{day.day} {month.en} {day.year}")


def _filled(text: Text, word: Text) -> Text:
    return Text(text.de.format(word.de), text.en.format(word.en))


def _joined(texts: Sequence[Text], by: Text) -> Text:
    return Text(by.de.join(text.de for text in texts), by.en.join(text.en for text in texts))


_SAID: dict[str, Sayer] = {
    "const": said,
    "enum": _one_of,
    "contains": _contains,
    "not": _not,
    "minimum": _amount(Text("mindestens {}", "at least {}")),
    "exclusiveMinimum": _amount(Text("mehr als {}", "more than {}")),
    "maximum": _amount(Text("höchstens {}", "at most {}")),
    "exclusiveMaximum": _amount(Text("weniger als {}", "less than {}")),
    "minLength": _length(Text("mindestens {} Zeichen", "at least {} characters")),
    "maxLength": _length(Text("höchstens {} Zeichen", "at most {} characters")),
    "minItems": _choices(
        Text("mindestens eine Auswahl", "at least one choice"), Text("mindestens {} davon", "at least {} of them")
    ),
    "maxItems": _choices(
        Text("höchstens eine Auswahl", "at most one choice"), Text("höchstens {} davon", "at most {} of them")
    ),
    "pattern": _form,
}

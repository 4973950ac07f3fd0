"""What breaks the form of a model document, told to its editor: what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import jsonschema
from jsonpointer import JsonPointer

from services.onboarding.model.complaint import Complaint, unknown, wrong
from shared.kernel import Text

#: What belongs into a field, by its name. The teacher of whoever writes a rule.
FIELDS = {
    "version": Text('eine Nummer wie "1.1"', 'a number such as "1.1"'),
    "status": Text('"draft"', '"draft"'),
    "title": Text('einen Titel: {"de": "…", "en": "…"}', 'a title: {"de": "…", "en": "…"}'),
    "published_on": Text('einen Tag wie "2027-03-01"', 'a day such as "2027-03-01"'),
    "changes": Text(
        'was sich verschoben hat: {"from": "1.0", "moved": []}', 'what moved: {"from": "1.0", "moved": []}'
    ),
    "from": Text('woher, wie "1.0" oder "/use_case/place"', 'where from, such as "1.0" or "/use_case/place"'),
    "to": Text('wohin, wie "/use_case/place"', 'where to, such as "/use_case/place"'),
    "moved": Text("eine Liste, auch eine leere: []", "a list, even an empty one: []"),
    "values": Text('alte und neue Antworten: {"alt": "neu"}', 'old and new answers: {"old": "new"}'),
    "de": Text("den deutschen Text", "the German text"),
    "en": Text("den englischen Text", "the English text"),
    "id": Text('eine Nummer wie "BM-87"', 'a number such as "BM-87"'),
    "clause": Text('Kapitel und Abschnitt wie "4.3"', 'chapter and section such as "4.3"'),
    "source": Text('woher die Regel kommt, wie "DSGVO Art. 32"', 'where the rule comes from, such as "DSGVO Art. 32"'),
    "severity": Text('"violation", "condition" oder "hint"', '"violation", "condition" or "hint"'),
    "applies_to": Text("{} für alle, oder die Bedingung", "{} for everybody, or the condition"),
    "pointer": Text('eine Frage wie "/operation/availability"', 'a question such as "/operation/availability"'),
    "expected": Text('was gelten soll, wie {"minimum": 99}', 'what shall hold, such as {"minimum": 99}'),
    "text": Text('die Regel: {"de": "…", "en": "…"}', 'the rule: {"de": "…", "en": "…"}'),
    "why": Text("warum es das gibt, deutsch und englisch", "why it is there, in German and English"),
    "remedy": Text('was zu tun ist: {"de": "…", "en": "…"}', 'what to do: {"de": "…", "en": "…"}'),
    "examples": Text(
        'ein Beispiel, das besteht, und eines, das scheitert: {"passing": {…}, "failing": {…}}',
        'one example that passes and one that fails: {"passing": {…}, "failing": {…}}',
    ),
    "passing": Text(
        'Antworten, die bestehen: {"base": "parking", "patch": {}}',
        'answers that pass: {"base": "parking", "patch": {}}',
    ),
    "failing": Text(
        'Antworten, die nur an dieser Regel scheitern: {"base": "parking", "patch": {…}}',
        'answers that fail this rule only: {"base": "parking", "patch": {…}}',
    ),
    "base": Text('den Schlüssel eines Beispiels wie "parking"', 'the key of an example such as "parking"'),
    "patch": Text(
        'was anders ist, wie {"operation": {"availability": 90}}',
        'what is different, such as {"operation": {"availability": 90}}',
    ),
    "label": Text("die Frage", "the question"),
    "hint": Text("einen Satz, der beim Antworten hilft", "a sentence that helps to answer"),
    "options": Text("zu jeder Auswahl einen Text", "a text for each choice"),
    "maxLength": Text("eine Zahl von 1 bis 4000", "a number from 1 to 4000"),
    "minimum": Text("die kleinste Zahl", "the smallest number"),
    "maximum": Text("die größte Zahl", "the largest number"),
    "items": Text(
        'die Auswahl: {"type": "string", "enum": ["…"]}', 'the choices: {"type": "string", "enum": ["…"]}'
    ),
    "uniqueItems": Text("true", "true"),
    "maxItems": Text("wie viele höchstens", "how many at most"),
    "x-text": Text('die Texte: {"de": {…}, "en": {…}}', 'the texts: {"de": {…}, "en": {…}}'),
    "x-ui": Text('das Feld: {"widget": "text"}', 'the field: {"widget": "text"}'),
    "widget": Text('die Art des Feldes, wie "text"', 'the kind of field, such as "text"'),
    "in": Text('eine Liste von Antworten: ["test"]', 'a list of answers: ["test"]'),
    "key": Text('einen Namen wie "parking"', 'a name such as "parking"'),
    "answers": Text("vollständige Antworten: {…}", "complete answers: {…}"),
    "verdict": Text('"sound" oder "unsound"', '"sound" or "unsound"'),
    "type": Text('die Art der Antwort, wie "string"', 'the kind of answer, such as "string"'),
    "required": Text("eine Liste von Namen: []", "a list of names: []"),
    "properties": Text("Namen und was für sie gilt: {…}", "names and what holds for them: {…}"),
    "additionalProperties": Text("false", "false"),
    "rules": Text("eine Liste von Regeln", "a list of rules"),
    "schema": Text("die Fragen, wie in Version 1.0", "the questions, as in version 1.0"),
}  # fmt: skip

#: Words of JSON Schema that editors know and this model leaves out, and what takes their place.
_LEFT_OUT = {
    "$ref": Text(
        "Verweise sind nicht erlaubt. Schreiben Sie die Bedingung hier aus.",
        "References are not allowed. Write the condition out here.",
    ),
    "oneOf": Text("Schreiben Sie anyOf.", "Write anyOf."),
    "if": Text("Schreiben Sie die Bedingung in applies_to.", "Write the condition into applies_to."),
    "then": Text("Schreiben Sie in expected, was gelten soll.", "Write what shall hold into expected."),
    "else": Text("Schreiben Sie eine zweite Regel.", "Write a second rule."),
    "items": Text("Schreiben Sie contains.", "Write contains."),
    "multipleOf": Text("Schreiben Sie minimum und maximum.", "Write minimum and maximum."),
    "patternProperties": Text("Schreiben Sie properties.", "Write properties."),
}

_KINDS = {
    "object": Text("ein Objekt in geschweiften Klammern", "an object in curly brackets"),
    "array": Text("eine Liste in eckigen Klammern", "a list in square brackets"),
    "string": Text("ein Text in Anführungszeichen", "a text in quotation marks"),
    "number": Text("eine Zahl ohne Anführungszeichen", "a number without quotation marks"),
    "integer": Text("eine ganze Zahl ohne Anführungszeichen", "a whole number without quotation marks"),
    "boolean": Text("true oder false", "true or false"),
}
_FIELD = Text("Ein Feld", "field")
_VALUE = Text("Den Wert", "value")


def told(error: jsonschema.ValidationError) -> Iterator[Complaint]:
    """Yield what an error of the form means to an editor."""
    place = str(JsonPointer.from_parts(error.absolute_path).path)
    say = _SAYINGS.get(str(error.validator), _left_out)
    if "propertyNames" in error.absolute_schema_path:
        yield wrong(
            place,
            f"Der Name „{str(error.instance)[:80]}“ geht nicht. Schreiben Sie kleine Buchstaben, Ziffern und _.",
            f"The name “{str(error.instance)[:80]}” does not work. Write small letters, digits and _.",
        )
        return
    yield from say(error, place)


def _write(name: object) -> Text:
    field = FIELDS.get(str(name))
    return Text(f" Schreiben Sie {field.de}.", f" Write {field.en}.") if field else Text("", "")


def _last(error: jsonschema.ValidationError) -> object:
    names = [step for step in error.absolute_path if isinstance(step, str)]
    return names[-1] if names else ""


def _unknown(error: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    known = list(cast("dict[str, Any]", error.schema).get("properties", {}))
    for name in cast("dict[str, Any]", error.instance):
        if name in known:
            continue
        if name in _LEFT_OUT:
            cure = _LEFT_OUT[name]
            yield wrong(place, f"„{name}“ gibt es in Modellen nicht. {cure.de}", f"Models know no “{name}”. {cure.en}")
        else:
            yield unknown(place, name, _FIELD, known)


def _missing(error: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    for name in cast("list[str]", error.validator_value):
        if name not in cast("dict[str, Any]", error.instance):
            cure = _write(name)
            cure = cure if cure.de else Text(" Ergänzen Sie es.", " Add it.")
            yield wrong(place, f"„{name}“ fehlt.{cure.de}", f"“{name}” is missing.{cure.en}")


def _type(error: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    kind, cure = _KINDS[str(error.validator_value)], _write(_last(error))
    cure = cure if cure.de else Text(f" Schreiben Sie {kind.de}.", f" Write {kind.en}.")
    yield wrong(place, f"Hier steht {kind.de}.{cure.de}", f"This is {kind.en}.{cure.en}")


def _enum(error: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    yield unknown(place, error.instance, _VALUE, cast("list[object]", error.validator_value))


def _const(error: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    value = str(error.validator_value).lower() if isinstance(error.validator_value, bool) else error.validator_value
    yield wrong(place, f"Hier ist nur eines möglich. Schreiben Sie {value}.", f"Only one is possible. Write {value}.")


def _pattern(error: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    shown, cure = str(error.instance).strip()[:80], _write(_last(error))
    if not shown:
        yield wrong(place, f"Der Text ist leer.{cure.de}", f"The text is empty.{cure.en}")
        return
    cure = (
        cure
        if cure.de
        else Text(" Schreiben Sie kleine Buchstaben, Ziffern und _.", " Write small letters, digits and _.")
    )
    yield wrong(place, f"„{shown}“ hat nicht die richtige Form.{cure.de}", f"“{shown}” has the wrong form.{cure.en}")


def _format(error: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    yield wrong(
        place,
        f"„{str(error.instance)[:80]}“ ist kein Tag. Schreiben Sie ihn wie 2027-03-01.",
        f"“{str(error.instance)[:80]}” is no day. Write it as 2027-03-01.",
    )


def _bound(de: str, en: str) -> Callable[[jsonschema.ValidationError, str], Iterator[Complaint]]:
    def say(error: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
        limit = error.validator_value
        yield wrong(place, de.format(limit), en.format(limit))

    return say


def _twice(_: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    yield wrong(place, "Etwas steht doppelt. Streichen Sie eines.", "Something stands twice. Remove one.")


def _left_out(_: jsonschema.ValidationError, place: str) -> Iterator[Complaint]:
    yield wrong(
        place,
        "Eine Regel mit judged_by beurteilt ein Mensch. Streichen Sie dieses Feld, oder streichen Sie judged_by.",
        "A rule with judged_by is judged by a person. Remove this field, or remove judged_by.",
    )


_SAYINGS: dict[str, Callable[[jsonschema.ValidationError, str], Iterator[Complaint]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "minLength": _bound("Der Text ist leer. Schreiben Sie etwas.", "The text is empty. Write something."),
    "maxLength": _bound(
        "Der Text ist zu lang. Kürzen Sie ihn auf {} Zeichen.", "The text is too long. Shorten it to {} characters."
    ),
    "minimum": _bound(
        "Die Zahl ist zu klein. Schreiben Sie mindestens {}.", "The number is too small. Write {} or more."
    ),
    "maximum": _bound(
        "Die Zahl ist zu groß. Schreiben Sie höchstens {}.", "The number is too large. Write {} or less."
    ),
    "minItems": _bound(
        "Die Liste ist zu kurz. Schreiben Sie mindestens {} hinein.", "The list is too short. Write {} or more into it."
    ),
    "maxItems": _bound("Die Liste ist zu lang. Kürzen Sie sie auf {}.", "The list is too long. Shorten it to {}."),
    "minProperties": _bound(
        "Das Objekt ist leer. Schreiben Sie mindestens {} hinein.", "The object is empty. Write {} or more into it."
    ),
    "maxProperties": _bound("Das sind zu viele. Kürzen Sie auf {}.", "These are too many. Shorten them to {}."),
    "uniqueItems": _twice,
}

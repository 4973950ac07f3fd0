"""What people type, read as answers: a German comma, a German date, a web address without https."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from services.onboarding.pages.questions import Question
from shared.kernel import Text
from shared.pages.formats import number

_BOOLEANS = {"ja": True, "yes": True, "true": True, "nein": False, "no": False, "false": False}
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,12})?")
#: How thousands and decimals are told apart; "1.500" is a lot more in German than in English.
_THOUSANDS = {
    "de": re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?"),
    "en": re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"),
}
_GERMAN_DATE = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class Unreadable(Exception):
    """What was typed is no answer to this question; the codes are those of `model.problems`."""

    def __init__(self, code: str, de: str, en: str) -> None:
        super().__init__(code)
        self.code, self.text = code, Text(de, en)


def tidy(text: str) -> str:
    """Browsers send line ends of their own; nobody means the space around an answer."""
    return text.replace("\r\n", "\n").strip()


def read(question: Question, typed: Sequence[str], language: str) -> Any:
    """Return the answer that `typed` (tidied, never empty) means. Raises Unreadable."""
    if question.type == "array":
        return _choices(question, typed)
    text = typed[-1]
    if question.type == "boolean":
        return _boolean(text)
    if question.type in {"number", "integer"}:
        return _amount(question, text, language)
    if "enum" in question.schema:
        return _choices(question, [text])[0]
    return _written(question, text)


def _choices(question: Question, typed: Sequence[str]) -> list[str]:
    offered = question.choices("de")
    if not offered.keys() >= set(typed):
        raise Unreadable("unknown_choice", "Wählen Sie aus den Möglichkeiten aus.", "Choose from the options.")
    most = question.schema.get("maxItems", len(offered))
    if len(set(typed)) > most:
        raise Unreadable("too_many", f"Wählen Sie höchstens {most} aus.", f"Choose {most} at most.")
    return [value for value in offered if value in typed]


def _boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise Unreadable("unknown_choice", "Wählen Sie Ja oder Nein.", "Choose yes or no.")
    return _BOOLEANS[text.lower()]


def _amount(question: Question, text: str, language: str) -> int | float:
    value = _decimal(question, text, language)
    schema = question.schema
    if question.type == "integer" and value != value.to_integral_value():
        raise Unreadable(
            "wrong_type", "Geben Sie eine ganze Zahl an, zum Beispiel 12.", "Enter a whole number, such as 12."
        )
    if "minimum" in schema and value < Decimal(str(schema["minimum"])):
        least = schema["minimum"]
        raise Unreadable(
            "too_small", f"Geben Sie mindestens {number(least, 'de')} an.", f"Enter {number(least, 'en')} or more."
        )
    if "maximum" in schema and value > Decimal(str(schema["maximum"])):
        most = schema["maximum"]
        raise Unreadable(
            "too_large", f"Geben Sie höchstens {number(most, 'de')} an.", f"Enter {number(most, 'en')} or less."
        )
    return int(value) if value == value.to_integral_value() else float(value)


def _decimal(question: Question, text: str, language: str) -> Decimal:
    plain = text.replace("\N{MINUS SIGN}", "-").removesuffix(question.ui.get("suffix", "")).rstrip("%€")
    plain = re.sub(r"\s", "", plain)
    if _THOUSANDS[language if language == "en" else "de"].fullmatch(plain):
        plain = plain.replace("," if language == "en" else ".", "")
    plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise Unreadable("wrong_type", "Geben Sie eine Zahl an, zum Beispiel 99,5.", "Enter a number, such as 99.5.")
    return Decimal(plain)


def _written(question: Question, text: str) -> str:
    """Read what is free text, or free text in a known form."""
    text = _FORMS.get(question.schema.get("format", ""), str)(text)
    schema = question.schema
    most = schema.get("maxLength")
    if most is not None and len(text) > most:
        raise Unreadable(
            "too_long",
            f"Kürzen Sie den Text auf {number(most, 'de')} Zeichen. Es sind {number(len(text), 'de')}.",
            f"Shorten the text to {number(most, 'en')} characters. There are {number(len(text), 'en')}.",
        )
    if len(text) < schema.get("minLength", 0) or not re.search(schema.get("pattern", ""), text):
        de, en = (question.text(language).get("example", "") for language in ("de", "en"))
        raise Unreadable(
            "bad_format",
            f"Prüfen Sie die Schreibweise{f', zum Beispiel {de}' if de else ''}.",
            f"Check the spelling{f', for example {en}' if en else ''}.",
        )
    return text


def _date(text: str) -> str:
    if german := _GERMAN_DATE.fullmatch(text):
        day, month, year = german.groups()
        text = f"{year}-{month:0>2}-{day:0>2}"
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Unreadable(
            "bad_format", "Geben Sie ein Datum an, zum Beispiel 12.05.2027.", "Enter a date, such as 2027-05-12."
        ) from None


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise Unreadable(
            "bad_format",
            "Die E-Mail-Adresse ist unvollständig. Richtig ist zum Beispiel name@firma.de.",
            "The e-mail address is incomplete. It should look like name@company.com.",
        )
    return text


def _uri(text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or "." not in host or re.search(r"\s", address) or parts.scheme not in {"http", "https"}:
        raise Unreadable(
            "bad_format",
            "Geben Sie eine Internetadresse an, zum Beispiel https://www.firma.de.",
            "Enter a web address, such as https://www.company.com.",
        )
    return address


_FORMS: dict[str, Callable[[str], str]] = {"date": _date, "email": _email, "uri": _uri}

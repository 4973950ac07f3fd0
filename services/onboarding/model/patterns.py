"""Which regular expressions a model may use: a small closed part of the language that cannot run away.

The fast validator matches in linear time, the slow one, which explains, tries one way after the other. So the
number of ways is bounded here: no look-around, no back-reference, no repetition inside a repetition.
"""

from __future__ import annotations

import re

import jsonschema_rs

from services.onboarding.model.complaint import Complaint, wrong
from shared.kernel import Text

#: No answer is longer than this (`format.json`).
LONGEST_ANSWER = 4000

#: In how many ways a pattern may match an answer, times where it may begin; measured: a few milliseconds.
MOST_WAYS = 20_000

_LONGEST_PATTERN = 200
_CLASS = r"\[\^?(?:\\[^A-Za-z0-9\s]|[^\]\\\[])+\]"
_ATOM = re.compile(rf"\\[^A-Za-z0-9\s]|{_CLASS}|[^\\\[\](){{}}?*+|]")
_QUANTIFIER = re.compile(r"([?*+])|\{([0-9]{1,4})(,([0-9]{1,4})?)?\}")
_SET_OPERATIONS = ("&&", "--", "~~")

_SUBSET = Text(
    "Das ist kein erlaubtes Muster. Erlaubt sind: Zeichen, [Klassen], (Gruppen), |, ?, *, +, {2,5}, ^ und $.",
    "This is no allowed pattern. Allowed are: characters, [classes], (groups), |, ?, *, +, {2,5}, ^ and $.",
)
_SHORTHAND = Text(
    "Kurzformen wie \\d verstehen die beiden Prüfer verschieden. Schreiben Sie die Zeichen aus, zum Beispiel [0-9].",
    "The two validators understand short forms such as \\d differently. Write the characters out, such as [0-9].",
)
_LOOK = Text(
    "Vorausschau, Rückschau, Namen und Schalter („(?“) sind nicht erlaubt. Schreiben Sie „(?:…)“ oder „(…)“.",
    "Look-ahead, look-behind, names and flags (“(?”) are not allowed. Write “(?:…)” or “(…)”.",
)
_BACK = Text(
    "Rückverweise wie \\1 sind nicht erlaubt. Schreiben Sie aus, was dort stehen darf.",
    "Back-references such as \\1 are not allowed. Write out what may stand there.",
)
_NESTED = Text(
    "Eine Wiederholung in einer Wiederholung kann die Prüfung anhalten. Schreiben Sie sie in einer, wie [a-z]{1,20}.",
    "A repetition inside a repetition can stop the check. Write it as one, such as [a-z]{1,20}.",
)
_LAZY = Text(
    "Auf eine Wiederholung folgt keine zweite. Streichen Sie das zweite Zeichen.",
    "A repetition is not followed by another. Remove the second character.",
)
_MANY = Text(
    "Das Muster passt auf zu viele Arten und kann die Prüfung anhalten. "
    "Schreiben Sie ^ an den Anfang und Grenzen wie {1,20} statt * und +.",
    "The pattern matches in too many ways and can stop the check. "
    "Write ^ at the beginning and limits such as {1,20} instead of * and +.",
)
_LONG = Text(
    f"Das Muster ist zu lang. Kürzen Sie es auf {_LONGEST_PATTERN} Zeichen.",
    f"The pattern is too long. Shorten it to {_LONGEST_PATTERN} characters.",
)


class _RefusedError(Exception):
    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def complaint(pattern: str, place: str) -> Complaint | None:
    """Return what is wrong with `pattern`, None if it may be used."""
    try:
        _assert_bounded(pattern)
        re.compile(pattern)
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, offline=True)
    except _RefusedError as refused:
        return wrong(place, _quoted(pattern) + refused.text.de, _quoted(pattern) + refused.text.en)
    except (re.error, jsonschema_rs.ValidationError):
        return wrong(place, _quoted(pattern) + _SUBSET.de, _quoted(pattern) + _SUBSET.en)
    return None


def _assert_bounded(pattern: str) -> None:
    if len(pattern) > _LONGEST_PATTERN:
        raise _RefusedError(_LONG)
    ways, end = _read(pattern, 0, 0)
    if end != len(pattern):
        raise _RefusedError(_SUBSET)
    anchored = pattern.startswith("^") and "|" not in pattern
    if ways * (1 if anchored else LONGEST_ANSWER) > MOST_WAYS:
        raise _RefusedError(_MANY)


def _read(pattern: str, at: int, depth: int) -> tuple[int, int]:
    """Return in how many ways the rest of a group matches, and where it ends."""
    before, ways = 0, 1
    while at < len(pattern) and pattern[at] != ")":
        if pattern[at] == "|":
            before, ways, at = before + ways, 1, at + 1
            continue
        inner, at = _group(pattern, at, depth) if pattern[at] == "(" else _atom(pattern, at)
        factor, at = _repeated(pattern, at, inner)
        ways *= factor
        if ways > MOST_WAYS:
            raise _RefusedError(_MANY)
    return before + ways, at


def _group(pattern: str, at: int, depth: int) -> tuple[int, int]:
    if pattern.startswith("(?", at) and not pattern.startswith("(?:", at):
        raise _RefusedError(_LOOK)
    inner, end = _read(pattern, at + (3 if pattern.startswith("(?:", at) else 1), depth + 1)
    if pattern[end : end + 1] != ")":
        raise _RefusedError(_SUBSET)
    return inner, end + 1


def _atom(pattern: str, at: int) -> tuple[int, int]:
    found = _ATOM.match(pattern, at)
    if found is None:
        follows = pattern[at + 1 : at + 2]
        refused = _SUBSET if pattern[at] != "\\" else _BACK if follows.isdigit() else _SHORTHAND
        raise _RefusedError(refused)
    text = found[0]
    if text.startswith("[") and any(each in text for each in _SET_OPERATIONS):
        raise _RefusedError(_SUBSET)
    if text.startswith("[") and re.search(r"\\[A-Za-z0-9]", text):
        raise _RefusedError(_SHORTHAND)
    return 1, found.end()


def _repeated(pattern: str, at: int, inner: int) -> tuple[int, int]:
    """Return in how many ways what was read, repeated as the pattern says, matches."""
    found = _QUANTIFIER.match(pattern, at)
    if found is None:
        return inner, at
    if _QUANTIFIER.match(pattern, found.end()):
        raise _RefusedError(_LAZY)
    low, high = _bounds(found)
    if inner > 1 and high > 1:
        raise _RefusedError(_NESTED)
    return inner * max(high - low + 1, 1), found.end()


def _bounds(quantifier: re.Match[str]) -> tuple[int, int]:
    sign, low, comma, high = quantifier.groups()
    if sign:
        return {"?": (0, 1), "*": (0, LONGEST_ANSWER), "+": (1, LONGEST_ANSWER)}[sign]
    return int(low), int(high) if high else LONGEST_ANSWER if comma else int(low)


def _quoted(pattern: str) -> str:
    return f"{pattern[:60]} – "

"""One thing that is wrong with a model document, as its editor hears it: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from shared.kernel import Text

#: More names than this are no help; whoever needs them all reads the handbook.
_MOST = 40


@dataclass(frozen=True, slots=True)
class Complaint:
    """`place` is an RFC 6901 pointer into the document, `text` says what is wrong there and what to write."""

    place: str
    text: Text
    file: str = "draft"
    rule: str | None = None

    def in_(self, language: str) -> str:
        """Return one line: file, rule, place, and the text."""
        word = "Regel" if language == "de" else "rule"
        rule = f"{word} {self.rule}, " if self.rule else ""
        place = f"{rule}{self.place}: " if self.place else ""
        return f"{self.file}: {place}{self.text.in_(language)}"

    def __str__(self) -> str:
        return self.in_("en")


def wrong(place: str, de: str, en: str) -> Complaint:
    """Return the complaint about `place`."""
    return Complaint(place, Text(de, en))


def unknown(place: str, name: object, what: Text, known: Iterable[object]) -> Complaint:
    """Return the complaint that `name` does not exist, with the nearest that does, or with all that do."""
    shown, names = str(name)[:80], [str(each) for each in known]
    near = get_close_matches(shown, names, n=1)
    listed = ", ".join(names[:_MOST])
    cure = (
        Text(f"Meinten Sie „{near[0]}“?", f"Did you mean “{near[0]}”?")
        if near
        else Text(f"Erlaubt sind: {listed or 'keine'}.", f"Allowed are: {listed or 'none'}.")
    )
    return wrong(
        place, f"{what.de} „{shown}“ gibt es hier nicht. {cure.de}", f"There is no {what.en} “{shown}” here. {cure.en}"
    )

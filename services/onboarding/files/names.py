"""Names of files: cleaned for showing, and never used as a place in a storage."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 100
#: What the file systems of those who download cannot keep, or take for a device.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
#: Control characters, those that turn the direction of what follows, halves of characters, and what is no character.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown(raw: str) -> str:
    """Return the name a file is shown by: its last part, visible, on one line, not too long; "" if nothing is left."""
    last = re.split(r"[/\\]", raw)[-1]
    normal = unicodedata.normalize("NFC", last)
    visible = "".join(" " if char.isspace() else char for char in normal if _is_visible(char))
    name = " ".join(_FORBIDDEN.sub("_", visible).split()).strip(". ")
    if _DEVICES.fullmatch(name):
        name = "_" + name
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name[:LONGEST]
    return f"{stem[: LONGEST - len(ending) - 1].rstrip()}.{ending.lower()}" if len(ending) < LONGEST else name[:LONGEST]


def ending(name: str) -> str:
    """Return the ending of a name without its dot, in small letters."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _is_visible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in _INVISIBLE

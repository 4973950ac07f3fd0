"""Papers: HTML of ours as an accessible PDF, made by a process of its own that time and memory bind.

What is printed holds words that strangers wrote, and the libraries that set them are written in C: so they are never
loaded here. The child fetches nothing but the files of `shared/pages/static`; see `press.py`.
"""

from __future__ import annotations

import ctypes
import hashlib
import sys
import threading
from collections import OrderedDict
from functools import cache

from shared import child
from shared.kernel import Text

#: Seconds a sheet may take, and bytes it may have before and after.
WITHIN_S, LARGEST_HTML, LARGEST_PDF = 30, 2_000_000, 20_000_000
AT_ONCE, KEPT = 2, 16
PRESS = [sys.executable, "-W", "ignore", "-m", "shared.papers.press"]
#: What has to lie on the system, by the names under which Linux and macOS load it.
LIBRARIES = {
    "pango": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "pangoft2": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "harfbuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib"),
    "fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib"),
    "gobject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
}
MISSING = Text(
    de="PDF gibt es auf diesem Server nicht. Die Seite selbst lässt sich drucken.",
    en="This server makes no PDF. The page itself can be printed.",
)
BUSY = Text(
    de="Das PDF konnte gerade nicht erstellt werden. Bitte versuchen Sie es gleich noch einmal.",
    en="The PDF could not be made just now. Please try again in a moment.",
)


class NoPdf(Exception):
    """There is no PDF: `text` says why in words that may be shown; `for_good` if trying again will not help."""

    def __init__(self, text: Text, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.text, self.for_good = text, for_good


@cache
def missing() -> tuple[str, ...]:
    """Return the system's libraries that are not there; a PDF needs them all."""
    return tuple(name for name, files in LIBRARIES.items() if not any(map(_loads, files)))


def pdf(html: str) -> bytes:
    """Return `html` as a tagged PDF (PDF/UA-1); the same for the same. Raises NoPdf."""
    if missing():
        raise NoPdf(MISSING, f"missing: {', '.join(missing())}", for_good=True)
    source = html.encode()
    if len(source) > LARGEST_HTML:
        raise NoPdf(BUSY, f"{len(source)} bytes are too many", for_good=True)
    name = hashlib.sha256(source).hexdigest()
    if (known := _kept.get(name)) is None:
        known = _printed(source)
        _keep(name, known)
    return known


def etag(html: str) -> str:
    """Return what changes when the paper does."""
    return hashlib.sha256(html.encode()).hexdigest()[:32]


_kept: OrderedDict[str, bytes] = OrderedDict()
_turns = threading.BoundedSemaphore(AT_ONCE)


def _keep(name: str, made: bytes) -> None:
    _kept[name] = made
    while len(_kept) > KEPT:
        _kept.popitem(last=False)


def _printed(source: bytes) -> bytes:
    if not _turns.acquire(timeout=WITHIN_S):
        raise NoPdf(BUSY, "too many at once")
    try:
        code, out, err = child.work(PRESS, WITHIN_S, given=source)
    except OSError as error:
        raise NoPdf(BUSY, repr(error)[:300]) from error
    finally:
        _turns.release()
    if code != 0 or not out.startswith(b"%PDF-") or len(out) > LARGEST_PDF:
        raise NoPdf(BUSY, f"exit {code}: {err.decode('utf-8', 'replace')[-300:]}")
    return out


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True

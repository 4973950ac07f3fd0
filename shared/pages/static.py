"""The files browsers fetch beside the pages: style, fonts, script, all shipped with the house."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
TEXTS = {".css", ".js", ".svg"}
#: How much of the etag stands in an address.
SHORT = 8


def find(name: str) -> tuple[bytes, str, str] | None:
    """Return `(content, content type, etag)` of a file such as "hub.css", None if there is none.

    Names are looked up in a list of what is shipped and never joined to a path, so no name leads outside.
    The etag carries no quotes.
    """
    path = _shipped().get(name)
    return _read(path) if path else None


@cache
def packed(name: str) -> bytes | None:
    """Return a shipped text compressed as far as it goes, once for all; None for what is compressed already."""
    path = _shipped().get(name)
    if path is None or path.suffix not in TEXTS:
        return None
    return gzip.compress(_read(path)[0], 9, mtime=0)


def address(name: str) -> str:
    """Return the URL of a shipped file, with a hash that changes when the file does.

    Raises: LookupError if no such file is shipped.
    """
    found = find(name)
    if found is None:
        raise LookupError(f"no static file is called {name!r}")
    return f"/static/{name}?v={found[2][:SHORT]}"


@cache
def _shipped() -> dict[str, Path]:
    return {
        path.relative_to(FOLDER).as_posix(): path
        for path in FOLDER.rglob("*")
        if path.is_file() and path.suffix in CONTENT_TYPES
    }


@cache
def _read(path: Path) -> tuple[bytes, str, str]:
    content = path.read_bytes()
    return content, CONTENT_TYPES[path.suffix], sha256(content).hexdigest()[:32]

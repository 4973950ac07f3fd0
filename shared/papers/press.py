"""`python -m shared.papers.press`: HTML comes in, a PDF/UA goes out. Fetches our own static files and nothing else.

The parent may be killed or lose patience at any time; this process has a limit of its own on time and memory.
"""

from __future__ import annotations

import hashlib
import resource
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "pages" / "static"
#: The address of a house that is nowhere, so that `/static/…` has something to be relative to.
HOUSE = "https://hub.invalid/"
TYPES = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}
CPU_S, MEMORY = 20, 1_500_000_000


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    source = sys.stdin.buffer.read()
    sys.stdout.buffer.write(printed(source.decode()))


def printed(html: str) -> bytes:
    """Return the PDF of `html`: tagged, with its language and title, and the same for the same."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Shelf(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            found = shelved(url)
            if found is None:
                raise ValueError("nothing is fetched from elsewhere")
            return URLFetcherResponse(url, found.read_bytes(), {"Content-Type": TYPES.get(found.suffix, "")})

    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    made: bytes = HTML(string=html, base_url=HOUSE, url_fetcher=Shelf()).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=identifier
    )
    return made


def shelved(url: str) -> Path | None:
    """Return the static file at `url`, None for every other address."""
    prefix = f"{HOUSE}static/"
    if not url.startswith(prefix):
        return None
    found = (STATIC / url.removeprefix(prefix).partition("?")[0]).resolve()
    return found if found.is_relative_to(STATIC) and found.is_file() else None


if __name__ == "__main__":
    main()

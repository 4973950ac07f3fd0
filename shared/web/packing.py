"""Which answers leave compressed, and which never do.

Compressing lets an observer guess at a secret that stands beside text of his choosing (BREACH). So nothing is
compressed that somebody's session, token or private link brought about: only what every stranger would be given.
"""

from __future__ import annotations

import gzip

from werkzeug.wrappers import Response

from shared.web.asking import LANGUAGE_COOKIE, PRIVATE_LINKS, Ask

#: Less than this hardly becomes smaller.
SMALLEST = 1024
LEVEL = 6
TEXTS = {"text/html", "text/csv", "application/json", "application/problem+json", "application/ld+json"}


def pack(response: Response, ask: Ask) -> Response:
    """Compress `response` if it is a text for strangers that is large enough, and the asking side can read it."""
    if response.mimetype not in TEXTS or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if not (_for_strangers(ask) and wants_gzip(ask) and _is_large(response)):
        return response
    response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag is not None:  # the bytes are others now, what they say is the same
        response.set_etag(etag, weak=True)
    return response


def wants_gzip(ask: Ask) -> bool:
    return ask.request.accept_encodings.quality("gzip") > 0 and "gzip" in ask.request.headers.get("Accept-Encoding", "")


def _for_strangers(ask: Ask) -> bool:
    request = ask.request
    return (
        request.method in {"GET", "HEAD"}
        and "Authorization" not in request.headers
        and set(request.cookies) <= {LANGUAGE_COOKIE}
        and not request.path.startswith((*PRIVATE_LINKS, "/sign-in"))
    )


def _is_large(response: Response) -> bool:
    if response.is_streamed or response.direct_passthrough:
        return False
    return len(response.get_data()) >= SMALLEST

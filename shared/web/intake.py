"""Receiving a whole body, with limits on size and time, before a worker is taken."""

from __future__ import annotations

from typing import Any

import eventlet

from shared.web import body, errors

#: How much of an oversized body is still read, so that the sender hears the refusal and not a reset.
DRAIN = 8 * 1024 * 1024
WITHIN_S = 30


def receive(environ: dict[str, Any], limit: int = body.LIMIT) -> bytes | errors.HttpError:
    """Read the whole body, or return what is wrong with it; the door decides when to say so."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return errors.length_required()
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not length:
        return b""
    try:
        with eventlet.Timeout(WITHIN_S):
            if length <= limit:
                received = environ["wsgi.input"].read(length)
                return received if len(received) == length else errors.too_slow()
            left = min(length, DRAIN)
            while left > 0 and (piece := environ["wsgi.input"].read(min(left, 65536))):
                left -= len(piece)
    except (eventlet.Timeout, OSError):
        return errors.too_slow()
    return errors.too_large(limit)

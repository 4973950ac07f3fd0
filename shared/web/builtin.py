"""What every process answers, whatever service it runs: health, metrics, contracts and static files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.wrappers import Response

from shared.kernel import DomainError
from shared.pages import SECURITY_HEADERS, Pages
from shared.pages import static as static_files
from shared.web import errors
from shared.web.asking import Ask
from shared.web.packing import wants_gzip
from shared.web.server import FrontDoor

PING_KEPT_S = 2.0
YEAR_S = 31_536_000

Check = Callable[[], None]


def install(config: dict[str, Any]) -> None:
    """Hang the built-in paths on every front door of this process, and the way it shows problems as pages."""
    pages = Pages()
    config["SECURITY_HEADERS"] = SECURITY_HEADERS
    config["RENDER_PROBLEM"] = lambda ask, error, status: _problem_page(pages, ask, error, status)
    health = Health(config["READY"])
    FrontDoor.builtins.update(
        {
            "/health/live": lambda _: _json({"status": "live"}),
            "/health/ready": health.ready,
            "/metrics": lambda _: Response(generate_latest(), content_type=CONTENT_TYPE_LATEST),
            "/api/openapi.json": lambda ask: _contract(ask, "openapi.json"),
            "/api/asyncapi.json": lambda ask: _contract(ask, "asyncapi.json"),
            "/api/docs": lambda ask: _docs(pages, ask),
            "/static/": _static,
        }
    )


class Health:
    """Ready means: every service of this process can reach its database. The broker may be away; rows wait."""

    def __init__(self, checks: dict[str, Check]) -> None:
        self.checks, self.known_until, self.failed = checks, 0.0, False

    def ready(self, _: Ask) -> Response:
        if time.monotonic() > self.known_until:
            self.failed = not all(_passes(check) for check in list(self.checks.values()))
            self.known_until = time.monotonic() + PING_KEPT_S
        if self.failed:
            return _json({"status": "unavailable"}, 503, {"Retry-After": "2"})
        return _json({"status": "ready", "services": sorted(self.checks)})


def _passes(check: Check) -> bool:
    try:
        check()
    except Exception:  # noqa: BLE001 - whatever it is, we are not ready
        return False
    return True


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json", headers=headers)


@cache
def _read_contract(name: str) -> str:
    return files("shared.contracts").joinpath(name).read_text("utf-8")


def _contract(ask: Ask, name: str) -> Response:
    response = Response(_read_contract(name), mimetype="application/json")
    response.add_etag()
    return response.make_conditional(ask.request)


def _docs(pages: Pages, ask: Ask) -> Response:
    html = pages.render(
        "docs.html",
        language=ask.language,
        caller=ask.caller if not ask.is_api else None,
        path=ask.request.path,
        csrf="",
        document=json.loads(_read_contract("openapi.json")),
    )
    return Response(html, mimetype="text/html")


def _static(ask: Ask) -> Response:
    name = ask.request.path.removeprefix("/static/")
    found = static_files.find(name)
    if found is None:
        from shared.web.door import refused

        return refused(errors.not_found(), ask)
    content, content_type, etag = found
    packed = static_files.packed(name) if wants_gzip(ask) else None
    response = Response(packed or content, content_type=content_type)
    response.set_etag(f"{etag}-gzip" if packed else etag)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _kept(name, ask.request.args.get("v"), etag)
    return response.make_conditional(ask.request)


def _kept(name: str, version: str | None, etag: str) -> str:
    """For ever under an address that changes with the content; another process may ask for a version not ours."""
    if version == etag[: static_files.SHORT] or (version is None and name.startswith("vendor/")):
        return f"public, max-age={YEAR_S}, immutable"
    return "public, max-age=300" if version is None else "no-cache"


def _problem_page(pages: Pages, ask: Ask, error: DomainError, status: int) -> str:
    from shared.logs import correlation

    return pages.render(
        "problem.html",
        language=ask.language,
        caller=None,
        path=ask.request.path,
        csrf="",
        status=status,
        title=error.text.in_(ask.language),
        detail="",
        incident=correlation.get(),
    )

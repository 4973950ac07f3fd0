"""`@http`: a nameko entrypoint that hands the door an `Ask` and sends what it answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from eventlet.event import Event
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from shared import metrics
from shared.kernel import DomainError, Unauthenticated
from shared.web import answers, errors
from shared.web import body as bodies
from shared.web.asking import Ask, Asked
from shared.web.server import FrontDoor

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Doc:
    """What the OpenAPI document says about a door. `body` is a schema class or a JSON Schema.

    `takes` and `gives` are the media types of what comes in and goes out; `also` is what it gives
    beside that to who asks for it.
    `creates` says that it answers 201 where there was nothing before.
    """

    says: str
    body: Any = None
    answers: str = ""
    status: int = 200
    creates: bool = False
    query: tuple[str, ...] = ()
    security: str = "anybody"
    takes: str = "application/json"
    gives: str = "application/json"
    also: tuple[str, ...] = ()
    refuses: tuple[int, ...] = field(default=())


class Door(HttpRequestHandler):
    """One door: a method, a path, and what the public contract says about it."""

    server = FrontDoor()

    def __init__(
        self,
        method: str,
        url: str,
        *,
        doc: Doc | None = None,
        limit: int = bodies.LIMIT,
        takes_file: bool = False,
        **kwargs: Any,
    ) -> None:
        self.doc, self.limit, self.takes_file = doc, limit, takes_file
        super().__init__(method, url, **kwargs)

    def get_entrypoint_parameters(self, request: Asked) -> tuple[tuple[Ask], dict[str, Any]]:
        return (request.ask,), request.path_values

    def handle_request(self, request: Asked) -> Response:
        started, status = time.monotonic(), 500
        try:
            response = self._work(request)
            status = response.status_code
        finally:
            metrics.requests.labels(self.container.service_name, self.url, status).observe(time.monotonic() - started)
        return response

    def _work(self, request: Asked) -> Response:
        ask: Ask = request.ask
        done = Event()
        args, kwargs = self.get_entrypoint_parameters(request)
        ask.register = self.container.config.get("REGISTERS", {}).get(self.container.service_name)
        try:
            _check_accept(ask, (self.doc.gives, *self.doc.also) if self.doc else ("application/json",))
            if self.doc and "anybody" not in self.doc.security:
                ask.known()  # whatever else is wrong: a stranger hears of nothing but the missing credential
            self.container.spawn_worker(self, args, kwargs, handle_result=partial(self.handle_result, done))
            result = done.wait()
        except ContainerBeingKilled:
            return refused(errors.unavailable(), ask)
        except HTTPException as exc:
            return exc.get_response()
        except Exception as exc:  # the outermost door
            return refused(exc, ask)
        return result if isinstance(result, Response) else answers.send(result, ask)


def refused(error: Exception, ask: Ask) -> Response:
    """Answer any error: what we know how to say, and a bare 500 for a bug. No exception text leaves the house."""
    if isinstance(error, Unauthenticated) and ask.keep_form and ask.request.method == "POST" and leads_to_a_page(ask):
        keep, ask.keep_form = ask.keep_form, None
        try:
            return keep()
        except Exception as other:  # the outermost door
            return refused(other, ask)
    told = answers.refuse(error, ask)
    if told is None:
        log.error("unexpected error at %s %r", ask.request.method, ask.place, exc_info=error)
        error = errors.broken()
        told = answers.problem(error, ask)
    elif told.status_code >= 500:  # noqa: PLR2004
        log.warning("%s at %r: %s", told.status_code, ask.place, error)
    if wants_page(ask) and ask.render_problem:
        known = error if isinstance(error, DomainError) else errors.unavailable()
        return answers.page(ask.render_problem(ask, known, told.status_code), told.status_code, _kept(told))
    return told


def wants_page(ask: Ask) -> bool:
    return not ask.is_api and "text/html" in ask.request.headers.get("Accept", "")


def leads_to_a_page(ask: Ask) -> bool:
    """Whether a person looks at the answer; what a script of ours saves by itself is sent again by their button."""
    return wants_page(ask) and "HX-Request" not in ask.request.headers


def _kept(response: Response) -> dict[str, str]:
    names = ("Retry-After", "Allow", "Connection")
    return {name: str(response.headers[name]) for name in names if response.headers.get(name)}


def _check_accept(ask: Ask, gives: tuple[str, ...]) -> None:
    accept = ask.request.accept_mimetypes
    if ask.is_api and accept and not any(map(accept.quality, (*gives, "application/problem+json"))):
        raise errors.not_acceptable(gives)


def http(
    method: str, url: str, *, doc: Doc | None = None, limit: int = bodies.LIMIT, takes_file: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Open a door at `url` for `method`: the method gets an `Ask` and gives an `Answer` or a page.

    `limit` is how many bytes a body may have; with `takes_file` it is a form whose file goes to the disk as it comes.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        # A refusal is an answer, not a failure of the worker: nameko need not log its traceback.
        door = Door(method, url, doc=doc, limit=limit, takes_file=takes_file, expected_exceptions=(DomainError,))
        register_entrypoint(function, door)
        return function

    return decorate

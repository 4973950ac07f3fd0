"""What a door gives back: an `Answer` for programs, a page for people, a problem for both."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from shared.database import lock_timed_out, unavailable
from shared.kernel import Conflict, DomainError, Forbidden, Invalid, NotFound, Problem, Text, Unauthenticated
from shared.logs import correlation
from shared.schemas import problems_of
from shared.web import errors
from shared.web.asking import Ask

STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Invalid, 422),
    (DomainError, 422),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """JSON for a program; `body` may be JSON already, as bytes. `cached` answers 304 to who knows the `etag`.

    `token_for` names the applicant whose token is added once, `key_for` the API key: derived and not stored.
    """

    body: Any
    cached: bool = False
    status: int = 200
    etag: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    token_for: str | None = None
    key_for: str | None = None


class File(Response):
    """A file for people to keep."""

    def __init__(self, content: bytes, media: str, name: str) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
        super().__init__(content, content_type=f"{media}; charset=utf-8", headers=headers)


def page(html: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    response = Response(html, status=status, mimetype="text/html", headers=headers)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def redirect(path: str) -> Response:
    """Send the browser on to a GET of `path`, which must be our own."""
    return Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def send(answer: Answer, ask: Ask) -> Response:
    body = answer.body
    if answer.token_for and not ask.key:  # a key that may end must not become a token that does not
        body = body | {"token": ask.keyring.applicant_token(answer.token_for, ask.generation)}
    if answer.key_for:
        body = body | {"key": ask.keyring.api_key(UUID(answer.key_for))}
    text = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False)
    response = Response(text, status=answer.status, mimetype="application/json", headers=answer.headers)
    if answer.etag is not None:
        response.set_etag(answer.etag)
    if answer.cached:
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(ask.request)
    response.headers.setdefault("Cache-Control", "no-store")
    return _tell_language(response, ask)


def refuse(error: BaseException, ask: Ask) -> Response | None:
    """Turn `error` into a problem; None if it is none of ours."""
    known = refusal(error)
    return problem(known, ask) if known else None


def problem(error: DomainError, ask: Ask) -> Response:
    """Answer `error` as RFC 9457 says, in the language of who asks."""
    status = error.status if isinstance(error, errors.HttpError) else status_of(error)
    language = ask.language
    body: dict[str, Any] = {
        "type": f"urn:innovationshub:problem:{error.code}",
        "title": error.text.in_(language),
        "status": status,
        "code": error.code,
        "instance": ask.request.path,
        "correlation": correlation.get(),
    }
    problems = getattr(error, "problems", ())
    body["errors"] = [_line(one, language) for one in problems]
    headers = dict(getattr(error, "headers", {}))
    if status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = "Bearer"
    text = json.dumps(body, ensure_ascii=False)
    response = Response(text, status=status, content_type="application/problem+json", headers=headers)
    response.headers["Cache-Control"] = "no-store"
    return _tell_language(response, ask)


def status_of(error: DomainError) -> int:
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def refusal(error: BaseException) -> DomainError | None:
    """Return what we say to whoever caused `error`, None if it is a bug of ours."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        text = Text(de="Bitte prüfen Sie Ihre Angaben.", en="Please check what you sent.")
        return Invalid(text, code="invalid", problems=problems_of(error))
    if isinstance(error, StaleDataError):
        return errors.stale()
    if isinstance(error, OperationalError) and lock_timed_out(error):
        text = Text(de="Daran wird gerade gearbeitet.", en="This is being worked on right now.")
        return Conflict(text, code="in_progress")
    return errors.unavailable() if unavailable(error) else None


def _line(one: Problem, language: str) -> dict[str, Any]:
    return {"pointer": one.pointer, "code": one.code, "detail": one.text.in_(language)} | (one.more or {})


def _tell_language(response: Response, ask: Ask) -> Response:
    response.headers["Content-Language"] = ask.language
    response.headers["Vary"] = "Accept-Language, Authorization"
    return response

"""Showing pages to people: in their language, signed for their session, and again with what was wrong."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from marshmallow import ValidationError
from werkzeug.wrappers import Response

from shared.auth import FIRST, SESSION_S, Caller
from shared.kernel import Conflict, DomainError, Invalid, Text
from shared.pages import LANGUAGES, Pages
from shared.web.answers import page, redirect, refusal, status_of
from shared.web.asking import BROWSER_COOKIE, COOKIE, LANGUAGE_COOKIE, Ask
from shared.web.errors import HttpError

YEAR_S = 31_536_000
#: How long a browser is known again that asked for something: longer than any link works.
BROWSER_S = 24 * 3600
LOOPBACK_NAMES = {"127.0.0.1", "localhost", "[::1]"}

#: What a page says after a redirect, by the `done` in its address.
NOTICES = {
    "retried": Text(de="Erneut versucht.", en="Tried again."),
    "edited": Text(de="Berichtigt und erneut versucht.", en="Corrected, and tried again."),
    "discarded": Text(de="Die Nachricht ist verworfen.", en="The message is discarded."),
    "discard_proposed": Text(
        de="Zum Verwerfen vorgeschlagen. Jetzt fehlt die zweite Unterschrift.",
        en="Proposed to be discarded. Now a second signature is needed.",
    ),
    "saved": Text(de="Gespeichert.", en="Saved."),
    "drafted": Text(
        de="Aus Ihren Angaben ist ein Entwurf geworden. Er ist gespeichert, aber noch nicht eingereicht.",
        en="Your answers have become a draft. It is saved, but not submitted yet.",
    ),
    "submitted": Text(de="Ihr Antrag ist eingereicht.", en="Your application has been submitted."),
    "replied": Text(de="Ihre Antworten sind angekommen.", en="We have received your answers."),
    "extended": Text(de="Ihr Entwurf bleibt länger erhalten.", en="Your draft is kept longer."),
    "reconsidered": Text(
        de="Ihre Bitte ist angekommen. Andere Personen prüfen Ihren Antrag neu.",
        en="We have received your request. Other people review your application anew.",
    ),
    "deleted": Text(de="Der Entwurf ist gelöscht.", en="The draft is deleted."),
    "withdrawn": Text(de="Der Antrag ist zurückgezogen.", en="The application is withdrawn."),
    "asked": Text(de="Die Frage ist gestellt.", en="The question has been sent."),
    "proposed": Text(de="Jetzt fehlt die zweite Unterschrift.", en="Now a second signature is needed."),
    "confirmed": Text(de="Die Entscheidung ist wirksam.", en="The decision has taken effect."),
    "returned": Text(de="Der Vorschlag ist zurückgegeben.", en="The proposal has been returned."),
    "vouched": Text(de="Ihre Fürsprache ist festgehalten.", en="Your voucher is kept."),
    "revoked": Text(de="Ihre Fürsprache ist zurückgenommen.", en="Your voucher is taken back."),
    "judged": Text(de="Das Urteil ist festgehalten.", en="The judgement is kept."),
    "overridden": Text(de="Die Ausnahme ist festgehalten.", en="The exception is kept."),
    "mended": Text(de="Danke, alle Regeln sind erfüllt.", en="Thank you, all rules are kept."),
    "mended_some": Text(
        de="Gespeichert. Noch sind nicht alle Regeln erfüllt.", en="Saved. Not all rules are kept yet."
    ),
    "attached": Text(de="Die Datei ist hochgeladen.", en="The file is uploaded."),
    "detached": Text(de="Die Datei ist entfernt.", en="The file is removed."),
    "stopped": Text(de="Die Nachprüfung ist angehalten.", en="The re-check is stopped."),
    "resumed": Text(de="Die Nachprüfung geht weiter.", en="The re-check goes on."),
    "published": Text(de="Die Fassung ist veröffentlicht.", en="The version is published."),
    "taken_back": Text(de="Die Veröffentlichung ist zurückgenommen.", en="The publication has been taken back."),
    "retired": Text(de="Die Fassung läuft aus.", en="The version has been retired."),
    "adopted": Text(de="Ihr Antrag nutzt jetzt die neue Fassung.", en="Your application uses the new version now."),
    "barrier_reported": Text(
        de="Danke. Ihre Meldung ist angekommen, und wir sehen sie uns an.",
        en="Thank you. Your report has arrived, and we will look at it.",
    ),
    "barrier_closed": Text(de="Die Meldung ist erledigt.", en="The report is closed."),
    "key_ended": Text(de="Der Schlüssel gilt nicht mehr.", en="The key has ended."),
    "invited": Text(de="Die Einladung ist unterwegs.", en="The invitation is on its way."),
    "removed": Text(de="Die Person ist nicht mehr dabei.", en="The person has been removed."),
    "signed_in": Text(de="Sie sind angemeldet.", en="You are signed in."),
}

Wrong = list[dict[str, Any]]


def show(pages: Pages, ask: Ask, template: str, *, status: int = 200, **context: Any) -> Response:
    """Render a page for who asks. A language chosen by `?lang=` is remembered."""
    notice = NOTICES.get(ask.request.args.get("done", ""))
    # Whoever posted is led back to the page the form stood on: the switch of the language is a link.
    path = ask.request.full_path.rstrip("?") if ask.request.method == "GET" else context.pop("at", ask.request.path)
    context.pop("at", None)
    session = ask.keyring.renewed(ask.page_session) if ask.page_session else None
    context["session_until"] = datetime.fromtimestamp(session.until, UTC) if session else None
    html = pages.render(
        template, language=ask.language, caller=ask.caller, path=path, csrf=ask.csrf, notice=notice, **context
    )
    response = page(html, status)
    if ask.request.args.get("lang") in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, ask.language, max_age=YEAR_S, samesite="Lax", httponly=True)
    if session:
        set_cookie(response, ask, COOKIE, ask.keyring.session(session), SESSION_S)
    response.headers["Vary"], response.headers["Content-Language"] = "Accept-Language, Cookie", ask.language
    return response


def attempt(act: Callable[[], Response], again: Callable[[int, Wrong], Response]) -> Response:
    """Do what a form asks for; what was wrong with it is shown `again(status, errors)` on its page.

    Who may not, or asks for what is not there, gets the refusal itself: there is no page to show.
    """
    try:
        return act()
    except (ValidationError, Invalid, Conflict, HttpError) as error:
        known = refusal(error)
        status = known.status if isinstance(known, HttpError) else status_of(known) if known else 500
        if known is None or status not in {409, 412, 422}:
            raise
        return again(status, wrong(known))


def wrong(error: DomainError) -> Wrong:
    """Return what was wrong, place by place, as templates want it."""
    problems = getattr(error, "problems", ())
    return [{"pointer": one.pointer, "text": one.text} for one in problems] or [{"pointer": "", "text": error.text}]


def sign_in(ask: Ask, caller: Caller, path: str) -> Response:
    """Open a page session for `caller` and lead on to `path`; who has one of theirs goes on with it."""
    session = ask.page_session
    if session is None or session.caller.subject != caller.subject:
        generation = ask.register.generation(caller.subject) if ask.register else FIRST
        session = ask.keyring.begin(caller, generation)
    response = redirect(safe_path(path))
    set_cookie(response, ask, COOKIE, ask.keyring.session(session), SESSION_S)
    return response


def sign_in_anew(response: Response, ask: Ask, caller: Caller, generation: int) -> Response:
    """Go on with a new session after all others of `caller` have ended."""
    set_cookie(response, ask, COOKIE, ask.keyring.session(ask.keyring.begin(caller, generation)), SESSION_S)
    return response


def set_cookie(response: Response, ask: Ask, name: str, value: str, max_age: int) -> None:
    """Give the browser something to hold that no script and no other house can see."""
    secure = ask.https or ask.request.is_secure or ask.request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(
        ask.cookie_name(name), value, max_age=max_age, httponly=True, samesite="Lax", secure=secure, path="/"
    )


def know_browser(ask: Ask) -> tuple[str, Callable[[Response], Response]]:
    """Return what this browser is told by, and what makes it hold that on an answer."""
    held = ask.cookie(BROWSER_COOKIE) or secrets.token_urlsafe(32)

    def remember(response: Response) -> Response:
        set_cookie(response, ask, BROWSER_COOKIE, held, BROWSER_S)
        return response

    return hashlib.sha256(held.encode()).hexdigest(), remember


def sign_out(ask: Ask) -> Response:
    response = redirect("/")
    set_cookie(response, ask, COOKIE, "", 0)
    return response


def known_or_sign_in(ask: Ask) -> Response | None:
    """Return the way to the sign-in for strangers, None for those we know."""
    return None if ask.caller else redirect(f"/sign-in?next={quote(ask.request.path)}")


def is_here(ask: Ask) -> bool:
    """Whether the browser runs on this machine and knows it: the only place for the built-in sign-in."""
    if any(name.lower().startswith(("forwarded", "x-forwarded")) for name, _ in ask.request.headers):
        return False  # somebody passes it on
    host = ask.request.host.rpartition(":")[0] or ask.request.host
    return ask.request.remote_addr in {"127.0.0.1", "::1"} and host in LOOPBACK_NAMES


def safe_path(path: str) -> str:
    """Return `path` if it leads to a page of ours, else the start page."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours else "/"


def one(fields: dict[str, list[str]], name: str) -> str:
    """Return the last value of a field of a posted form, "" if it is not there."""
    return (fields.get(name) or [""])[-1].strip()

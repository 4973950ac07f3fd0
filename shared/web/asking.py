"""One request, as a door sees it: who asks, in which language, with what."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Request, Response

from shared.auth import FIRST, Caller, Keyring, Session, applicant
from shared.kernel import Forbidden, NotFound, Text, Unauthenticated
from shared.logs import correlation
from shared.register import WRITE, Key, Register
from shared.web import body as bodies
from shared.web import errors
from shared.web.upload import Upload

COOKIE = "hub_session"
BROWSER_COOKIE = "hub_browser"
#: What follows these paths is not for logs: it names an application, or signs somebody in.
PRIVATE_LINKS = ("/applications/resume/", "/sign-in/link/")
LANGUAGE_COOKIE = "hub_language"
FORM = "multipart/form-data"
#: The body of a request: whole, taken apart because it brought a file, or not to be had.
Received = bytes | Upload | errors.HttpError
KEY_LENGTH = (1, 200)
STRANGER_KEY_LENGTH = 16


class Asked(Request):
    """A request on its way to its door."""

    ask: Ask
    path_values: dict[str, Any]


class Ask:
    """Checks are meant to be called in the order of the public surface: credential, role, headers, body."""

    def __init__(self, request: Request, received: Received, keyring: Keyring) -> None:
        self.request, self.received, self.keyring = request, received, keyring
        self.correlation = correlation.get()
        self.files: dict[str, bytes] = {}
        self.render_problem: Any = None  # how this process shows a refusal as a page
        self._register: Register | None = None
        self.key: Key | None = None  # by which a program asks
        self.generation = FIRST  # of the token by which somebody asks
        self.keep_form: Callable[[], Response] | None = None  # what to do with a form nobody is signed in for
        self.https = False  # whether the house is reached by https, whatever this very connection is

    @property
    def place(self) -> str:
        """The path as it may be logged: what is private about it is left out."""
        path: str = self.request.path
        return next((f"{private}…" for private in PRIVATE_LINKS if path.startswith(private)), path[:200])

    @property
    def register(self) -> Register | None:
        """What the service behind the door knows of credentials that have ended."""
        return self._register

    @register.setter
    def register(self, register: Register | None) -> None:
        # Whoever looked before the door was found did not know what has ended, and has to look again.
        self._register = register
        for looked_up in ("caller", "page_session"):
            self.__dict__.pop(looked_up, None)

    def cookie_name(self, name: str) -> str:
        """Return what a cookie is called: at https one that no other host and no http page can have set."""
        return f"__Host-{name}" if self.https else name

    def cookie(self, name: str) -> str | None:
        found: str | None = self.request.cookies.get(self.cookie_name(name))
        return found

    @property
    def browser(self) -> str:
        """The hash of what only this browser holds, "" if it holds nothing yet."""
        held = self.cookie(BROWSER_COOKIE)
        return hashlib.sha256(held.encode()).hexdigest() if held else ""

    @property
    def is_api(self) -> bool:
        return self.request.path.startswith("/api/")

    @property
    def language(self) -> str:
        """`de` or `en`: asked for in the address, chosen before, or preferred by the browser."""
        chosen = self.request.args.get("lang") or self.request.cookies.get(LANGUAGE_COOKIE)
        if chosen in {"de", "en"} and (not self.is_api or self.request.path == "/api/docs"):
            return str(chosen)
        return self.request.accept_languages.best_match(["de", "en"], default="de") or "de"

    @cached_property
    def caller(self) -> Caller | None:
        """Who asks: by bearer token at the API, by session at pages. Raises Unauthenticated for a bad token."""
        if not self.is_api:
            return self.page_session.caller if self.page_session else None
        header = self.request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        found = self._of_token(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise _who()
        return found

    @cached_property
    def page_session(self) -> Session | None:
        """The page session of who asks, unless it is over or was ended."""
        cookie = self.cookie(COOKIE)
        found = self.keyring.of_session(cookie) if cookie else None
        return None if found is None or (self.register and self.register.has_ended(found.born)) else found

    def _of_token(self, token: str) -> Caller | None:
        if token.startswith("bdp_"):
            self.key = self.register.key(token) if self.register else None
            if self.key and self.request.method not in {"GET", "HEAD"} and WRITE not in self.key.scopes:
                raise Forbidden(Text(de="Dieser Schlüssel darf nur lesen.", en="This key may only read."), code="scope")
            return self.key.caller if self.key else None
        if applicants := self.keyring.of_applicant_token(token):
            owner, self.generation = applicants
            ended = self.register is not None and self.register.has_ended({owner: self.generation})
            return None if ended else applicant(owner)
        return self.keyring.of_token(token)

    def need_person(self) -> Caller:
        """Return the caller, who is here themselves and not by a key. Raises Forbidden."""
        found = self.known()
        if self.key:
            text = Text(de="Das geht nicht mit einem Schlüssel.", en="A key may not do this.")
            raise Forbidden(text, code="scope")
        return found

    def known(self) -> Caller:
        """Return the caller, or raise Unauthenticated."""
        found = self.caller
        if found is None:
            raise _who()
        return found

    def require(self, *roles: str) -> Caller:
        """Return the caller if they have one of `roles`, or raise Forbidden."""
        found = self.known()
        if not found.roles & set(roles):
            raise Forbidden(
                Text(de="Dafür haben Sie nicht die nötige Rolle.", en="Your role does not allow this."),
                code="role",
            )
        return found

    @property
    def body(self) -> bytes:
        if isinstance(self.received, errors.HttpError):
            raise self.received
        return b"" if isinstance(self.received, Upload) else self.received

    @property
    def upload(self) -> Upload:
        """The form with a file that was received at a door for files. Raises 413, 415, 408 or 400."""
        if isinstance(self.received, Upload):
            return self.received
        raise self.received if isinstance(self.received, errors.HttpError) else errors.unsupported_media_type(FORM)

    def json(self, max_keys: int = bodies.KEYS) -> Any:
        """Parse the body. Raises 413, 415 or 400, in this order."""
        received = self.body
        wanted = (
            ("application/json", "application/merge-patch+json")
            if self.request.method == "PATCH"
            else ("application/json",)
        )
        if self.request.mimetype not in wanted:
            raise errors.unsupported_media_type(wanted[0])
        return bodies.parse(received, max_keys)

    def table(self, media: str) -> tuple[bytes, str]:
        """Return the body as it came, and the charset it claims, "" if none. Raises 413 or 415."""
        received = self.body
        if self.request.mimetype != media:
            raise errors.unsupported_media_type(media)
        return received, self.request.mimetype_params.get("charset", "")

    def form(self, raw: str = "") -> dict[str, list[str]]:
        """Parse a posted form; a file that came with it is a value like the others. Raises 413, 415 or 400.

        The file of the field `raw` is kept as bytes in `files` instead.
        """
        if isinstance(self.received, Upload):
            return self.received.fields
        received = self.body
        try:
            if self.request.mimetype == "application/x-www-form-urlencoded":
                fields = parse_qs(received.decode("utf-8"), keep_blank_values=True, max_num_fields=bodies.KEYS)
            elif self.request.mimetype == FORM:
                fields = self._parts(received, raw)
            else:
                raise errors.unsupported_media_type("application/x-www-form-urlencoded")
        except ValueError as error:
            raise errors.unreadable_form() from error
        for values in fields.values():
            for value in values:
                bodies.check_text(value)
        return fields

    def _parts(self, received: bytes, raw: str) -> dict[str, list[str]]:
        """Parse a form with files; none chosen is no value. Raises ValueError for what is no text."""
        parser = FormDataParser(max_form_memory_size=len(received) + 1, max_form_parts=100, silent=False)
        options = self.request.mimetype_params
        try:
            _, form, files = parser.parse(BytesIO(received), "multipart/form-data", len(received), options)
        except RequestEntityTooLarge as error:
            raise ValueError("too many parts") from error
        fields = {name: list(values) for name, values in form.lists()}
        for name, uploads in files.lists():
            if name == raw:
                self.files[name] = uploads[-1].read()
                continue
            texts = [one.read().decode("utf-8-sig") for one in uploads if one.filename]
            if texts:
                fields[name] = texts
        return fields

    def session_form(self, raw: str = "") -> dict[str, list[str]]:
        """Parse a form posted by a signed-in page. Raises Forbidden unless it carries the session's own sign."""
        fields = self.form(raw)
        given = (fields.get("csrf") or [""])[0]
        if self.caller is None and given != self.csrf and self.same_site:  # it stood on somebody's page
            raise Unauthenticated(
                Text(
                    de="Ihre Anmeldung ist abgelaufen. Bitte melden Sie sich noch einmal an.",
                    en="Your session has ended. Please sign in again.",
                ),
                code="session_ended",
            )
        if given != self.csrf or not self.same_site:
            raise Forbidden(
                Text(
                    de="Diese Seite ist abgelaufen. Bitte laden Sie sie neu.",
                    en="This page has expired. Please reload it.",
                ),
                code="csrf",
            )
        return fields

    @property
    def same_site(self) -> bool:
        return self.request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}

    @property
    def csrf(self) -> str:
        # Made of who it is and not of the cookie: a form outlives the session it was opened in.
        found = self.caller
        return self.keyring.csrf(found.subject if found else "")

    def idempotency_key(self, given: str | None = None) -> str:
        """Return the key of this POST: from the header, or `given` by a form. Raises 400."""
        key = given or self.request.headers.get("Idempotency-Key")
        if not key:
            raise errors.header_missing("Idempotency-Key")
        low = STRANGER_KEY_LENGTH if self.caller is None else KEY_LENGTH[0]
        if not low <= len(key) <= KEY_LENGTH[1] or not key.isprintable():
            text = Text(
                de=f"Der Idempotency-Key braucht {low} bis {KEY_LENGTH[1]} Zeichen.",
                en=f"The Idempotency-Key needs {low} to {KEY_LENGTH[1]} characters.",
            )
            raise errors.HttpError(400, "idempotency_key", text)
        return key

    @property
    def scope(self) -> str:
        """Whose keys these are; a stranger's key is its own scope."""
        found = self.caller
        return found.subject if found else "stranger"

    @property
    def fingerprint(self) -> str:
        if isinstance(self.received, Upload):
            return self.received.fingerprint
        return hashlib.sha256(self.body).hexdigest()

    def match(self, version: int | str, given: str | None = None) -> None:
        """Raise 428 without, and 412 with a stale, `If-Match` (or `version` of a form)."""
        if given is not None:
            if given != str(version):
                raise errors.stale()
            return
        if "If-Match" not in self.request.headers:
            raise errors.header_missing("If-Match", 428)
        if not self.request.if_match.contains(str(version)):
            raise errors.stale()

    def path_with(self, query: dict[str, str]) -> str:
        """Return the path of this request with another query."""
        return f"{self.request.path}?{urlencode(query)}" if query else str(self.request.path)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return the query parameter `name` as a whole number within bounds, or raise 422."""
        raw = self.request.args.get(name, str(default))
        if not raw.isascii() or not raw.isdigit() or len(raw) > 9 or not low <= int(raw) <= high:  # noqa: PLR2004
            raise bad_query(name, Text(de=f"eine Zahl von {low} bis {high}", en=f"a number from {low} to {high}"))
        return int(raw)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Return the query parameter `name` if it is one of `allowed`, None if absent, or raise 422."""
        raw = self.request.args.get(name)
        if raw is not None and raw not in allowed:
            raise bad_query(name, Text(de=", ".join(allowed), en=", ".join(allowed)))
        return raw

    def only(self, *names: str) -> None:
        """Raise 422 if the query asks for anything but `names`."""
        for name in self.request.args:
            if name not in {*names, "lang"}:
                known = ", ".join(names) or "-"
                raise bad_query(name[:60], Text(de=f"nichts; bekannt sind: {known}", en=f"nothing; known are: {known}"))


def bad_query(name: str, wanted: Text) -> errors.HttpError:
    text = Text(
        de=f"Der Parameter „{name}“ passt nicht. Möglich ist: {wanted.de}.",
        en=f"The parameter “{name}” does not fit. Possible is: {wanted.en}.",
    )
    return errors.HttpError(422, "query", text)


def uuid_of(raw: str) -> UUID:
    """Return the id in a path; a malformed one does not exist."""
    found: UUID | None
    try:
        found = UUID(raw)
    except ValueError:
        found = None
    if found is None or str(found) != raw.lower():
        raise NotFound(Text(de="Das gibt es nicht.", en="There is no such thing."), code="not_found")
    return found


def _who() -> Unauthenticated:
    return Unauthenticated(
        Text(
            de="Bitte weisen Sie sich aus (Authorization: Bearer …).",
            en="Please identify yourself (Authorization: Bearer …).",
        ),
        code="unauthenticated",
    )

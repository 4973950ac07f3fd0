"""Who is asking. Credentials are signed with the house secret, so that every service verifies them alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

APPLICANT, REVIEWER, APPROVER, EDITOR, AUDITOR, OPERATOR = (
    "applicant",
    "reviewer",
    "approver",
    "editor",
    "auditor",
    "operator",
)
ADMIN_ROLES = frozenset({REVIEWER, APPROVER, EDITOR, AUDITOR, OPERATOR})
#: A page session ends after so long without a page, and so long after its beginning at the latest.
IDLE_S, SESSION_S = 30 * 60, 12 * 3600
VOUCHING_DAYS = 14
#: Credentials carry the generation they were made in; what is older than its subject's present one has ended.
FIRST = 1


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody we know: `subject` is stable (`applicant:<uuid>`, `admin:<name>`), `name` is for people."""

    subject: str
    name: str
    roles: frozenset[str]

    @property
    def is_admin(self) -> bool:
        return bool(self.roles & ADMIN_ROLES)


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie of a page session says: whose it is, which one, since when, and until when if no page is seen."""

    caller: Caller
    id: str
    generation: int
    began: int
    until: int

    @property
    def born(self) -> dict[str, int]:
        """The generation of everything it stands on."""
        return {self.caller.subject: self.generation, self.name: FIRST}

    @property
    def name(self) -> str:
        """What it is called where endings are noted."""
        return f"session:{self.id}"


@dataclass(frozen=True, slots=True)
class Admin:
    """A line of ADMIN_TOKENS_FILE: `{"name", "roles", "sha256"}` of the token in hex."""

    name: str
    roles: frozenset[str]
    sha256: str

    @property
    def caller(self) -> Caller:
        return Caller(f"admin:{self.name}", self.name, self.roles)


def read_admins(path: Path) -> tuple[Admin, ...]:
    """Read ADMIN_TOKENS_FILE. Raises ValueError naming the file if it is not what it should be."""
    try:
        return _admins(json.loads(path.read_text("utf-8")))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{path} is not a list of {{name, roles, sha256}}: {error!r}") from error


def _admins(lines: Any) -> tuple[Admin, ...]:
    if not isinstance(lines, list):
        raise TypeError(type(lines))
    unknown = {role for line in lines for role in line["roles"]} - ADMIN_ROLES
    if unknown:
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
    return tuple(Admin(line["name"], frozenset(line["roles"]), line["sha256"].lower()) for line in lines)


def new_admin(name: str, roles: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """Return a fresh token, shown once, and the line for ADMIN_TOKENS_FILE that knows only its hash."""
    token = "bhadm_" + secrets.token_urlsafe(32)
    return token, {"name": name, "roles": sorted(roles), "sha256": hashlib.sha256(token.encode()).hexdigest()}


class Keyring:
    """Makes and verifies every credential of the house."""

    def __init__(self, secret: bytes, admins: Iterable[Admin] = ()) -> None:
        self._secret = secret
        self._admins = {admin.sha256: admin for admin in admins}
        self.admins = tuple(self._admins.values())

    def applicant_token(self, owner: str, generation: int = FIRST) -> str:
        """Derive the token of the applicant `owner`: in one generation always the same, so it is never stored."""
        return "bhapp_" + self._signer("applicant").dumps([owner, generation])

    def of_token(self, token: str) -> Caller | None:
        """Return whose token this is, whether it has ended or not."""
        found = self.of_applicant_token(token)
        if found:
            return applicant(found[0])
        admin = self._admins.get(hashlib.sha256(token.encode()).hexdigest())
        return admin.caller if admin else None

    def of_applicant_token(self, token: str) -> tuple[str, int] | None:
        """Return the owner and the generation of an applicant's token."""
        if not token.startswith("bhapp_"):
            return None
        found = self._read("applicant", token.removeprefix("bhapp_"))
        return (found[0], found[1]) if found else None

    def begin(self, caller: Caller, generation: int = FIRST) -> Session:
        """Return a new session, not yet signed."""
        now = int(time.time())
        return Session(caller, secrets.token_urlsafe(12), generation, now, _until(now, now))

    def renewed(self, session: Session) -> Session:
        return replace(session, until=_until(int(time.time()), session.began))

    def session(self, session: Session) -> str:
        """Sign a short assertion for the cookie of a page session."""
        caller = session.caller
        whose = [caller.subject, caller.name, sorted(caller.roles)]
        return str(
            self._signer("session").dumps([*whose, session.id, session.generation, session.began, session.until])
        )

    def of_session(self, cookie: str) -> Session | None:
        """Return the session a cookie asserts, None for one that is over; whether it was ended the register knows."""
        try:
            subject, name, roles, id_, generation, began, until = self._signer("session").loads(cookie)
        except (BadSignature, ValueError, TypeError):
            return None
        if time.time() > until:
            return None
        if subject.startswith("admin:") and subject not in {admin.caller.subject for admin in self.admins}:
            return None
        return Session(Caller(subject, name, frozenset(roles)), id_, generation, began, until)

    def api_key(self, key: UUID) -> str:
        """Derive an API key; kept is only its hash, and a replayed answer carries it again."""
        return f"bdp_{key.hex}_{self._sign('key', key.hex)}"

    def csrf(self, subject: str) -> str:
        """Derive what every form of `subject` must carry."""
        return hmac.new(self._secret, b"csrf" + subject.encode(), hashlib.sha256).hexdigest()

    def resume_key(self, application: str) -> str:
        """Sign a private link: it names an application, and opens nothing."""
        return str(self._signer("resume").dumps(application))

    def of_resume_key(self, key: str) -> str | None:
        """Return the application a private link names, None if it is not ours; old ones carry more, which is let be."""
        found = self._read("resume", key)
        return str(found[0] if isinstance(found, list) else found) if found else None

    def sign_in_link(self, request: UUID) -> str:
        """Derive the secret of a link to sign in; the request says when it is over, and whose it is."""
        return request.hex + self._sign("sign-in", request.hex)

    def of_sign_in_link(self, secret: str) -> UUID | None:
        """Return the request a link answers, None if it is not ours."""
        request = secret[:32]
        if not secret.isascii() or not secrets.compare_digest(secret[32:], self._sign("sign-in", request)):
            return None
        return UUID(request)

    def address(self, email: str) -> str:
        """Return a digest of an address that nobody outside the house can make."""
        return hmac.new(self._secret, b"address" + email.strip().lower().encode(), hashlib.sha256).hexdigest()

    def vouching_code(self, application: str) -> str:
        """Sign what lets an intermediary vouch for an application, for VOUCHING_DAYS."""
        return str(self._timed("vouching").dumps(application))

    def of_vouching_code(self, code: str) -> str | None:
        """Return the application a code is for, None if it is not ours or too old."""
        try:
            found: str = self._timed("vouching").loads(code, max_age=VOUCHING_DAYS * 86_400)
        except (BadSignature, ValueError):
            return None
        return found

    def _sign(self, salt: str, text: str) -> str:
        """Return 43 characters that only this house can make of `text`."""
        made = hmac.new(self._secret, f"{salt}:{text}".encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(made).decode().rstrip("=")

    def _signer(self, salt: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=salt)

    def _timed(self, salt: str = "session") -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=salt)

    def _read(self, salt: str, signed: str) -> Any:
        try:
            return self._signer(salt).loads(signed)
        except (BadSignature, ValueError):
            return None


def _until(now: int, began: int) -> int:
    return min(now + IDLE_S, began + SESSION_S)


def applicant(owner: str) -> Caller:
    return Caller(owner, "", frozenset({APPLICANT}))

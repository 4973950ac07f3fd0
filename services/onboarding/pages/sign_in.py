"""Signing in and out; a private link signs its applicant in, until applicants get accounts of their own."""

from __future__ import annotations

from uuid import UUID

from werkzeug.wrappers import Response

from services.onboarding import handlers
from services.onboarding.pages import PAGES
from services.onboarding.repository import Applications
from shared.auth import applicant
from shared.kernel import Forbidden, NotFound, Text
from shared.web import Ask, http
from shared.web.showing import is_here, one, safe_path, show, sign_in, sign_out
from shared.wire import House


class SignInDoors:
    """Who somebody is, for the pages."""

    house: House

    @http("GET", "/sign-in")
    def show_sign_in(self, ask: Ask) -> Response:
        return self._sign_in_page(ask, safe_path(ask.request.args.get("next", "/")))

    @http("POST", "/sign-in")
    def do_sign_in(self, ask: Ask) -> Response:
        form = ask.session_form()
        wanted = safe_path(one(form, "next") or "/")
        if name := one(form, "as"):
            return self._sign_in_built_in(ask, name, wanted)
        caller = ask.keyring.of_token(one(form, "/token"))
        if caller is None:
            text = Text(de="Diesen Zugangsschlüssel kennen wir nicht.", en="We do not know this access token.")
            return self._sign_in_page(ask, wanted, 422, [{"pointer": "/token", "text": text}])
        return sign_in(ask, caller, _home(wanted, admin=caller.is_admin))

    @http("POST", "/sign-out")
    def do_sign_out(self, ask: Ask) -> Response:
        ask.session_form()
        return sign_out()

    @http("GET", "/applications/resume/<key>")
    def show_resume(self, ask: Ask, key: str) -> Response:
        application, _, _ = _read_key(ask, key)
        with self.house.database.reading() as session:
            number = Applications(session).get(UUID(application)).number
        return show(PAGES, ask, "onboarding/resume.html", action=ask.request.path, token=key, number=number)

    @http("POST", "/applications/resume/<key>")
    def do_resume(self, ask: Ask, key: str) -> Response:
        ask.session_form()
        application, owner, digest = _read_key(ask, key)
        if digest:
            with self.house.database.transaction() as session:
                handlers.prove_address(Applications(session).get(UUID(application)), digest)
        return sign_in(ask, applicant(owner), f"/applications/{application}{'?done=proved' if digest else ''}")

    def _sign_in_built_in(self, ask: Ask, name: str, wanted: str) -> Response:
        admin = next((admin for admin in ask.keyring.admins if admin.name == name), None)
        if admin is None or not self._has_built_in(ask):
            raise Forbidden(
                Text(de="Diese Anmeldung gibt es hier nicht.", en="There is no such sign-in here."), code="role"
            )
        return sign_in(ask, admin.caller, _home(wanted, admin=True))

    def _has_built_in(self, ask: Ask) -> bool:
        return self.house.settings.embedded and is_here(ask)

    def _sign_in_page(
        self, ask: Ask, wanted: str, status: int = 200, errors: list[dict[str, object]] | None = None
    ) -> Response:
        names = [admin.name for admin in ask.keyring.admins] if self._has_built_in(ask) else []
        return show(PAGES, ask, "sign_in.html", status=status, next=wanted, errors=errors or [], built_in=names)


def _home(wanted: str, *, admin: bool) -> str:
    return wanted if wanted != "/" else "/workbench" if admin else "/applications"


def _read_key(ask: Ask, key: str) -> tuple[str, str, str]:
    found = ask.keyring.of_resume_key(key)
    if found is None:
        text = Text(
            de="Diesen Link kennen wir nicht. Ist er vollständig?", en="We do not know this link. Is it complete?"
        )
        raise NotFound(text, code="not_found")
    return found

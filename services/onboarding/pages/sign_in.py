"""Signing in and out: applicants by a link that is mailed to them, admins by their token until there is OIDC."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import LINK_MINUTES, SignIn
from services.onboarding.pages import PAGES, kept
from services.onboarding.repository import Applications, SignIns
from shared.auth import applicant
from shared.kernel import Forbidden, NotFound, Text
from shared.web import Ask, http, redirect
from shared.web.showing import Wrong, is_here, know_browser, one, safe_path, show, sign_in, sign_out
from shared.wire import House

ADDRESS = schemas.SignInSchema()
READY, ELSEWHERE, OVER, UNKNOWN = "ready", "elsewhere", "over", "unknown"


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
        if "/email" in form and not one(form, "/token"):
            return self._ask_by_address(ask, one(form, "/email"), wanted)
        caller = ask.keyring.of_token(one(form, "/token"))
        if caller is None:
            text = Text(de="Diesen Zugangsschlüssel kennen wir nicht.", en="We do not know this access token.")
            return self._sign_in_page(ask, wanted, 422, [{"pointer": "/token", "text": text}])
        return sign_in(ask, caller, _home(wanted, admin=caller.is_admin))

    @http("GET", "/sign-in/sent")
    def show_sent(self, ask: Ask) -> Response:
        return show(PAGES, ask, "onboarding/sent.html", minutes=LINK_MINUTES, printed=self._prints_letters(ask))

    @http("GET", "/sign-in/link/<secret>")
    def show_link(self, ask: Ask, secret: str) -> Response:
        with self.house.database.reading() as session:
            asked = _request(session, ask, secret)
            return self._link_page(ask, _state(asked, ask), 200 if asked else 404)

    @http("POST", "/sign-in/link/<secret>")
    def do_use_link(self, ask: Ask, secret: str) -> Response:
        """Sign in, once; or send a new link to this browser."""
        form = ask.session_form()
        with self.house.database.transaction() as session:
            asked = _request(session, ask, secret)
            if asked and one(form, "again"):
                return self._ask(ask, session, then=asked.then, email=asked.email)
            if asked is None or _state(asked, ask) != READY:
                return self._link_page(ask, _state(asked, ask), 409 if asked else 404)
            person = handlers.use_sign_in(session, asked, ask.browser)
            subject, then = person.subject, _after(session, asked, person.subject)
        return sign_in(ask, applicant(subject), then)

    @http("POST", "/sign-out")
    def do_sign_out(self, ask: Ask) -> Response:
        """End this session, wherever its cookie is."""
        ask.session_form()
        if ask.page_session:
            with self.house.database.transaction() as session:
                handlers.end_session(session, ask.page_session.name)
        return sign_out(ask)

    @http("POST", "/sign-in/extension")
    def do_extend_session(self, ask: Ask) -> Response:
        """Go on with the session: every page does that, this one is for those who look at no other."""
        ask.session_form()
        ask.known()
        fragment = "HX-Request" in ask.request.headers
        return show(PAGES, ask, "session.html" if fragment else "onboarding/session_extended.html")

    @http("GET", "/applications/resume/<key>")
    def show_resume(self, ask: Ask, key: str) -> Response:
        """Say the same whether there is such an application or not; who is signed in goes straight there."""
        named = _named(ask, key)
        if named and ask.caller:
            with self.house.database.reading() as session:
                if _sees(session, named, ask):
                    return redirect(f"/applications/{named}")
        return show(PAGES, ask, "onboarding/resume.html", action=ask.request.path, minutes=LINK_MINUTES)

    @http("POST", "/applications/resume/<key>")
    def do_resume(self, ask: Ask, key: str) -> Response:
        ask.session_form()
        named = _named(ask, key)
        with self.house.database.transaction() as session:
            return self._ask(ask, session, then=f"/applications/{named}" if named else "", application_id=named)

    def _ask_by_address(self, ask: Ask, typed: str, wanted: str) -> Response:
        try:
            email = ADDRESS.load({"email": typed})["email"]
        except ValidationError:
            text = Text(
                de="Das ist keine E-Mail-Adresse, an die wir schreiben können. Richtig ist zum Beispiel name@firma.de.",
                en="This is not an e-mail address we can write to. It should look like name@company.com.",
            )
            return self._sign_in_page(ask, wanted, 422, [{"pointer": "/email", "text": text}], email=typed)
        with self.house.database.transaction() as session:
            return self._ask(ask, session, then="" if wanted == "/" else wanted, email=email)

    @staticmethod
    def _ask(
        ask: Ask, session: Session, *, then: str = "", email: str = "", application_id: UUID | None = None
    ) -> Response:
        browser, remember = know_browser(ask)
        handlers.request_sign_in(session, browser=browser, then=then[:500], email=email, application_id=application_id)
        return remember(redirect("/sign-in/sent"))

    def _sign_in_built_in(self, ask: Ask, name: str, wanted: str) -> Response:
        admin = next((admin for admin in ask.keyring.admins if admin.name == name), None)
        if admin is None or not self._has_built_in(ask):
            raise Forbidden(
                Text(de="Diese Anmeldung gibt es hier nicht.", en="There is no such sign-in here."), code="role"
            )
        return sign_in(ask, admin.caller, _home(wanted, admin=True))

    def _has_built_in(self, ask: Ask) -> bool:
        return self.house.settings.embedded and is_here(ask)

    def _prints_letters(self, ask: Ask) -> bool:
        return self.house.settings.mail_url.startswith("console:") and self._has_built_in(ask)

    def _sign_in_page(
        self, ask: Ask, wanted: str, status: int = 200, errors: Wrong | None = None, email: str = ""
    ) -> Response:
        names = [admin.name for admin in ask.keyring.admins] if self._has_built_in(ask) else []
        shown = {"next": wanted, "errors": errors or [], "built_in": names, "email": email, "minutes": LINK_MINUTES}
        shown["kept"] = wanted == kept.PAGE
        return show(PAGES, ask, "sign_in.html", status=status, at="/sign-in", **shown)

    @staticmethod
    def _link_page(ask: Ask, state: str, status: int) -> Response:
        shown = {"state": state, "action": ask.request.path, "minutes": LINK_MINUTES}
        return show(PAGES, ask, "onboarding/sign_in_link.html", status=status, **shown)


def _home(wanted: str, *, admin: bool) -> str:
    return wanted if wanted != "/" else "/workbench" if admin else "/applications"


def _named(ask: Ask, key: str) -> UUID | None:
    found = ask.keyring.of_resume_key(key)
    return UUID(found) if found else None


def _sees(session: Session, application_id: UUID, ask: Ask) -> bool:
    try:
        Applications(session).get_for(application_id, ask.known())
    except NotFound:
        return False
    return True


def _request(session: Session, ask: Ask, secret: str) -> SignIn | None:
    found = ask.keyring.of_sign_in_link(secret)
    return SignIns(session).get(found) if found else None


def _state(asked: SignIn | None, ask: Ask) -> str:
    if asked is None:
        return UNKNOWN
    if asked.is_over(datetime.now(UTC)):
        return OVER
    return READY if asked.browser == ask.browser else ELSEWHERE


def _after(session: Session, asked: SignIn, subject: str) -> str:
    """Where to go after signing in: where one wanted to, or to the one application there is."""
    if asked.then:
        return safe_path(asked.then)
    mine = Applications(session).ids_of(subject)
    return f"/applications/{mine[0]}?done=signed_in" if len(mine) == 1 else "/applications?done=signed_in"

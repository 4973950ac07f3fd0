"""A form that came when nobody was signed in any more is kept, and shown again to whoever signs in in that browser."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers
from services.onboarding.domain import KEPT_BYTES, KeptForm
from services.onboarding.pages import PAGES
from services.onboarding.pages.questions import question_at
from services.onboarding.repository import Applications, KeptForms, Models
from shared.kernel import NotFound, Text, Unauthenticated
from shared.web import Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import know_browser, known_or_sign_in, show
from shared.wire import House

PAGE = "/sign-in/kept"
#: What belongs to the page a form stood on, and is made anew.
FRAME = {"csrf", "lang"}
#: What nobody typed.
UNSEEN = {"version", "idempotency_key", "then", "next"}
_QUESTION = re.compile(r"/items/\d+/question")
WORDS = {
    "/reason": Text(de="Grund", en="Reason"),
    "/text": Text(de="Text", en="Text"),
    "/comment": Text(de="Kommentar", en="Comment"),
}
ANSWER = Text(de="Ihre Antwort", en="Your answer")


def keep(house: House, ask: Ask) -> Response:
    """Keep a form nobody is signed in for, and lead to the sign-in. Raises Unauthenticated if it is too large."""
    fields = {name: values for name, values in ask.form().items() if name not in FRAME}
    if not fields or ask.request.path.startswith("/sign-") or len(json.dumps(fields)) > KEPT_BYTES:
        raise Unauthenticated(Text(de="Bitte melden Sie sich an.", en="Please sign in."), code="session_ended")
    browser, remember = know_browser(ask)
    with house.database.transaction() as session:
        handlers.keep_form(session, browser, ask.request.path, fields)
    return remember(redirect(f"/sign-in?next={PAGE}"))


class KeptDoors:
    """What was typed when a session ended."""

    house: House

    @http("GET", PAGE)
    def show_kept(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        with self.house.database.reading() as session:
            form = KeptForms(session).newest(ask.browser, datetime.now(UTC))
            if form is None:
                return redirect("/applications")
            lines = _lines(session, ask, form)
        shown: dict[str, Any] = {"fields": form.fields, "lines": lines, "back": f"{PAGE}/{form.id}/removal"}
        return show(PAGES, ask, "onboarding/kept.html", action=f"{PAGE}/{form.id}/sending", **shown)

    @http("POST", f"{PAGE}/<id>/sending")
    def do_send_kept(self, ask: Ask, id: str) -> Response:  # noqa: A002
        """Send the form on to where it was meant for: the browser sends all of it again, with the sign of now."""
        ask.session_form()
        form = self._take(ask, id)
        return Response(status=307, headers={"Location": form.path, "Cache-Control": "no-store"})

    @http("POST", f"{PAGE}/<id>/removal")
    def do_remove_kept(self, ask: Ask, id: str) -> Response:  # noqa: A002
        ask.session_form()
        self._take(ask, id)
        return redirect("/applications")

    def _take(self, ask: Ask, id_: str) -> KeptForm:
        ask.known()
        with self.house.database.transaction() as session:
            found = KeptForms(session).take(uuid_of(id_), ask.browser)
        if found is None:
            raise NotFound(Text(de="Das ist nicht mehr aufgehoben.", en="This is kept no more."), code="not_found")
        return found


def _lines(session: Session, ask: Ask, form: KeptForm) -> list[dict[str, str]]:
    """Return `{"label", "text"}` of all that was typed, in the words of the form where they are known."""
    schema = _schema(session, ask, form.path)
    lines = []
    for name, values in form.fields.items():
        text = "\n".join(value for value in values if value)
        if not text or name in UNSEEN or _QUESTION.fullmatch(name):
            continue
        question = question_at(schema, name) if schema and name.count("/") == 2 else None  # noqa: PLR2004
        if question:
            choices = question.choices(ask.language)
            text = "\n".join(choices.get(value, value) for value in values if value)
            lines.append({"label": question.label(ask.language), "text": text})
        else:
            known = ANSWER if name.startswith("/items/") else WORDS.get(name)
            lines.append({"label": known.in_(ask.language) if known else name.strip("/"), "text": text})
    return lines


def _schema(session: Session, ask: Ask, path: str) -> dict[str, Any] | None:
    """Return the questions of the application a form was about, if its reader may see that."""
    found = re.match(r"/applications/([0-9a-f-]{36})/", path)
    if found is None:
        return None
    try:
        application = Applications(session).get_for(UUID(found[1]), ask.known())
    except (NotFound, ValueError):
        return None
    return Models(session).get(application.model).schema

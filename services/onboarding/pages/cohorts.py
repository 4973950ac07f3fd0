"""The page on which intermediaries and admins bring many drafts at once: upload, look at what is wrong, import."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding.pages import PAGES, importing, sheet
from services.onboarding.repository import Models
from shared.auth import Caller
from shared.kernel import Text
from shared.web import Answer, Ask, http
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House


class CohortPages:
    """A table in two steps: what it would become, and then the drafts."""

    house: House

    @http("GET", "/cohorts")
    def show_cohort(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        return self._cohort_page(ask)

    @http("POST", "/cohorts")
    def do_cohort(self, ask: Ask) -> Response:
        """Check the file, or the text of it that the check has shown; import it if that is wanted."""
        fields = ask.session_form(raw="table")
        body = ask.files.get("table") or one(fields, "text").encode()
        with self.house.database.reading() as session:
            importing.may_import(session, ask)
            model = Models(session).current()
            rows, faults = sheet.rows_of(model, body)
            view = importing.checked(session, rows, faults)
        if not body.strip():
            text = Text(de="Wählen Sie eine Datei aus.", en="Choose a file.")
            return self._cohort_page(ask, status=422, errors=[{"pointer": "table", "text": text}])
        if one(fields, "then") != "import" or faults:
            shown = "" if faults else body.decode("utf-8", "replace").removeprefix("\ufeff")
            return self._cohort_page(ask, status=422 if faults else 200, view=view, text=shown)

        def act(session: Session, caller: Caller) -> Answer:
            again = sheet.rows_of(Models(session).current(), body)
            return Answer(body=importing.imported(session, *again, caller))

        def bring() -> Response:
            answer = self.house.once(
                ask, lambda session: importing.may_import(session, ask), act, key=one(fields, "idempotency_key")
            )
            return self._cohort_page(ask, view=answer.body)

        return attempt(bring, lambda status, wrong: self._cohort_page(ask, status=status, view=view, errors=wrong))

    def _cohort_page(
        self,
        ask: Ask,
        *,
        status: int = 200,
        view: dict[str, Any] | None = None,
        text: str = "",
        errors: Wrong | None = None,
    ) -> Response:
        with self.house.database.reading() as session:
            importing.may_import(session, ask)
            columns = sheet.described(Models(session).current(), ask.language)
        return show(
            PAGES,
            ask,
            "onboarding/cohorts.html",
            status=status,
            at="/cohorts",
            view=view,
            text=text,
            columns=columns,
            most=sheet.MOST_ROWS,
            errors=errors or [],
        )

"""The page on which anybody reports a barrier, and those on which admins deal with what was reported."""

from __future__ import annotations

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import SCHEMES, Barrier
from services.onboarding.pages import PAGES
from services.onboarding.repository import Barriers
from shared.auth import ADMIN_ROLES, APPROVER, REVIEWER
from shared.operator import read_operator
from shared.paging import next_link, page_of
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

REPORT, CLOSE = schemas.ReportBarrierSchema(), schemas.CloseBarrierSchema()
STATE = ("page", "language", "scheme", "width", "device")
FIELDS = ("text", *STATE, "reply_to")
#: What some browsers tell without script if they are asked to.
HINTS = "Sec-CH-Prefers-Color-Scheme, Sec-CH-Viewport-Width"


class BarrierPages:
    """Reporting needs no account, no script and no more than one sentence."""

    house: House

    @http("GET", "/about/barrier")
    def show_barrier_form(self, ask: Ask) -> Response:
        return self._barrier_form(ask, dict.fromkeys(FIELDS, "") | how_seen(ask))

    @http("POST", "/about/barrier")
    def do_report_barrier(self, ask: Ask) -> Response:
        fields = ask.session_form()
        typed = {name: one(fields, f"/{name}") for name in FIELDS}

        def act(session: Session, _: None) -> Answer:
            handlers.report_barrier(session, REPORT.load({name: value for name, value in typed.items() if value}))
            return Answer(body={})

        def move() -> Response:
            self.house.once(ask, lambda _: None, act, key=one(fields, "idempotency_key"))
            return redirect("/about/barrier?done=barrier_reported")

        return attempt(move, lambda status, wrong: self._barrier_form(ask, typed, status, wrong))

    @http("GET", "/workbench/barriers")
    def show_barriers(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        ask.require(*ADMIN_ROLES)
        with self.house.database.reading() as session:
            found, headers = page_of(session, Barriers(session).newest_first(), ask)
            items, waiting = [schemas.barrier_view(barrier) for barrier in found], Barriers(session).open()
        first = "/workbench/barriers" if "after" in ask.request.args else None
        onward = next_link(headers)
        return show(PAGES, ask, "onboarding/barriers.html", items=items, open=waiting, next_link=onward, first=first)

    @http("GET", "/workbench/barriers/<id>")
    def show_barrier(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return known_or_sign_in(ask) or self._barrier_page(ask, id)

    @http("POST", "/workbench/barriers/<id>/closing")
    def do_close_barrier(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields = ask.session_form()
        note = one(fields, "/note")

        def find(session: Session) -> Barrier:
            ask.require(REVIEWER, APPROVER)
            return Barriers(session).get(uuid_of(id))

        def act(session: Session, barrier: Barrier) -> Answer:
            ask.match(barrier.version, one(fields, "version"))
            handlers.close_barrier(session, barrier, CLOSE.load({"note": note} if note else {}), ask.known())
            return Answer(body={})

        def move() -> Response:
            self.house.once(ask, find, act, key=one(fields, "idempotency_key"))
            return redirect(f"/workbench/barriers/{id}?done=barrier_closed")

        return attempt(move, lambda status, wrong: self._barrier_page(ask, id, status, wrong, note))

    def _barrier_form(
        self, ask: Ask, typed: dict[str, str], status: int = 200, errors: Wrong | None = None
    ) -> Response:
        operator = read_operator(self.house.settings.operator_file)
        context = {"typed": typed, "errors": errors or [], "schemes": SCHEMES, "operator": operator}
        response = show(PAGES, ask, "onboarding/about/barrier.html", status=status, **context)
        response.headers["Accept-CH"] = response.headers["Critical-CH"] = HINTS
        return response

    def _barrier_page(
        self, ask: Ask, id_: str, status: int = 200, errors: Wrong | None = None, note: str = ""
    ) -> Response:
        caller = ask.require(*ADMIN_ROLES)
        with self.house.database.reading() as session:
            barrier = schemas.barrier_view(Barriers(session).get(uuid_of(id_)))
        return show(
            PAGES,
            ask,
            "onboarding/barrier.html",
            status=status,
            at=f"/workbench/barriers/{id_}",
            barrier=barrier,
            may=barrier["closed_at"] is None and bool(caller.roles & {REVIEWER, APPROVER}),
            errors=errors or [],
            typed={"note": note},
        )


def how_seen(ask: Ask) -> dict[str, str]:
    """Return where somebody comes from and how they see it, as far as link and browser tell."""
    headers = ask.request.headers
    scheme = headers.get("Sec-CH-Prefers-Color-Scheme", "").strip('"')
    width = headers.get("Sec-CH-Viewport-Width", "")
    return {
        "page": ask.request.args.get("page", "")[:300],
        "language": ask.language,
        "scheme": scheme if scheme in SCHEMES else "",
        "width": f"{width} px" if width.isascii() and width.isdigit() and len(width) < 6 else "",  # noqa: PLR2004
        "device": headers.get("User-Agent", "")[:300],
    }

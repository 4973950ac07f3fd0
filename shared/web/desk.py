"""The dead letter desk for people: the deeds of `shared.desk`, hung as doors on each service by its own name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from werkzeug.wrappers import Response

from shared import desk
from shared.auth import APPROVER, AUDITOR, OPERATOR, REVIEWER
from shared.contracts import LISTENERS
from shared.desk.looking import as_json, how_many
from shared.inbox import OPEN, Inbox
from shared.kernel import Conflict, Invalid, NotFound, Problem, Text
from shared.pages import Pages
from shared.web.answers import redirect
from shared.web.asking import Ask, uuid_of
from shared.web.door import http
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show

if TYPE_CHECKING:
    from shared.wire import House

C = TypeVar("C", bound=type)

PAGES = Pages()
TABS = tuple(sorted({listener for listeners in LISTENERS.values() for listener in listeners}))
SHOWN = 100
#: A click works off no more than this, so that its answer does not take long.
AT_ONCE = 200
#: A count is made by doing and undoing: beyond this the page says so.
COUNTED = 1000


class Desk:
    """What operators see of messages without effect, and what they do about them."""

    house: House

    def show_desk(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        return self._list_page(ask)

    def show_desk_log(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        ask.require(OPERATOR, AUDITOR)
        lines = desk.log_of(self.house.database, limit=SHOWN)
        return show(PAGES, ask, "desk_log.html", service=self.house.name, tabs=TABS, lines=lines)

    def do_retry_all(self, ask: Ask) -> Response:
        """Work off the oldest parked messages of the filter; without `sure` only count them."""
        fields = ask.session_form()
        hand = desk.Hand(ask.require(OPERATOR).subject, one(fields, "/reason"))
        wanted = _wanted({"status": "parked", "type": one(fields, "type")})
        inbox = self._inbox()
        if not one(fields, "sure"):
            rows = desk.open_rows(inbox, limit=COUNTED, wanted=wanted)
            return self._list_page(ask, counted=dict(desk.rehearse(inbox, rows)), of=len(rows), type_=wanted.type or "")
        for row in desk.open_rows(inbox, limit=AT_ONCE, wanted=wanted):
            _retried(inbox, row.event_id, hand)
        return redirect(f"{self._here}?done=retried")

    def show_parked(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._message_page(ask, uuid_of(id))

    def do_retry(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields, event_id = ask.session_form(), uuid_of(id)
        hand = desk.Hand(ask.require(OPERATOR).subject, one(fields, "/reason"))

        def act() -> Response:
            desk.replay(self._inbox(), event_id, hand)
            return self._back(event_id, "retried")

        return attempt(act, lambda status, wrong: self._message_page(ask, event_id, status, wrong))

    def do_edit(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields, event_id = ask.session_form(), uuid_of(id)
        typed = {name: one(fields, name) for name in ("/edit/data", "/edit/reason")}
        hand = desk.Hand(ask.require(OPERATOR).subject, typed["/edit/reason"])

        def act() -> Response:
            _need(hand.reason, "/edit/reason")
            desk.edit(self._inbox(), event_id, typed["/edit/data"].encode(), hand, seen=one(fields, "version"))
            return self._back(event_id, "edited")

        return attempt(act, lambda status, wrong: self._message_page(ask, event_id, status, _in_data(wrong), typed))

    def do_discard(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields, event_id = ask.session_form(), uuid_of(id)
        typed = {"/discard/reason": one(fields, "/discard/reason")}
        hand = desk.Hand(ask.require(OPERATOR).subject, typed["/discard/reason"])

        def act() -> Response:
            _need(hand.reason, "/discard/reason")
            gone = desk.discard(self._inbox(), event_id, hand)
            return self._back(event_id, "discarded" if gone else "discard_proposed")

        return attempt(act, lambda status, wrong: self._message_page(ask, event_id, status, wrong, typed))

    @property
    def _here(self) -> str:
        return f"/desk/{self.house.name}"

    def _inbox(self) -> Inbox:
        return self.house.inbox.apart()

    def _back(self, event_id: UUID, done: str) -> Response:
        there = desk.find(self._inbox(), event_id)
        return redirect(f"{self._here}/{event_id}?done={done}" if there else f"{self._here}?done={done}")

    def _list_page(
        self, ask: Ask, *, counted: dict[str, int] | None = None, of: int = 0, type_: str | None = None
    ) -> Response:
        caller = ask.require(OPERATOR, AUDITOR)
        asked = ask.request.args if type_ is None else {"type": type_}
        chosen = {name: asked.get(name, "") for name in ("status", "type")}
        inbox, wanted = self._inbox(), _wanted(chosen)
        return show(
            PAGES,
            ask,
            "desk.html",
            at=self._here,
            service=self.house.name,
            tabs=TABS,
            items=[desk.listed(self.house.name, row) for row in desk.open_rows(inbox, limit=SHOWN, wanted=wanted)],
            total=how_many(inbox, wanted),
            counts={status: count for status, (count, _) in inbox.open_ones().items()},
            filters=chosen,
            types=desk.types(inbox),
            may=OPERATOR in caller.roles,
            counted=counted,
            of=of,
        )

    def _message_page(
        self,
        ask: Ask,
        event_id: UUID,
        status: int = 200,
        errors: Wrong | None = None,
        typed: dict[str, str] | None = None,
    ) -> Response:
        caller, inbox = ask.require(OPERATOR, AUDITOR), self._inbox()
        row = desk.find(inbox, event_id)
        if row is None:
            raise NotFound(Text(de="Diese Nachricht gibt es nicht.", en="There is no such message."), code="not_found")
        reads = bool(caller.roles & {REVIEWER, APPROVER})
        personal = reads and "personal" in ask.request.args
        if personal:
            with self.house.database.transaction() as session:
                desk.write_down(session, self.house.database, "seen", desk.Hand(caller.subject), event_id)
        message = desk.look(inbox, row, personal=personal)
        proposed = message["discard"]
        return show(
            PAGES,
            ask,
            "desk_message.html",
            status=status,
            at=f"{self._here}/{event_id}",
            service=self.house.name,
            message=message,
            payload=as_json(message["data"]) if message["data"] is not None else "",
            lines=desk.log_of(self.house.database, event_id),
            may={
                "act": OPERATOR in caller.roles and row.status in {"parked", "retry"},
                "see": reads and not personal,
                "confirm": proposed is not None and proposed["proposed_by"] != caller.subject,
            },
            errors=errors or [],
            typed=typed or {},
        )


#: Where each door of a desk hangs, below /desk/SERVICE.
DOORS = (
    ("GET", "", "show_desk"),
    ("GET", "/log", "show_desk_log"),
    ("POST", "/retry", "do_retry_all"),
    ("GET", "/<id>", "show_parked"),
    ("POST", "/<id>/retry", "do_retry"),
    ("POST", "/<id>/edit", "do_edit"),
    ("POST", "/<id>/discard", "do_discard"),
)


def hang_desk(service: str) -> Callable[[C], C]:
    """Hang the doors of a desk on a service's pages, at paths that name it: embedded, three desks share one port."""

    def decorate(pages: C) -> C:
        for method, path, name in DOORS:
            setattr(pages, name, http(method, f"/desk/{service}{path}")(_own(getattr(Desk, name))))
        return pages

    return decorate


def _own(door: Callable[..., Response]) -> Callable[..., Response]:
    """A function of its own for each service, because a door is kept on its function."""

    @wraps(door)
    def own(self: Desk, ask: Ask, **path: Any) -> Response:
        return door(self, ask, **path)

    return own


def _wanted(chosen: dict[str, str]) -> desk.Wanted:
    status = chosen.get("status")
    return desk.Wanted(status=status if status in OPEN else None, type=chosen.get("type") or None)


def _retried(inbox: Inbox, event_id: UUID, hand: desk.Hand) -> None:
    try:
        desk.replay(inbox, event_id, hand)
    except (NotFound, Conflict):
        return  # somebody else was quicker


def _need(reason: str, pointer: str) -> None:
    if not reason:
        text = Text(de="Bitte sagen Sie, warum.", en="Please say why.")
        raise Invalid(text, code="reason", problems=[Problem(pointer, "required", text)])


def _in_data(wrong: Wrong) -> Wrong:
    """Let what is wrong inside the payload lead to the one field it was typed into."""
    places = {"/edit/reason"}
    return [one | {"pointer": one["pointer"] if one["pointer"] in places else "/edit/data"} for one in wrong]

"""The doors of notifications for people."""

from __future__ import annotations

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.notifications import handlers, schemas
from services.notifications.commands import MarkRead
from services.notifications.pages import PAGES
from services.notifications.repository import Messages
from shared.auth import Caller
from shared.paging import next_link, page_of
from shared.web import Answer, Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.desk import Desk, hang_desk
from shared.web.showing import known_or_sign_in, one, show
from shared.wire import House


@hang_desk("notifications")
class PageDoors(Desk):
    """What people read in their inbox."""

    house: House

    @http("GET", "/messages")
    def show_messages(self, ask: Ask) -> Response:
        if away := known_or_sign_in(ask):
            return away
        with self.house.database.reading() as session:
            rows, headers = page_of(session, Messages(session).inbox(ask.known()), ask)
            items = [schemas.message_view(message, ask.language, read=bool(read)) for message, read in rows]
            unread = Messages(session).unread(ask.known())
        return show(
            PAGES,
            ask,
            "notifications/messages.html",
            items=items,
            unread=unread,
            next_link=next_link(headers),
            first="/messages" if "after" in ask.request.args else None,
        )

    @http("POST", "/messages/<id>/read")
    def do_mark_read(self, ask: Ask, id: str) -> Response:  # noqa: A002
        fields = ask.session_form()

        def act(session: Session, caller: Caller) -> Answer:
            handlers.mark_read(session, MarkRead(message=uuid_of(id)), caller)
            return Answer(body={})

        self.house.once(ask, lambda _: ask.known(), act, key=one(fields, "idempotency_key"))
        return redirect("/messages")

"""The doors of notifications: the API; the pages hang beside it in `pages/doors.py`."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.notifications import handlers, schemas, tables
from services.notifications.commands import MarkRead
from services.notifications.letters.channels import channel
from services.notifications.letters.links import Links
from services.notifications.pages.doors import PageDoors
from services.notifications.repository import Contacts, Messages
from services.notifications.sender import Sender
from shared.inbox import Reactions
from shared.paging import page_of
from shared.roles import Role
from shared.web import Answer, Ask, Doc, http
from shared.web.asking import uuid_of
from shared.wire import House

READ = schemas.ReadSchema()


def reactions(house: House) -> Reactions:
    return handlers.reactions(house.settings.public_url, house.keyring)


def more_roles(house: House) -> dict[str, Role]:
    links = Links(house.settings.public_url, house.keyring)
    send = channel(house.settings.mail_url, house.settings.mail_from)
    return {"sender": Sender(house.database, send, house.settings.admin_mailbox, links)}


class Service(PageDoors):
    name = "notifications"

    house = House(tables.metadata, reactions, more_roles, again=handlers.AGAIN, look_up=handlers.look_up)

    @http(
        "GET",
        "/api/v1/messages",
        doc=Doc(
            says="The caller's in-app inbox, newest first",
            answers="Messages",
            security="applicant or admin",
            query=("limit", "after"),
            refuses=(401, 422),
        ),
    )
    def inbox(self, ask: Ask) -> Answer:
        caller = ask.known()
        ask.only("limit", "after")
        with self.house.database.reading() as session:
            rows, headers = page_of(session, Messages(session).inbox(caller), ask)
            items = [schemas.message_view(message, ask.language, read=bool(read)) for message, read in rows]
            return Answer(body={"items": items}, headers=headers)

    @http(
        "POST",
        "/api/v1/messages/<id>/read",
        doc=Doc(
            says="Mark a message as read",
            body=schemas.ReadSchema,
            answers="Message",
            security="applicant or admin",
            refuses=(400, 401, 404, 409, 413, 415, 422),
        ),
    )
    def mark_read(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        def act(session: Session, _: Any) -> Answer:
            READ.load(ask.json())
            message = handlers.mark_read(session, MarkRead(message=uuid_of(id)), ask.known())
            return Answer(body=schemas.message_view(message, ask.language, read=True))

        return self.house.once(ask, lambda _: ask.known(), act)

    @http(
        "GET",
        "/api/v1/applications/<id>/deliveries",
        doc=Doc(
            says="The delivery ledger of a case: every letter on every channel",
            answers="Deliveries",
            security="applicant or admin",
            refuses=(401, 404),
        ),
    )
    def deliveries(self, ask: Ask, id: str) -> Answer:  # noqa: A002
        caller, application = ask.known(), uuid_of(id)
        with self.house.database.reading() as session:
            Contacts(session).check_sees(application, caller)
            rows = Messages(session).ledger(application)
            return Answer(body={"items": [schemas.delivery_view(delivery, message) for delivery, message in rows]})

"""What is left of an application outside its own tables once it is deleted, and how that is made nobody's."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.onboarding.tables import metadata
from shared.contracts.onboarding import ContactChanged

#: What an event says instead of a person. It counts as proved, so that whoever hears it late writes no letter to it.
NOBODY: dict[str, Any] = {"person": "-", "email": "deleted@hub.invalid", "proved": True}
#: What a repeated request hears whose answer told of it.
GONE = {
    "type": "urn:innovationshub:problem:deleted",
    "title": "Dieser Entwurf ist gelöscht. / This draft is deleted.",
    "status": 404,
    "code": "deleted",
}


def wipe(session: Session, application_id: UUID, since: datetime) -> None:
    """Take the person out of what was told, and the application out of answers that are kept for repetition.

    Nothing is removed: listeners count the events, and a repeated request must not begin a second application.
    """
    outbox, answers = metadata.tables["outbox"], metadata.tables["idempotency"]
    mine = (outbox.c.aggregate_id == application_id) & (outbox.c.type == ContactChanged.name)
    for position, text in session.execute(select(outbox.c.position, outbox.c.envelope).where(mine)).all():
        envelope = json.loads(text)
        envelope["data"] |= NOBODY
        told = json.dumps(envelope, ensure_ascii=False)
        session.execute(update(outbox).where(outbox.c.position == position).values(envelope=told))
    kept = {"body": GONE, "etag": None, "headers": {}, "token_for": None}
    about = (answers.c.created_at >= since) & answers.c.answer.contains(str(application_id))
    session.execute(update(answers).where(about).values(status=GONE["status"], answer=json.dumps(kept)))

"""What happens to credentials: sessions and tokens end, keys are issued and ended, forms wait for somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.onboarding.commands import IssueKey
from services.onboarding.domain import ApiKey, KeptForm, need_room
from services.onboarding.repository import Access, Applications, KeptForms
from shared.auth import Caller, Keyring
from shared.kernel import NotFound, Text


def end_session(session: Session, name: str) -> None:
    """Sign out: this page session opens nothing any more, wherever its cookie is."""
    Access(session).standing(name).end_all(datetime.now(UTC))


def end_everywhere(session: Session, subject: str) -> int:
    """End all sessions and tokens of somebody. Returns the generation that counts now."""
    standing = Access(session).standing(subject)
    standing.end_all(datetime.now(UTC))
    return standing.generation


def renew_token(session: Session, keyring: Keyring, caller: Caller) -> tuple[str, int]:
    """Return a new token, and its generation. The old ones end, also of applications one is the contact of."""
    now = datetime.now(UTC)
    for owner in Applications(session).owners_for_contact(caller.subject):
        Access(session).standing(owner).end_all(now)
    generation = end_everywhere(session, caller.subject)
    return keyring.applicant_token(caller.subject, generation), generation


def issue_key(session: Session, command: IssueKey, keyring: Keyring, caller: Caller) -> ApiKey:
    """Issue an API key. Raises Invalid beside two live ones."""
    now, access = datetime.now(UTC), Access(session)
    need_room(len(access.keys_of(caller.subject, now)))
    key = ApiKey.issue(
        keyring, subject=caller.subject, name=command.name, scopes=list(command.scopes), months=command.months, at=now
    )
    access.add(key)
    return key


def find_key(session: Session, id_: UUID, caller: Caller) -> ApiKey:
    """Return a live key of the caller. Raises NotFound."""
    found = Access(session).key(id_)
    if found is None or found.subject != caller.subject or not found.is_live(datetime.now(UTC)):
        raise NotFound(Text(de="Diesen Schlüssel gibt es nicht.", en="There is no such key."), code="not_found")
    return found


def end_key(session: Session, key: ApiKey) -> None:
    key.ended_at = datetime.now(UTC)
    Access(session).standing(f"key:{key.id}").end_all(key.ended_at)


def keep_form(session: Session, browser: str, path: str, fields: dict[str, list[str]]) -> None:
    """Keep what somebody sent whose session has ended, for their browser to have it back."""
    form = KeptForm(id=uuid4(), browser=browser, path=path[:500], fields=fields, at=datetime.now(UTC))
    KeptForms(session).keep(form)

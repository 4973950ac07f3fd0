"""What happens in the catalog when onboarding tells something."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from services.catalog.domain import UseCase, slugs
from services.catalog.repository import UseCases
from shared.contracts.campaigns import ApplicationRechecked, RecheckVoided, RightsPaused, RightsResumed
from shared.contracts.onboarding import ApplicationApproved
from shared.envelope import Envelope
from shared.inbox import Reactions
from shared.register import HEARD


def on_application_approved(event: ApplicationApproved, session: Session) -> None:
    use_cases = UseCases(session)
    short, unique = slugs(event.title, event.number)
    use_cases.add(UseCase.list_approved(event, unique if use_cases.is_taken(short) else short))


def on_application_told_again(event: ApplicationApproved, session: Session) -> None:
    if UseCases(session).of_application(event.application_id) is None:
        on_application_approved(event, session)


def on_application_rechecked(event: ApplicationRechecked, session: Session) -> None:
    _conforms(event, session, until=event.due_on)


def on_rights_paused(event: RightsPaused, session: Session) -> None:
    _conforms(event, session, until=event.due_on, paused=event.rights)


def on_rights_resumed(event: RightsResumed, session: Session) -> None:
    _conforms(event, session, until=event.due_on, paused=event.paused)


def on_recheck_voided(event: RecheckVoided, session: Session) -> None:
    _conforms(event, session, until=None, paused=())


def _conforms(
    event: ApplicationRechecked | RightsPaused | RightsResumed | RecheckVoided,
    session: Session,
    *,
    until: date | None,
    paused: tuple[str, ...] | None = None,
) -> None:
    use_case = UseCases(session).of_application(event.application_id)
    if use_case is not None:
        use_case.conforms(until, paused)


REACTIONS: Reactions = {
    **HEARD,
    ApplicationApproved: on_application_approved,
    ApplicationRechecked: on_application_rechecked,
    RightsPaused: on_rights_paused,
    RightsResumed: on_rights_resumed,
    RecheckVoided: on_recheck_voided,
}


def look_up(envelopes: Sequence[Envelope], session: Session) -> None:
    """Ask once about the names of all that a batch wants to list."""
    names = set()
    for envelope in envelopes:
        if envelope["type"] == ApplicationApproved.name:
            with suppress(KeyError, TypeError, AttributeError):  # not yet held against its contract
                names.add(slugs(envelope["data"]["title"], envelope["data"]["number"])[0])
    UseCases(session).look_up(names)


AGAIN: Reactions = {ApplicationApproved: on_application_told_again, RightsResumed: on_rights_resumed, **HEARD}


def aggregates(session: Session) -> list[UUID]:
    """Return what can be told again: every use case that told something."""
    return UseCases(session).all_told()


def retell(session: Session, use_case_id: UUID) -> None:
    """Tell anew how a use case stands. Raises NotFound."""
    UseCases(session).by_id(use_case_id).retell()

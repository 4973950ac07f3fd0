"""What happens when an intermediary vouches for an application, or takes that back."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.onboarding.commands import Vouch
from services.onboarding.domain import Application, Assessment
from services.onboarding.handlers.cohorts import need_intermediary
from services.onboarding.repository import Applications
from shared.auth import Caller, Keyring
from shared.kernel import Invalid, Problem, Text


def vouch(session: Session, command: Vouch, caller: Caller, keyring: Keyring) -> Assessment:
    """Keep the words of an intermediary. Raises Forbidden for others, Invalid for a code that is none any more."""
    intermediary = need_intermediary(session, caller)
    found = keyring.of_vouching_code(command.code)
    if found is None:
        text = Text(
            de="Diesen Code kennen wir nicht, oder er ist abgelaufen. Lassen Sie sich einen neuen geben.",
            en="We do not know this code, or it has expired. Ask for a new one.",
        )
        raise Invalid(text, code="unknown_code", problems=[Problem("/code", "unknown_code", text)])
    application = Applications(session).get(UUID(found))
    return application.vouch(caller.subject, intermediary.organisation, command.text, datetime.now(UTC))


def revoke_voucher(session: Session, application: Application, voucher: Assessment, caller: Caller) -> None:
    application.revoke(voucher, datetime.now(UTC))

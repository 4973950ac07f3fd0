"""What an application tells of itself as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.contracts import onboarding as told
from shared.contracts import promises
from shared.kernel import Event

if TYPE_CHECKING:
    from services.onboarding.domain.applications import Application
    from services.onboarding.domain.decisions import Decision
    from services.onboarding.domain.statuses import Status


def contact(application: Application) -> told.ContactChanged:
    """Who is told about the application, and where."""
    return told.ContactChanged(
        application_id=application.id, number=application.number, owner=application.owner, person=application.person,
        email=application.email, language=application.language, proved=application.proved,
    )  # fmt: skip


def approved(application: Application, decision: Decision, at: datetime) -> told.ApplicationApproved:
    """What the catalog has to know of an application that was approved."""
    organisation, use_case = application.answers["organisation"], application.answers["use_case"]
    return told.ApplicationApproved(
        application_id=application.id, number=application.number, kind=application.kind,
        provider=organisation["name"], title=use_case["title"], summary=use_case.get("summary", ""),
        themes=tuple(use_case["theme"]), stage=use_case.get("stage", "idea"),
        strategies=tuple(use_case.get("strategy", ())), public_service=bool(use_case.get("public_service")),
        conditions=len(decision.conditions), approved_at=at, alignment=_alignment(use_case),
        exceptions=tuple(one["rule"] for one in application.overridden),
    )  # fmt: skip


def decided(application: Application, decision: Decision, at: datetime) -> Event:
    """What two people decided."""
    if decision.outcome != "decline":
        return approved(application, decision, at)
    until = application.reconsider_until if not application.earlier_decisions else None
    return told.ApplicationDeclined(
        application_id=application.id, number=application.number, reconsider_until=until, declined_at=at
    )


def reconsidered(application: Application, at: datetime) -> promises.ApplicationReconsidered:
    assert application.due_on is not None
    return promises.ApplicationReconsidered(
        application_id=application.id, number=application.number, due_on=application.due_on, reconsidered_at=at
    )


def expired(application: Application, was: Status, at: datetime) -> promises.ApplicationExpired:
    return promises.ApplicationExpired(
        application_id=application.id, number=application.number, was=str(was), expired_at=at
    )


def _alignment(use_case: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return which passage of which strategy it serves; None where the model does not ask for the passage."""
    return tuple({"strategy": one, "passage": use_case.get(f"passage_{one}")} for one in use_case.get("strategy", ()))

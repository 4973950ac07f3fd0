"""What an application tells of itself as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.contracts import onboarding as told

if TYPE_CHECKING:
    from services.onboarding.domain.applications import Application
    from services.onboarding.domain.decisions import Decision


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


def _alignment(use_case: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return which passage of which strategy it serves; None where the model does not ask for the passage."""
    return tuple({"strategy": one, "passage": use_case.get(f"passage_{one}")} for one in use_case.get("strategy", ()))

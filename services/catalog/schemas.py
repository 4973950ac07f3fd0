"""What outside looks like: a query becomes a command, a use case becomes a view."""

from __future__ import annotations

from typing import Any

from services.catalog.commands import FindUseCases
from services.catalog.domain import UseCase
from shared.kernel import Text
from shared.web.asking import Ask, bad_query

PARAMETERS = ("q", "theme", "stage", "provider", "strategy", "limit", "after")
LONGEST = 200


def wanted(ask: Ask) -> FindUseCases:
    """Read what a visitor looks for. Raises 422 for an unknown parameter; an unknown value finds nothing."""
    ask.only(*PARAMETERS)
    given = {name: ask.request.args[name] for name in PARAMETERS[:5] if ask.request.args.get(name)}
    for name, value in given.items():
        if len(value) > LONGEST or not value.isprintable():
            raise bad_query(
                name, Text(de=f"ein Text bis {LONGEST} Zeichen", en=f"a text of up to {LONGEST} characters")
            )
    return FindUseCases(**given)


def use_case_view(use_case: UseCase) -> dict[str, Any]:
    return {
        "id": str(use_case.id),
        "slug": use_case.slug,
        "title": use_case.title,
        "summary": use_case.summary,
        "provider": use_case.provider,
        "kind": use_case.kind,
        "theme": use_case.themes.split(),
        "stage": use_case.stage,
        "strategy": use_case.strategies.split(),
        "alignment": use_case.alignment,
        "public_service": use_case.public_service,
        "conforming_until": use_case.conforming_until.isoformat() if use_case.conforming_until else None,
        "paused_rights": use_case.paused_rights.split(),
        "since": use_case.listed_at.isoformat(),
        "links": {"self": f"/api/v1/use-cases/{use_case.slug}", "page": f"/catalog/{use_case.slug}"},
    }

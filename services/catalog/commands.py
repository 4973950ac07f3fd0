"""What may be asked of the catalog. Only events change it so far; people read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FindUseCases:
    """What a visitor looks for; None and "" leave it wide. Facet values are ANDed."""

    q: str = ""
    theme: str | None = None
    stage: str | None = None
    provider: str | None = None
    strategy: str | None = None

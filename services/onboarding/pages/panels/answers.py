"""The task list, the answers, what the check says of them, and what lies ahead."""

from __future__ import annotations

from typing import Any

from services.onboarding.pages import overview, standing
from services.onboarding.pages.panels.looking import Look


def panel(look: Look) -> dict[str, Any]:
    schema, answers, findings = look.model.schema, look.application.answers, look.view["findings"]
    return {
        "tasks": overview.tasks(schema, answers, findings, look.language),
        "rules": standing.counted(look.model, answers),
        "tally": overview.tally(findings, len(look.model.public["rules"])),
        "sheets": overview.sheets(schema, answers, findings, look.language),
        "ahead": overview.ahead(str(look.application.status), look.language),
    }

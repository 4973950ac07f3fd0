"""What happens when people judge a rule, or make an exception from one."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from services.onboarding.commands import JudgeRule, OverrideRule
from services.onboarding.domain import Application
from services.onboarding.repository import Models
from shared.auth import Caller
from shared.kernel import Invalid, Problem, Text


def judge_rule(session: Session, application: Application, command: JudgeRule, caller: Caller) -> None:
    application.judge(command, caller.subject, datetime.now(UTC))


def override_rule(session: Session, application: Application, command: OverrideRule, caller: Caller) -> None:
    """Make an exception. Raises Invalid for a gap: what is missing cannot be decided about."""
    application.override(command, caller.subject, datetime.now(UTC))
    rules = Models(session).get(application.model).public["rules"]
    if any(one["id"] == command.rule and not one["pointer"] for one in rules):
        text = Text(
            de="Eine Pflichtangabe, die fehlt, lässt keine Ausnahme zu. Fragen Sie danach.",
            en="There is no exception from an answer that is missing. Ask for it.",
        )
        raise Invalid(text, code="not_overridable", problems=[Problem("/rule", "not_overridable", text)])

"""What may be asked about an application."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Answers = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Where letters go."""

    email: str
    name: str
    language: str = "de"


@dataclass(frozen=True, kw_only=True)
class CheckAnswers:
    answers: Answers
    model: str | None = None


@dataclass(frozen=True, kw_only=True)
class StartApplication:
    contact: Contact
    answers: Answers = field(default_factory=dict)
    submit: bool = False
    model: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeApplication:
    """`answers` and `contact` are JSON merge patches; None leaves that part alone."""

    answers: Answers | None = None
    contact: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class SubmitApplication:
    pass


@dataclass(frozen=True, kw_only=True)
class WithdrawApplication:
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ExtendDraft:
    pass


@dataclass(frozen=True, kw_only=True)
class Reconsider:
    reason: str


@dataclass(frozen=True, kw_only=True)
class NewQuestion:
    text: str
    pointer: str | None = None


@dataclass(frozen=True, kw_only=True)
class AskQuestions:
    items: tuple[NewQuestion, ...]
    due: date | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    question: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ReplyToQuestions:
    items: tuple[Reply, ...]
    answers: Answers | None = None


@dataclass(frozen=True, kw_only=True)
class Condition:
    text: str
    due: date | None = None


@dataclass(frozen=True, kw_only=True)
class ProposeDecision:
    outcome: str
    reason: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConfirmDecision:
    agree: bool
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class JudgeRule:
    """`verdict` is kept, broken or not_applicable."""

    rule: str
    verdict: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OverrideRule:
    """`pointer` says which finding, where a rule has several."""

    rule: str
    reason: str
    pointer: str | None = None

"""What may be asked of onboarding, a module per aggregate. `by` is a caller's subject."""

from services.onboarding.commands.applications import (
    Answers,
    AskQuestions,
    ChangeApplication,
    CheckAnswers,
    Condition,
    ConfirmDecision,
    Contact,
    NewQuestion,
    ProposeDecision,
    Reply,
    ReplyToQuestions,
    StartApplication,
    SubmitApplication,
    WithdrawApplication,
)

__all__ = [
    "Answers",
    "AskQuestions",
    "ChangeApplication",
    "CheckAnswers",
    "Condition",
    "ConfirmDecision",
    "Contact",
    "NewQuestion",
    "ProposeDecision",
    "Reply",
    "ReplyToQuestions",
    "StartApplication",
    "SubmitApplication",
    "WithdrawApplication",
]

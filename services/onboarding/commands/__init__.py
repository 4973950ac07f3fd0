"""What may be asked of onboarding, a module per aggregate. `by` is a caller's subject."""

from services.onboarding.commands.applications import (
    Answers,
    AskQuestions,
    ChangeApplication,
    CheckAnswers,
    Condition,
    ConfirmDecision,
    Contact,
    JudgeRule,
    NewQuestion,
    OverrideRule,
    ProposeDecision,
    Reply,
    ReplyToQuestions,
    StartApplication,
    SubmitApplication,
    WithdrawApplication,
)
from services.onboarding.commands.campaigns import CureApplication, ResumeCampaign, StopCampaign

__all__ = [
    "Answers",
    "AskQuestions",
    "ChangeApplication",
    "CheckAnswers",
    "Condition",
    "ConfirmDecision",
    "Contact",
    "CureApplication",
    "JudgeRule",
    "NewQuestion",
    "OverrideRule",
    "ProposeDecision",
    "Reply",
    "ReplyToQuestions",
    "ResumeCampaign",
    "StartApplication",
    "StopCampaign",
    "SubmitApplication",
    "WithdrawApplication",
]

"""What may be asked of onboarding, a module per aggregate. `by` is a caller's subject."""

from services.onboarding.commands.access import InvitePerson, IssueKey
from services.onboarding.commands.applications import (
    Answers,
    AskQuestions,
    ChangeApplication,
    CheckAnswers,
    Condition,
    ConfirmDecision,
    Contact,
    ExtendDraft,
    JudgeRule,
    NewQuestion,
    OverrideRule,
    ProposeDecision,
    Reconsider,
    Reply,
    ReplyToQuestions,
    StartApplication,
    SubmitApplication,
    WithdrawApplication,
)
from services.onboarding.commands.attachments import AttachFile, Limits
from services.onboarding.commands.barriers import CloseBarrier, ReportBarrier
from services.onboarding.commands.campaigns import CureApplication, ResumeCampaign, StopCampaign
from services.onboarding.commands.cohorts import CohortRow, ImportCohort, Vouch
from services.onboarding.commands.models import (
    AdoptModel,
    ConfirmPublication,
    ProposePublication,
    RetireVersion,
    WithdrawPublication,
    WriteDraft,
)

__all__ = [
    "AdoptModel",
    "Answers",
    "AskQuestions",
    "AttachFile",
    "ChangeApplication",
    "CheckAnswers",
    "CloseBarrier",
    "CohortRow",
    "Condition",
    "ConfirmDecision",
    "ConfirmPublication",
    "Contact",
    "CureApplication",
    "ExtendDraft",
    "ImportCohort",
    "InvitePerson",
    "IssueKey",
    "JudgeRule",
    "Limits",
    "NewQuestion",
    "OverrideRule",
    "ProposeDecision",
    "ProposePublication",
    "Reconsider",
    "Reply",
    "ReplyToQuestions",
    "ReportBarrier",
    "ResumeCampaign",
    "RetireVersion",
    "StartApplication",
    "StopCampaign",
    "SubmitApplication",
    "Vouch",
    "WithdrawApplication",
    "WithdrawPublication",
    "WriteDraft",
]

"""The only language between services: one class and one JSON Schema with an example per event version."""

from shared.contracts.barriers import BarrierReported
from shared.contracts.campaigns import (
    ApplicationRechecked,
    CampaignFinished,
    CampaignResumed,
    CampaignStarted,
    CampaignStopped,
    RecheckReminded,
    RecheckVoided,
    RightsPaused,
    RightsResumed,
)
from shared.contracts.catalog import UseCaseListed
from shared.contracts.models import ModelChanged, ModelOffered, ModelPublished, ModelRetired, ModelWithdrawn
from shared.contracts.onboarding import (
    ApplicationApproved,
    ApplicationDeclined,
    ApplicationDeleted,
    ApplicationReplied,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ContactChanged,
    DecisionProposed,
    ProposalReturned,
    QuestionsAsked,
)
from shared.contracts.people import (
    KeyIssued,
    PersonChanged,
    PersonInvited,
    PersonJoined,
    PersonLeft,
    SignInRequested,
    StandingChanged,
)
from shared.contracts.promises import (
    ApplicationExpired,
    ApplicationReconsidered,
    DraftExpiring,
    PromiseDue,
    PromiseMissed,
    ReplyReminded,
)
from shared.kernel import Event

EVENTS: dict[str, type[Event]] = {
    kind.name: kind
    for kind in (
        ContactChanged,
        ApplicationSubmitted,
        QuestionsAsked,
        ApplicationReplied,
        DecisionProposed,
        ProposalReturned,
        ApplicationApproved,
        ApplicationDeclined,
        ApplicationWithdrawn,
        ApplicationDeleted,
        ModelPublished,
        ModelWithdrawn,
        ModelRetired,
        ModelOffered,
        ModelChanged,
        CampaignStarted,
        CampaignStopped,
        CampaignResumed,
        CampaignFinished,
        ApplicationRechecked,
        RecheckReminded,
        RightsPaused,
        RightsResumed,
        RecheckVoided,
        BarrierReported,
        SignInRequested,
        PersonChanged,
        PersonInvited,
        PersonJoined,
        PersonLeft,
        ReplyReminded,
        PromiseDue,
        PromiseMissed,
        DraftExpiring,
        ApplicationExpired,
        ApplicationReconsidered,
        StandingChanged,
        KeyIssued,
        UseCaseListed,
    )
}

#: Who tells whom. Every pair is one queue, bound to all events of the teller, so that order survives.
LISTENERS: dict[str, tuple[str, ...]] = {
    "onboarding": ("catalog", "notifications"),
    "catalog": ("onboarding", "notifications"),
}

__all__ = ["EVENTS", "LISTENERS"]

"""What is true in onboarding, a module per aggregate."""

from services.onboarding.domain.access import (
    KEPT_BYTES,
    KEPT_EACH,
    KEPT_FOR,
    KEPT_IN_ALL,
    MOST_KEYS,
    MOST_MONTHS,
    ApiKey,
    KeptForm,
    Standing,
    need_room,
)
from services.onboarding.domain.adoption import Change, change_model, offer_model
from services.onboarding.domain.applications import (
    Application,
)
from services.onboarding.domain.assessments import (
    BROKEN,
    KEPT,
    NOT_APPLICABLE,
    VOUCHED,
    VOUCHER,
    Assessment,
    Findings,
    unsound,
)
from services.onboarding.domain.attachments import Attachment, AttachmentState, attach, detach
from services.onboarding.domain.barriers import KEPT as BARRIERS_KEPT
from services.onboarding.domain.barriers import SCHEMES, Barrier
from services.onboarding.domain.campaigns import AGAIN, Campaign, Judged, Recheck, Stage, State
from services.onboarding.domain.decisions import Decision
from services.onboarding.domain.forecast import ENOUGH, Forecast, forecast
from services.onboarding.domain.people import (
    LINK_MINUTES,
    LINKS_AN_HOUR,
    MOST_PEOPLE,
    REMEMBERED,
    Member,
    Person,
    SignIn,
    address_key,
)
from services.onboarding.domain.previews import Impact, Preview
from services.onboarding.domain.promises import KEEPS, OF_THE_CITY, Promise
from services.onboarding.domain.questions import Entry
from services.onboarding.domain.snapshots import REASONS, Snapshot, keep_version
from services.onboarding.domain.statuses import ADOPTS, APPROVED, BECOMES, CHANGEABLE, NEXT, OPEN, WAITING, WHO, Status
from services.onboarding.domain.versions import UNSEEN, ModelVersion, VersionStatus, counts_again, stays_until
from services.onboarding.domain.workdays import day_of, is_workday, workdays_after, workdays_between

__all__ = [
    "ADOPTS",
    "AGAIN",
    "APPROVED",
    "BARRIERS_KEPT",
    "BECOMES",
    "BROKEN",
    "CHANGEABLE",
    "ENOUGH",
    "KEEPS",
    "KEPT",
    "KEPT_BYTES",
    "KEPT_EACH",
    "KEPT_FOR",
    "KEPT_IN_ALL",
    "LINKS_AN_HOUR",
    "LINK_MINUTES",
    "MOST_KEYS",
    "MOST_MONTHS",
    "MOST_PEOPLE",
    "NEXT",
    "NOT_APPLICABLE",
    "OF_THE_CITY",
    "OPEN",
    "REASONS",
    "REMEMBERED",
    "SCHEMES",
    "UNSEEN",
    "VOUCHED",
    "VOUCHER",
    "WAITING",
    "WHO",
    "ApiKey",
    "Application",
    "Assessment",
    "Attachment",
    "AttachmentState",
    "Barrier",
    "Campaign",
    "Change",
    "Decision",
    "Entry",
    "Findings",
    "Forecast",
    "Impact",
    "Judged",
    "KeptForm",
    "Member",
    "ModelVersion",
    "Person",
    "Preview",
    "Promise",
    "Recheck",
    "SignIn",
    "Snapshot",
    "Stage",
    "Standing",
    "State",
    "Status",
    "VersionStatus",
    "address_key",
    "attach",
    "change_model",
    "counts_again",
    "day_of",
    "detach",
    "forecast",
    "is_workday",
    "keep_version",
    "need_room",
    "offer_model",
    "stays_until",
    "unsound",
    "workdays_after",
    "workdays_between",
]

"""The doors of onboarding: the API; the pages hang beside it in `pages/doors.py`."""

from __future__ import annotations

from functools import partial

from services.onboarding import handlers, tables
from services.onboarding.pages.doors import PageDoors
from services.onboarding.pages.kept import keep
from services.onboarding.pages.uploading import keeper_of
from services.onboarding.service.applications import ApplicationDoors, list_filters
from services.onboarding.service.attachments import AttachmentDoors
from services.onboarding.service.barriers import BarrierDoors
from services.onboarding.service.campaigns import CampaignDoors
from services.onboarding.service.cohorts import CohortDoors
from services.onboarding.service.keeping import KeepingDoors
from services.onboarding.service.keys import KeyDoors
from services.onboarding.service.models import ModelDoors
from services.onboarding.service.papers import PaperDoors
from services.onboarding.service.people import PeopleDoors
from services.onboarding.service.promises import PromiseDoors
from services.onboarding.service.snapshots import SnapshotDoors
from services.onboarding.service.vouchers import VoucherDoors
from shared.periods import use
from shared.roles import Role
from shared.wire import HOUR_S, House, Jobs

__all__ = [
    "ApplicationDoors",
    "AttachmentDoors",
    "BarrierDoors",
    "CampaignDoors",
    "CohortDoors",
    "KeepingDoors",
    "KeyDoors",
    "ModelDoors",
    "PaperDoors",
    "PeopleDoors",
    "Service",
    "SnapshotDoors",
    "VoucherDoors",
    "list_filters",
]


def more_jobs(house: House) -> Jobs:
    sign_ins: Jobs = {partial(handlers.answer_sign_ins, house.database, house.keyring): 1.0}
    use(house.settings.periods)
    jobs = (handlers.run_campaigns, handlers.run_previews, handlers.follow_models, handlers.keep_promises)
    more: Jobs = {partial(run, house.database): 1.0 for run in jobs}
    more[partial(handlers.forget_barriers, house.database)] = HOUR_S
    return sign_ins | more


def more_roles(house: House) -> dict[str, Role]:
    return {"scanner": keeper_of(house)}


class Service(
    AttachmentDoors,
    BarrierDoors,
    CampaignDoors,
    CohortDoors,
    KeepingDoors,
    PaperDoors,
    KeyDoors,
    ModelDoors,
    PromiseDoors,
    PeopleDoors,
    SnapshotDoors,
    VoucherDoors,
    PageDoors,
):
    name = "onboarding"

    house = House(
        tables.metadata,
        handlers.REACTIONS,
        more_jobs=more_jobs,
        more_roles=more_roles,
        again=handlers.AGAIN,
        keep_form=keep,
    )

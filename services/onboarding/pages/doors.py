"""The doors of onboarding for people: everything they do here, programs can do at the API, with the same handlers."""

from werkzeug.wrappers import Response

from services.onboarding.pages.about import AboutPages
from services.onboarding.pages.access import AccessDoors
from services.onboarding.pages.applicants import ApplicantDoors
from services.onboarding.pages.assessments import AssessmentDoors
from services.onboarding.pages.attachments import AttachmentPages
from services.onboarding.pages.barriers import BarrierPages
from services.onboarding.pages.blank import BlankPages
from services.onboarding.pages.campaigns import CampaignPages
from services.onboarding.pages.cohorts import CohortPages
from services.onboarding.pages.cures import CurePages
from services.onboarding.pages.keeping import KeepingPages
from services.onboarding.pages.kept import KeptDoors
from services.onboarding.pages.models import ModelPages
from services.onboarding.pages.people import PeoplePages
from services.onboarding.pages.precheck import CheckDoors
from services.onboarding.pages.sections import SectionDoors
from services.onboarding.pages.sign_in import SignInDoors
from services.onboarding.pages.snapshots import SnapshotPages
from services.onboarding.pages.vouching import VouchingPages
from services.onboarding.pages.workbench import WorkbenchDoors
from shared.web import Ask, http, redirect
from shared.web.desk import Desk, hang_desk


@hang_desk("onboarding")
class PageDoors(
    AboutPages,
    AccessDoors,
    ApplicantDoors,
    WorkbenchDoors,
    AssessmentDoors,
    AttachmentPages,
    BarrierPages,
    BlankPages,
    CampaignPages,
    CheckDoors,
    CohortPages,
    CurePages,
    KeepingPages,
    KeptDoors,
    ModelPages,
    PeoplePages,
    SectionDoors,
    SignInDoors,
    SnapshotPages,
    VouchingPages,
    Desk,
):
    """All pages of onboarding."""

    @http("GET", "/desk")
    def show_desks(self, _: Ask) -> Response:
        return redirect("/desk/onboarding")

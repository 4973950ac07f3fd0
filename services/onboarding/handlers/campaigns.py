"""What happens in a re-check campaign: it is started, stopped, voided and cured by people, and goes on by the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.onboarding.commands import Answers, CureApplication, ResumeCampaign, StopCampaign
from services.onboarding.domain import Application, Campaign, Judged, ModelVersion, Recheck, State
from services.onboarding.handlers.applications import judge
from services.onboarding.handlers.translation import adopted_answers, steps, unchanged
from services.onboarding.model import Finding, Model, patched
from services.onboarding.repository import Campaigns, Models
from shared.auth import Caller
from shared.database import Database
from shared.kernel import Conflict, Text

#: How many applications one transaction takes: few enough that doors of the same process wait less than 0.1 s.
BUNCH = 25
#: How long a round of the clock may last, so that its other jobs get their turn.
ROUND_S = 1.0


def start_campaign(session: Session, version: ModelVersion, at: datetime) -> Campaign | None:
    """Begin the campaign of a version that is being published; none if it gives no days of grace."""
    if not version.grace_days:
        return None
    campaign = Campaign.start(
        model=version.name, grace_days=version.grace_days, by=version.published_by or version.changed_by, at=at
    )
    Campaigns(session).add(campaign)
    return campaign


def void_campaign(session: Session, version: ModelVersion, reason: str, by: str, at: datetime) -> None:
    """Take back what the campaign of a withdrawn version found; the clock tells everybody."""
    for campaign in Campaigns(session).of_model(version.name):
        campaign.void(reason, by, at)


def stop_campaign(session: Session, campaign: Campaign, command: StopCampaign, caller: Caller) -> None:
    campaign.stop(command.reason, caller.subject, _now())


def resume_campaign(session: Session, campaign: Campaign, command: ResumeCampaign, caller: Caller) -> None:
    campaign.resume(caller.subject, _now())


def cure_application(session: Session, application: Application, command: CureApplication, _: Caller) -> None:
    """Check the changed answers under the version of the open re-check. Raises Conflict without one, and Invalid."""
    recheck = application.rechecks[-1] if application.rechecks else None
    if recheck is None or recheck.state not in {State.GRACE, State.PAUSED}:
        raise Conflict(Text(de="Hier ist nichts nachzubessern.", en="There is nothing to cure here."), code="state")
    model = Models(session).get(recheck.model)
    answers = patched(answers_to_cure(session, application, recheck), command.answers)
    pinned = Models(session).get(application.model)
    recheck.cure(application, answers, _judged(application, pinned, model, judge(model, answers)), _now())


def answers_to_cure(session: Session, application: Application, recheck: Recheck) -> Answers:
    """Return the answers as far as a cure has come, as the version of the re-check asks for them."""
    models = Models(session)
    path = steps(models.get, models.names(), application.model, models.get(recheck.model))
    return recheck.answers or adopted_answers(application.answers, path)


def run_campaigns(database: Database) -> None:
    """One round of the clock: check, remind, pause, void and finish, in one transaction per bunch."""
    end = time.monotonic() + ROUND_S
    for find, act in STEPS:
        while _step(database, find, act) and time.monotonic() < end:
            time.sleep(0)  # doors of this process may have waited


def _step(database: Database, find: Callable[[Campaigns, datetime], Any], act: Act) -> bool:
    # Most of the time nothing is to do. Looking first spares SQLite the write lock; behind the lock it is asked again.
    with database.reading() as session:
        if not find(Campaigns(session), database.now(session)):
            return False
    with database.transaction("campaign") as session:
        at = database.now(session)
        found = find(Campaigns(session), at)
        if found:
            act(session, found, at)
    return bool(found)


def _check_some(session: Session, campaign: Campaign, at: datetime) -> None:
    """Check the next bunch of a pass. Who is approved meanwhile under an older version is found by a later pass."""
    found = Campaigns(session).unchecked(campaign, BUNCH)
    models = Models(session)
    model = models.get(campaign.model)
    for application in found:
        path = steps(models.get, models.names(), application.model, model)
        answers = adopted_answers(application.answers, path)
        Recheck.of(application, campaign, _judged(application, path[0], model, model.check(answers)), at)
    campaign.advance(found[-1].id if len(found) == BUNCH else None, at)


def _come_due(session: Session, found: list[tuple[Application, Recheck]], at: datetime) -> None:
    for application, recheck in found:
        recheck.come_due(application, at)


def _void_some(session: Session, found: list[tuple[Application, Recheck]], at: datetime) -> None:
    for application, recheck in found:
        recheck.void(application, at)
        if replaced := [one for one in application.rechecks if one.state is State.REPLACED]:
            # What it was about counts again: its campaign checks the application anew, with a whole period.
            application.rechecks.remove(replaced[-1])
            Campaigns(session).get(replaced[-1].campaign_id).go_on(at)


def _over(campaigns: Campaigns, at: datetime) -> Campaign | None:
    campaign = campaigns.to_finish(at)
    return campaign if campaign and campaign.is_over(at) else None


def _finish(session: Session, campaign: Campaign, at: datetime) -> None:
    counts = Campaigns(session).counts(campaign)
    cured = counts["cured"]
    campaign.finish(
        conforming=counts[State.CONFORMING] - cured, cured=cured,
        uncured=counts[State.GRACE] + counts[State.PAUSED], at=at,
    )  # fmt: skip


Act = Callable[[Session, Any, datetime], None]
#: What the clock looks for, and what it does about it.
STEPS: tuple[tuple[Callable[[Campaigns, datetime], Any], Act], ...] = (
    (lambda campaigns, at: campaigns.to_check(at), _check_some),
    (lambda campaigns, at: campaigns.due(at, BUNCH), _come_due),
    (lambda campaigns, _: campaigns.to_void(BUNCH), _void_some),
    (_over, _finish),
)


def _judged(application: Application, pinned: Model, model: Model, found: tuple[Finding, ...]) -> Judged:
    findings = [_excepted(application, pinned, model, one) for one in found]
    rights = {rule["id"]: rule["right"] for rule in model.public["rules"] if "right" in rule}
    broken = [one["rule"] for one in findings if one["severity"] == "violation" and "override" not in one]
    return Judged(findings=findings, rights=tuple(sorted({rights[rule] for rule in broken if rule in rights})))


def _excepted(application: Application, pinned: Model, model: Model, finding: Finding) -> dict[str, Any]:
    """Return the finding with the exception that was made from it: for the same answer, and the same demand."""
    about = (finding["rule"], finding["pointer"], finding["observed"])
    for one in application.overridden:
        if about == (one["rule"], one["pointer"], one["observed"]) and finding["rule"] in unchanged(pinned, model):
            return {**finding, "override": one["override"]}
    return dict(finding)


def _now() -> datetime:
    return datetime.now(UTC)

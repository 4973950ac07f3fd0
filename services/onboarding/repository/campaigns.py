"""What is asked of the tables about re-check campaigns."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from services.onboarding.domain import AGAIN, APPROVED, Application, Campaign, Recheck, Stage, State
from services.onboarding.tables import applications, campaigns, rechecks
from shared.database import hold
from shared.kernel import NotFound, Text

ENDED = (State.VOID, State.REPLACED)


class Campaigns:
    """The campaigns of one session. What is handed out to be changed is locked."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, campaign: Campaign) -> None:
        self._session.add(campaign)
        hold(self._session, campaign)

    def get(self, campaign_id: UUID) -> Campaign:
        """Return the campaign, or raise NotFound."""
        found = self._session.get(Campaign, campaign_id)
        if found is None:
            text = Text(de="Diese Nachprüfung gibt es nicht.", en="There is no such campaign.")
            raise NotFound(text, code="not_found")
        hold(self._session, found)
        return found

    def of_model(self, model: str) -> list[Campaign]:
        """Return the campaigns of a version that were not voided, locked."""
        mine = (campaigns.c.model == model) & (campaigns.c.stage != Stage.VOID)
        found = list(self._session.scalars(select(Campaign).where(mine).with_for_update()))
        for one in found:
            hold(self._session, one)
        return found

    def newest_first(self) -> Select[Campaign]:
        return select(Campaign).order_by(campaigns.c.started_at.desc(), campaigns.c.id.desc())

    def counts(self, campaign: Campaign) -> dict[str, int]:
        """Return how many re-checks there are in each state, how many were cured, and how many are still to come."""
        mine = rechecks.c.campaign_id == campaign.id
        cured = rechecks.c.cured_at.is_not(None)
        rows = self._session.execute(
            select(rechecks.c.state, func.count(), func.count(rechecks.c.cured_at)).where(mine).group_by("state")
        ).all()
        counts = {str(state): 0 for state in State} | {str(state): count for state, count, _ in rows}
        counts["cured"] = self._session.scalar(select(func.count()).where(mine, cured)) or 0
        counts["checked"] = sum(count for _, count, _ in rows)
        counts["to_check"] = 0
        if campaign.stage in {Stage.RUNNING, Stage.STOPPED}:
            waiting = select(func.count()).select_from(applications).where(_unchecked(campaign))
            counts["to_check"] = self._session.scalar(waiting) or 0
        return counts

    def found(self, campaign: Campaign, state: str | None) -> Select[Recheck, Application]:
        """Return the query for what the campaign found, the worst first, with the application it is about."""
        query = select(Recheck, Application).join(applications, applications.c.id == rechecks.c.application_id)
        query = query.where(rechecks.c.campaign_id == campaign.id)
        if state:
            query = query.where(rechecks.c.state == state)
        return query.order_by(rechecks.c.state.desc(), rechecks.c.id)

    def to_check(self, now: datetime) -> Campaign | None:
        """Return a running campaign in the middle of a pass, or whose next pass is due; nobody else has it then."""
        passing = or_(
            campaigns.c.cursor.is_not(None), campaigns.c.swept_at.is_(None), campaigns.c.swept_at <= now - AGAIN
        )
        return self._claimed(passing)

    def to_finish(self, now: datetime) -> Campaign | None:
        """Return a running campaign with no date ahead that may be over."""
        ahead = exists().where(rechecks.c.campaign_id == campaigns.c.id, rechecks.c.next_at.is_not(None))
        return self._claimed(campaigns.c.due_on < now.date(), campaigns.c.swept_at.is_not(None), ~ahead)

    def unchecked(self, campaign: Campaign, limit: int) -> list[Application]:
        """Return approved applications that this pass has still before it, locked."""
        query = select(Application).where(_unchecked(campaign)).order_by(applications.c.id).limit(limit)
        if campaign.cursor:
            query = query.where(applications.c.id > campaign.cursor)
        return self._to_change(query.with_for_update(of=applications))

    def due(self, now: datetime, limit: int) -> list[tuple[Application, Recheck]]:
        """Return re-checks of running campaigns whose time has come."""
        return self._living(and_(campaigns.c.stage == Stage.RUNNING, rechecks.c.next_at <= now), limit)

    def to_void(self, limit: int) -> list[tuple[Application, Recheck]]:
        """Return re-checks that still count although their version was withdrawn."""
        return self._living(and_(campaigns.c.stage == Stage.VOID, rechecks.c.state.not_in(ENDED)), limit)

    def _living(self, wanted: ColumnElement[bool], limit: int) -> list[tuple[Application, Recheck]]:
        # The application is locked first, as its own moves do it, and its re-checks are read behind the lock.
        asked = select(rechecks.c.id).join(campaigns, campaigns.c.id == rechecks.c.campaign_id).where(wanted)
        of = select(rechecks.c.application_id).where(rechecks.c.id.in_(asked.limit(limit)))
        query = select(Application).where(applications.c.id.in_(of)).order_by(applications.c.id)
        found = self._to_change(query.with_for_update(of=applications, skip_locked=True))
        mine = rechecks.c.application_id.in_([one.id for one in found])
        still = set(self._session.scalars(asked.where(mine)))
        return [(one, recheck) for one in found for recheck in one.rechecks if recheck.id in still]

    def _to_change(self, query: Select[Application]) -> list[Application]:
        with_ = selectinload(Application.rechecks), selectinload(Application.assessments)  # type: ignore[arg-type]
        found = list(self._session.scalars(query.options(*with_)))
        for one in found:
            hold(self._session, one)
        return found

    def _claimed(self, *wanted: ColumnElement[bool]) -> Campaign | None:
        query = select(Campaign).where(campaigns.c.stage == Stage.RUNNING, *wanted).order_by(campaigns.c.started_at)
        found = self._session.scalar(query.limit(1).with_for_update(skip_locked=True))
        if found:
            hold(self._session, found)
        return found


def _unchecked(campaign: Campaign) -> ColumnElement[bool]:
    known = exists().where(rechecks.c.campaign_id == campaign.id, rechecks.c.application_id == applications.c.id)
    # Once a later version counts, only its own campaign finds anything; if that one is withdrawn, this one goes on.
    later = exists().where(campaigns.c.started_at > campaign.started_at, campaigns.c.stage != Stage.VOID)
    return applications.c.status.in_(APPROVED) & (applications.c.model != campaign.model) & ~known & ~later

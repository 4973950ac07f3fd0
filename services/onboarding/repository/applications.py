"""What is asked of the tables about applications."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, delete, func, or_, select, type_coerce
from sqlalchemy.orm import Session, selectinload

from services.onboarding.domain import APPROVED, OF_THE_CITY, VOUCHER, Application, Assessment, Status
from services.onboarding.tables import applications, assessments, members, people, sign_ins
from shared.auth import APPROVER, REVIEWER, Caller
from shared.database import hold
from shared.kernel import NotFound, Text

#: What lists can be narrowed to; the model knows the same words.
KINDS = ("start_up", "company", "science", "city_department", "initiative", "intermediary")
THEMES = ("mobility", "energy", "climate", "district")

ADVISERS = frozenset({REVIEWER, APPROVER})

_MOST_VOUCHERS = 200


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to; None leaves it wide."""

    owner: str | None = None
    status: str | None = None
    kind: str | None = None
    theme: str | None = None
    overdue: date | None = None  # the day on which it is


class Applications:
    """The applications of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, application: Application) -> None:
        self._session.add(application)
        hold(self._session, application)

    def remove(self, application: Application) -> None:
        """Delete an application and all that hangs on it, and what is known of who signed in for it."""
        self._session.execute(delete(members).where(members.c.application_id == application.id))
        self._session.execute(delete(sign_ins).where(sign_ins.c.application_id == application.id))
        self._session.delete(application)
        self._session.flush()

    def get(self, application_id: UUID) -> Application:
        """Return the application, or raise NotFound."""
        found = self._session.get(Application, application_id)
        if found is None:
            raise _nothing()
        hold(self._session, found)
        return found

    def all_ids(self) -> list[UUID]:
        return list(self._session.scalars(select(applications.c.id)))

    def get_for(self, application_id: UUID, caller: Caller) -> Application:
        """Return the application if `caller` may see it; NotFound, too, if it is somebody else's.

        A draft is its applicant's: of the admins only those see it who advise, and who filed it.
        """
        found = self.get(application_id)
        handed_in = found.status is not Status.DRAFT
        if caller.is_admin and (handed_in or caller.roles & ADVISERS or found.filed_by == caller.subject):
            return found
        if found.owner == caller.subject:
            return found
        if found.id not in self._session.scalars(_memberships(caller.subject)).all():
            raise _nothing()
        return found

    def ids_of(self, subject: str) -> list[UUID]:
        """Return the ids of what somebody may see as an applicant."""
        query = select(applications.c.id).where(_of(subject))
        return list(self._session.scalars(query))

    def owners_for_contact(self, subject: str) -> list[str]:
        """Return who began the applications that somebody is the contact of."""
        mine = _memberships(subject).where(~members.c.invited)
        return list(self._session.scalars(select(applications.c.owner).where(applications.c.id.in_(mine)).distinct()))

    def pinned(
        self,
        models: Collection[str],
        statuses: Collection[Status],
        limit: int,
        *,
        lock: bool,
        not_offered: str | None = None,
    ) -> list[Application]:
        """Return some applications under one of `models`; with `lock` none that somebody else is just changing."""
        if not models:
            return []
        columns = applications.c
        query = select(Application).where(columns.model.in_(models), columns.status.in_(statuses)).limit(limit)
        if not_offered is not None:
            query = query.where(columns.offered.is_distinct_from(not_offered))
        found = list(self._session.scalars(query.with_for_update(skip_locked=True) if lock else query))
        for one in found:
            hold(self._session, one)
        return found

    def intermediary(self, owner: str) -> Application | None:
        """Return the approved application by which `owner` is an intermediary, if there is one."""
        columns = applications.c
        query = select(Application).where(_of(owner), columns.kind == "intermediary", columns.status.in_(APPROVED))
        return self._session.scalar(query.order_by(columns.created_at.desc()).limit(1))

    def voucher(self, voucher_id: UUID, by: str) -> tuple[Assessment, Application]:
        """Return a voucher of `by` and its application, or raise NotFound."""
        found = self._session.get(Assessment, voucher_id)
        if found is None or found.kind != VOUCHER or found.by != by:
            raise _nothing()
        return found, self.get(found.application_id)

    def vouched_by(self, by: str) -> list[tuple[Assessment, Application]]:
        """Return the vouchers of `by`, newest first, each with its application."""
        query = select(Assessment).where(assessments.c.by == by, assessments.c.kind == VOUCHER)
        found = self._session.scalars(query.order_by(assessments.c.at.desc()).limit(_MOST_VOUCHERS))
        return [(one, self.get(one.application_id)) for one in found]

    def newest_first(self, filters: Filters) -> Select[Application]:
        """Return the query for a list, ordered down to the id so that it can be read page by page."""
        query = _filtered(select(Application), filters).options(selectinload(Application.assessments))  # type: ignore[arg-type]
        return query.order_by(applications.c.created_at.desc(), applications.c.id.desc())

    def soonest_first(self, filters: Filters) -> Select[Application]:
        """Return the query for the list of what somebody waits for, the most urgent first."""
        query = _filtered(select(Application), filters).options(selectinload(Application.assessments))  # type: ignore[arg-type]
        due_on = type_coerce(applications.c.due_on, Date)  # a column that may be null is not read page by page
        return query.where(applications.c.due_on.is_not(None)).order_by(due_on, applications.c.id)

    def counts(self, filters: Filters) -> dict[str, int]:
        """Return how many applications stand in each status."""
        query = _filtered(select(applications.c.status, func.count()), filters).group_by(applications.c.status)
        return {str(status): count for status, count in self._session.execute(query)}


def _filtered(query: Select, filters: Filters) -> Select:  # type: ignore[type-arg]
    columns = applications.c
    # A draft is the applicants' own business.
    query = query.where(_of(filters.owner) if filters.owner else columns.status != Status.DRAFT)
    if filters.status:
        query = query.where(columns.status == filters.status)
    if filters.kind:
        query = query.where(columns.kind == filters.kind)
    if filters.overdue:
        of_the_city = columns.promise.in_([str(one) for one in OF_THE_CITY])
        query = query.where(columns.due_on < filters.overdue, of_the_city)
    if filters.theme:
        query = query.where((" " + columns.themes + " ").contains(f" {filters.theme} ", autoescape=True))
    return query


def _memberships(subject: str) -> Select[UUID]:
    """Return the query for what somebody belongs to beside what they began themselves."""
    query = select(members.c.application_id).join(people, people.c.id == members.c.person_id)
    return query.where(people.c.subject == subject, members.c.joined_at.is_not(None))


def _of(subject: str) -> ColumnElement[bool]:
    """What `subject` may see as an applicant."""
    return or_(applications.c.owner == subject, applications.c.id.in_(_memberships(subject)))


def _nothing() -> NotFound:
    return NotFound(Text(de="Diesen Antrag gibt es nicht.", en="There is no such application."), code="not_found")

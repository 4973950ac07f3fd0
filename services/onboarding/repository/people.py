"""What is asked of the tables about people and how they sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from services.onboarding.domain import REMEMBERED, Application, Member, Person, SignIn, address_key
from services.onboarding.tables import applications, members, people, sign_ins
from shared.database import hold


class People:
    """The people of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, person: Person) -> None:
        self._session.add(person)
        hold(self._session, person)

    def all_ids(self) -> list[UUID]:
        return list(self._session.scalars(select(people.c.id)))

    def get(self, person_id: UUID) -> Person | None:
        found = self._session.get(Person, person_id)
        if found:
            hold(self._session, found)
        return found

    def at(self, email: str) -> Person | None:
        """Return who reads the mail of an address."""
        found = self._session.scalar(select(Person).where(people.c.email == address_key(email)))
        if found:
            hold(self._session, found)
        return found

    def of(self, application_id: UUID) -> list[tuple[Person, Member]]:
        """Return who belongs to an application, in the order they came, each with how."""
        query = (
            select(Person, Member)
            .join(members, members.c.person_id == people.c.id)
            .where(members.c.application_id == application_id)
            .order_by(members.c.at)
        )
        return [(person, member) for person, member in self._session.execute(query)]

    def applications_at(self, email: str) -> list[Application]:
        """Return the applications whose contact has this address, newest first."""
        query = select(Application).where(func.lower(applications.c.email) == address_key(email))
        found = list(self._session.scalars(query.order_by(applications.c.created_at.desc())))
        for one in found:
            hold(self._session, one)
        return found


class SignIns:
    """The requests to sign in of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, sign_in: SignIn) -> None:
        self._session.add(sign_in)

    def get(self, sign_in_id: UUID) -> SignIn | None:
        return self._session.get(SignIn, sign_in_id)

    def waiting(self, now: datetime, limit: int) -> list[SignIn]:
        """Return requests nobody has looked at, oldest first; none that somebody else is just looking at."""
        query = select(SignIn).where(_unseen(now)).order_by(sign_ins.c.requested_at).limit(limit)
        found = list(self._session.scalars(query.with_for_update(skip_locked=True)))
        for one in found:
            hold(self._session, one)
        return found

    def has_waiting(self, now: datetime) -> bool:
        return bool(self._session.scalar(select(exists().where(_unseen(now)))))

    def sent_to(self, email: str, since: datetime) -> int:
        """Return how many links an address was sent."""
        query = select(func.count()).where(sign_ins.c.email == address_key(email), sign_ins.c.sequence > 0)
        return self._session.scalar(query.where(sign_ins.c.requested_at > since)) or 0

    def forget(self, now: datetime) -> None:
        self._session.execute(delete(sign_ins).where(sign_ins.c.requested_at < now - REMEMBERED))


def _unseen(now: datetime) -> ColumnElement[bool]:
    return sign_ins.c.told_at.is_(None) & sign_ins.c.used_at.is_(None) & (sign_ins.c.expires_at > now)

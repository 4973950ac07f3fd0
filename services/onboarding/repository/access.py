"""What is asked of the tables about credentials, and about forms that wait for somebody to sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.onboarding.domain import KEPT_EACH, KEPT_FOR, KEPT_IN_ALL, ApiKey, KeptForm, Standing
from services.onboarding.tables import kept_forms, keys, standings
from shared.database import hold


class Access:
    """The credentials of one session: standings and keys."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def standing(self, name: str) -> Standing:
        """Return where the credentials of `name` stand, from the beginning if nothing has ended yet."""
        found = self._session.get(Standing, name)
        if found is None:
            found = Standing.of(name)
            self._session.add(found)
        hold(self._session, found)
        return found

    def standing_at(self, id_: UUID) -> Standing | None:
        found = self._session.scalar(select(Standing).where(standings.c.id == id_))
        if found:
            hold(self._session, found)
        return found

    def add(self, key: ApiKey) -> None:
        self._session.add(key)
        hold(self._session, key)

    def key(self, id_: UUID) -> ApiKey | None:
        found = self._session.get(ApiKey, id_)
        if found:
            hold(self._session, found)
        return found

    def keys_of(self, subject: str, at: datetime) -> list[ApiKey]:
        """Return the live keys of somebody, oldest first."""
        query = select(ApiKey).where(keys.c.subject == subject).order_by(keys.c.created_at)
        return [one for one in self._session.scalars(query) if one.is_live(at)]

    def all_ids(self) -> list[UUID]:
        return [*self._session.scalars(select(standings.c.id)), *self._session.scalars(select(keys.c.id))]


class KeptForms:
    """The forms of one session that wait for somebody to sign in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, form: KeptForm) -> None:
        """Keep one more; the oldest give way, of this browser and of all."""
        table = kept_forms.c
        self._session.execute(delete(kept_forms).where(table.at < form.at - KEPT_FOR))
        mine = select(table.id).where(table.browser == form.browser).order_by(table.at.desc()).offset(KEPT_EACH - 1)
        everybodys = select(table.id).order_by(table.at.desc()).offset(KEPT_IN_ALL - 1)
        for query in (mine, everybodys):
            old = list(self._session.scalars(query.limit(KEPT_IN_ALL)))
            self._session.execute(delete(kept_forms).where(table.id.in_(old)))
        self._session.add(form)

    def newest(self, browser: str, at: datetime) -> KeptForm | None:
        table = kept_forms.c
        query = select(KeptForm).where(table.browser == browser, table.at > at - KEPT_FOR)
        return self._session.scalar(query.order_by(table.at.desc()).limit(1))

    def take(self, id_: UUID, browser: str) -> KeptForm | None:
        """Return a form of this browser and keep it no longer."""
        found = self._session.get(KeptForm, id_)
        if found is None or found.browser != browser:
            return None
        self._session.delete(found)
        return found

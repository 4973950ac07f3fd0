"""The pages of an application's versions, and what is different between two of them, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.domain import Application
from services.onboarding.handlers import Comparison
from services.onboarding.model import Change
from services.onboarding.pages import PAGES, overview
from services.onboarding.repository import Applications, Models
from shared.web import Ask, http
from shared.web.asking import uuid_of
from shared.web.showing import known_or_sign_in, show
from shared.wire import House

SAME, GONE, COME = "same", "gone", "come"
#: Texts that have less in common than this are shown one after the other; longer ones are not compared word by word.
_ALIKE, _MOST_WORDS = 0.3, 3000
_WORDS = re.compile(r"\s+|[^\s]+")

Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer as a page compares it: `pieces` are `(same, gone or come, text)`."""

    section: str
    label: str
    kind: str
    pieces: tuple[Piece, ...]


class SnapshotPages:
    """What people see of versions."""

    house: House

    @http("GET", "/applications/<id>/versions")
    def show_versions(self, ask: Ask, id: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            found = _asked_for(session, application, ask)
            compared = comparison(found, ask.language) if found else None
            view = schemas.application_view(application, None)
            items = [schemas.snapshot_view(application, one) for one in application.snapshots]
        back = _back(ask, id)
        return show(PAGES, ask, "onboarding/versions.html", application=view, items=items, compared=compared, back=back)

    @http("GET", "/applications/<id>/versions/<number>")
    def show_application_version(self, ask: Ask, id: str, number: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id), ask.known())
            kept = handlers.version_of(application, handlers.number_of(number))
            schema = Models(session).get(kept.model).schema
            view = schemas.application_view(application, None)
            item = schemas.snapshot_view(application, kept)
            sheets = overview.sheets(schema, kept.answers, (), ask.language)
        return show(PAGES, ask, "onboarding/version.html", application=view, item=item, sheets=sheets)


def panel(session: Session, application: Application, language: str) -> dict[str, Any]:
    """Return what a page of an application says of its versions: how many, and what the newest one changed."""
    latest = handlers.latest_changes(session, application)
    count = len(application.snapshots)
    return {"versions": count, "compared": comparison(latest, language) if latest else None}


def comparison(found: Comparison, language: str) -> dict[str, Any]:
    """Return `{"from", "to", "at", "why", "sections": [(label, differences)], "count", "replies"}` in `language`."""
    sections: dict[str, list[Difference]] = {}
    for change in found.changes:
        one = _difference(change, language)
        sections.setdefault(one.section, []).append(one)
    return {
        "from": found.before.number,
        "to": found.after.number,
        "at": found.after.at,
        "why": found.after.why,
        "sections": list(sections.items()),
        "count": len(found.changes),
        "replies": found.replies,
    }


def pieces(was: str, now: str) -> tuple[Piece, ...]:
    """Return how one text becomes the other, word by word; as a whole if they have too little in common."""
    before, after = _WORDS.findall(was), _WORDS.findall(now)
    whole = ((GONE, was), (COME, now))
    if max(len(before), len(after)) > _MOST_WORDS:
        return whole
    matcher = SequenceMatcher(None, before, after, autojunk=len(before) + len(after) > _MOST_WORDS)
    if matcher.ratio() < _ALIKE:
        return whole
    return tuple(_steps(matcher, before, after))


def _steps(matcher: SequenceMatcher[str], before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for what, low, high, start, end in matcher.get_opcodes():
        if what == "equal":
            yield SAME, "".join(before[low:high])
            continue
        if low < high:
            yield GONE, "".join(before[low:high])
        if start < end:
            yield COME, "".join(after[start:end])


def _difference(change: Change, language: str) -> Difference:
    was, now = change.was.in_(language), change.now.in_(language)
    if change.kind == "added":
        shown: tuple[Piece, ...] = ((COME, now),)
    elif change.kind == "removed":
        shown = ((GONE, was),)
    elif isinstance(change.after, str | list):
        shown = pieces(was, now)
    else:
        shown = ((GONE, was), (COME, now))
    return Difference(change.section.in_(language), change.label.in_(language), change.kind, shown)


def _asked_for(session: Session, application: Application, ask: Ask) -> Comparison | None:
    """Return the comparison the query asks for; without one, of the newest version with the one before."""
    if "from" not in ask.request.args:
        return handlers.latest_changes(session, application)
    newest = max(len(application.snapshots), 1)
    chosen = [ask.number(name, newest, 1, newest) for name in ("from", "to")]
    return handlers.compare_versions(session, application, *chosen) if application.snapshots else None


def _back(ask: Ask, id_: str) -> str:
    return f"/workbench/{id_}" if ask.known().is_admin else f"/applications/{id_}"

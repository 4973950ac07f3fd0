"""Approved partners, and a version of the model that finds something at some of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update

from services.onboarding import model, tables
from services.onboarding.commands import Contact, ProposeDecision
from services.onboarding.domain import Application, ModelVersion, VersionStatus
from services.onboarding.handlers import start_campaign
from services.onboarding.repository import Applications, Models
from shared.database import Database
from shared.delivery import Delivery
from shared.inbox import Inbox

VERA, JONAS = "admin:Vera", "admin:Jonas"
STRICTER = "1.9"
#: Availability and days to patch of a partner who keeps both new rules, one of them, and neither.
FINE, PARTLY, BROKEN = (99.9, 5), (99.9, 20), (98.5, 20)
Kind = tuple[float, int]


@cache
def example() -> dict[str, Any]:
    """Return the answers of a partner that is sound under 1.0."""
    found = model.load(model.shipped()["1.0"].text)
    answers: dict[str, Any] = next(one["answers"] for one in found.public["examples"] if one["key"] == "parking")
    return answers


def answers(kind: Kind, title: str) -> dict[str, Any]:
    """Return the answers of such a partner; the new rules look at titles that begin with "Fall"."""
    given = deepcopy(example())
    for section, part in patch(kind).items():
        given[section] |= part
    given["use_case"]["title"] = title
    return given


def patch(kind: Kind) -> dict[str, Any]:
    availability, days = kind
    return {"operation": {"availability": availability}, "security": {"patch_days": days}}


def stricter(version: str = STRICTER) -> dict[str, Any]:
    """Return 1.0 with two more rules: 99 % or devices pause, patches within 10 days or the entry in the catalog."""
    document: dict[str, Any] = json.loads(model.shipped()["1.0"].text)
    document |= {"version": version, "status": "draft", "changes": {"from": "1.0", "moved": []}}
    available = _rule("BM-90", "devices", "/operation/availability", {"minimum": 99})
    patched = _rule("BM-91", "listing", "/security/patch_days", {"maximum": 10})
    document["rules"] += [_with(available, FINE, (98.5, 5)), _with(patched, FINE, (99.9, 20))]
    return document


def _rule(id_: str, right: str, pointer: str, expected: dict[str, Any]) -> dict[str, Any]:
    title = {"required": ["title"], "properties": {"title": {"pattern": "^Fall "}}}
    return {
        "id": id_, "clause": "4.3", "source": "Beschluss vom 24.11.2026", "severity": "violation", "right": right,
        "applies_to": {"required": ["use_case"], "properties": {"use_case": title}},
        "pointer": pointer, "expected": expected,
        "text": {"de": "Dienste sind verlässlich.", "en": "Services are reliable."},
        "why": {"de": "Andere bauen darauf.", "en": "Others build on it."},
        "remedy": {"de": "Sagen Sie mehr zu.", "en": "Promise more."},
    }  # fmt: skip


def _with(rule: dict[str, Any], passing: Kind, failing: Kind) -> dict[str, Any]:
    title = {"use_case": {"title": "Fall 1"}}
    shown = {name: {"base": "parking", "patch": patch(kind) | title} for name, kind in
             (("passing", passing), ("failing", failing))}  # fmt: skip
    return rule | {"examples": shown}


def approve(database: Database, kinds: Iterable[Kind], first: int | None = None) -> list[UUID]:
    """Keep an approved application of each kind and return their ids; numbers count from `first`."""
    at, made = datetime.now(UTC), []
    with database.transaction() as session:
        if first is None:
            first = session.scalar(select(func.count()).select_from(tables.applications)) or 0
        for number, kind in enumerate(kinds, start=first):
            made.append(_approved(kind, number, at))
            Applications(session).add(made[-1])
    return [one.id for one in made]


def _approved(kind: Kind, number: int, at: datetime) -> Application:
    contact = Contact(email="mina@parkpilot.example", name="Mina")
    application = Application.start(
        number=f"BI-{number:06}", owner=f"applicant:{number}", filed_by=None, model="1.0", contact=contact, at=at
    )
    application.take_answers(answers(kind, f"Fall {number}"), [])
    application.submit(at)
    application.propose(ProposeDecision(outcome="approve", reason="Passt."), VERA, at)
    application.confirm(agree=True, comment="", by=JONAS, at=at)
    return application


def publish(database: Database, document: dict[str, Any] | None = None, grace_days: int = 90) -> UUID | None:
    """Keep a published version and start its campaign, as the second signature does. Returns the campaign."""
    document = document or stricter()
    with database.transaction() as session:
        at = database.now(session)
        version = ModelVersion.write_new(document["version"], json.dumps(document), VERA, at)
        version.status, version.grace_days, version.signed_sha256 = VersionStatus.PUBLISHED, grace_days, version.sha256
        version.proposed_by, version.proposed_at, version.published_by, version.published_at = VERA, at, JONAS, at
        Models(session).add(version)
        campaign = start_campaign(session, version, at)
        return campaign.id if campaign else None


def pass_days(database: Database, days: int) -> None:
    """Let every date of re-checks lie `days` further back: for the clock of a database nobody can move."""
    back = timedelta(days=days)
    with database.transaction() as session:
        for table, names in (
            (tables.rechecks, ("checked_at", "due_on", "next_at")),
            (tables.campaigns, CAMPAIGN_DATES),
        ):
            for row in session.execute(select(table.c.id, *(table.c[name] for name in names))).all():
                moved = {name: getattr(row, name) and getattr(row, name) - back for name in names}
                session.execute(update(table).where(table.c.id == row.id).values(moved))


CAMPAIGN_DATES = ("started_at", "due_on", "swept_at")


def deliver(teller: Database, *inboxes: Inbox) -> None:
    """Take everything that onboarding has told to whoever listens, as the broker would."""
    with teller.reading() as session:
        told = [envelope for (envelope,) in session.execute(text("SELECT envelope FROM outbox ORDER BY position"))]
    for inbox in inboxes:
        for start in range(0, len(told), 100):
            inbox.take([Delivery("onboarding", envelope.encode()) for envelope in told[start : start + 100]])

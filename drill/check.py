"""The one checker: what people were told, what the databases hold and what the sinks got must be the same story.

It looks after quiescence. `FAULTS` names what it may find; every count must be zero.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from drill.people import Ledger
from services.house import NAMES
from services.notifications import letters
from shared.contracts import LISTENERS

FAULTS = ("lost", "phantom", "doubled", "missing", "order", "state", "stuck", "parked", "refused", "died", "limit")
#: A double of a mail is only excused by the end of its sender this long after the mail came, in seconds.
SEND_WINDOW_S = 2.0
#: What the status of an application must be after each of its events.
STATUS = {
    "onboarding.application.submitted.v1": "submitted",
    "onboarding.application.proposed.v1": "proposed",
    "onboarding.application.approved.v1": "approved",
}
LISTED = "catalog.use_case.listed.v1"
APPROVED = "onboarding.application.approved.v1"

Fault = tuple[str, str]


@dataclass
class Verdict:
    """What was looked at, and every fault by its kind and a sentence that names the event, case or mail."""

    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def by_kind(self) -> dict[str, int]:
        found = Counter(kind for kind, _ in self.faults)
        return {kind: found[kind] for kind in FAULTS}


@dataclass(frozen=True)
class Told:
    """An outbox row."""

    event_id: str
    aggregate: str
    sequence: int
    type: str
    published: bool
    application: str


class Checker:
    """Looks at the databases of all services. `poison` are bytes we sent ourselves and expect to be parked."""

    def __init__(self, engines: dict[str, Engine], ledger: Ledger) -> None:
        self.engines, self.ledger = engines, ledger

    def check(self, *, poison: int = 0) -> Verdict:
        """Compare ledger, databases and events. `poison` deliveries were sent on purpose and must be parked."""
        told = {name: self._told(name) for name in NAMES}
        applications = self._rows("onboarding", "SELECT id, status, sequence, answers, use_case FROM applications")
        cases = self._rows("catalog", "SELECT application_id, title, slug FROM use_cases WHERE NOT pinned")
        verdict = Verdict()
        for part in (
            self._answers(applications),
            self._states(applications, told["onboarding"]),
            self._catalog(applications, cases, told["onboarding"]),
            self._events(told, poison),
            self._letters(told),
            (("refused", said) for said in self.ledger.given_up),
        ):
            verdict.faults.extend(part)
        verdict.counts = {
            "answered 2xx": self.ledger.answers,
            "applications": len(applications),
            "approved": sum(row.status == "approved" for row in applications),
            "use cases": len(cases),
            "events told": sum(map(len, told.values())),
            "deliveries kept": sum(self._number(name, "SELECT count(*) FROM inbox") for name in NAMES),
            "messages": self._number("notifications", "SELECT count(*) FROM messages"),
        }
        return verdict

    def mail(self, mails: dict[str, list[float]], deaths: Sequence[float]) -> Iterator[Fault]:
        """Compare the ledger of deliveries with what the mail server got; a death of the sender excuses a double."""
        rows = self._rows("notifications", "SELECT id, status FROM deliveries WHERE channel = 'email'")
        status = {str(row.id): row.status for row in rows}
        came = {name.strip("<>").partition("@")[0]: times for name, times in mails.items()}
        for id_, how in status.items():
            if how == "sent" and id_ not in came:
                yield "lost", f"mail {id_} is noted as sent, and never came"
            if how == "failed":
                yield "parked", f"mail {id_} failed for good"
        for id_, times in came.items():
            if status.get(id_) != "sent":
                yield "phantom", f"mail {id_} came, and the ledger says {status.get(id_)}"
            for first in times[:-1]:
                if not any(abs(death - first) <= SEND_WINDOW_S for death in deaths):
                    yield "doubled", f"mail {id_} came {len(times)} times, and no sender died after it"

    def _answers(self, applications: Sequence[Any]) -> Iterator[Fault]:
        """Whatever was answered is there, once, and nothing is there that nobody asked for."""
        titles = Counter(row.answers["use_case"]["title"] for row in applications)
        status = {str(row.id): row.status for row in applications}
        for id_, title in self.ledger.submitted.items():
            if id_ not in status:
                yield "lost", f"application {id_} ({title}) was answered 201, and is not there"
        for title, count in titles.items():
            if count > 1:
                yield "doubled", f"{title} was filed once, and is there {count} times"
            if title not in self.ledger.tried:
                yield "phantom", f"{title} is there, and nobody filed it"
        said = dict.fromkeys(self.ledger.proposed, "proposed") | dict.fromkeys(self.ledger.approved, "approved")
        for id_, last in said.items():
            if status.get(id_, last) not in {last, "approved"}:
                yield "lost", f"application {id_} was answered as {last}, and is {status[id_]}"

    def _states(self, applications: Sequence[Any], told: Sequence[Told]) -> Iterator[Fault]:
        """Every application is where its last event says, and has told one event per number."""
        by_case: dict[str, dict[int, str]] = defaultdict(dict)
        for one in told:
            by_case[one.aggregate][one.sequence] = one.type
        for row in applications:
            events = by_case.get(str(row.id), {})
            if sorted(events) != list(range(1, row.sequence + 1)):
                gone = sorted(set(range(1, row.sequence + 1)) - set(events))
                yield "lost", f"application {row.id} counted {row.sequence} events, and its outbox lacks {gone}"
            last = next((STATUS[events[n]] for n in sorted(events, reverse=True) if events[n] in STATUS), "draft")
            if row.status != last:
                yield "state", f"application {row.id} is {row.status}, and its events say {last}"

    def _catalog(self, applications: Sequence[Any], cases: Sequence[Any], told: Sequence[Told]) -> Iterator[Fault]:
        """Every approved application is listed once, as it was approved, and knows where."""
        listed = Counter(str(row.application_id) for row in cases)
        by_case = {str(row.application_id): row for row in cases}
        event = {one.aggregate: one.event_id for one in told if one.type == APPROVED}
        for row in applications:
            id_ = str(row.id)
            wanted, case = int(row.status == "approved"), by_case.get(id_)
            if listed[id_] < wanted:
                yield "missing", f"application {id_} is approved by event {event.get(id_)}, and not in the catalog"
            elif listed[id_] > wanted:
                kind = "doubled" if wanted else "phantom"
                yield kind, f"application {id_} is {listed[id_]} times in the catalog, and {row.status}"
            elif case and (case.title, case.slug) != (row.answers["use_case"]["title"], row.use_case):
                yield "state", f"application {id_} is listed as {case.title}, and knows its entry as {row.use_case}"
        known = {str(row.id) for row in applications}
        for id_ in set(listed) - known:
            yield "phantom", f"the catalog lists application {id_}, which is not there"

    def _events(self, told: dict[str, list[Told]], poison: int) -> Iterator[Fault]:
        """Every event was published and took effect at each listener in its turn, and nothing else did."""
        for teller, events in told.items():
            for one in events:
                if not one.published:
                    yield "stuck", f"event {one.event_id} ({one.type}) was never published"
            for listener in LISTENERS.get(teller, ()):
                mine = {one.event_id: one for one in events}
                yield from self._heard(teller, listener, mine)
                yield from self._cursors(teller, listener, events)
        yield from self._not_done(poison)

    def _not_done(self, poison: int) -> Iterator[Fault]:
        parked = 0
        for name in NAMES:
            rows = self._rows(name, "SELECT event_id, status, type, error FROM inbox WHERE status <> 'processed'")
            for row in rows:
                if row.status in {"waiting", "retry"}:
                    yield "stuck", f"event {row.event_id} ({row.type}) is {row.status} in {name}: {row.error}"
                elif row.status == "parked":
                    parked += 1
                    if parked > poison:
                        yield "parked", f"event {row.event_id} ({row.type}) is parked in {name}: {row.error}"
        if parked < poison:
            yield "lost", f"{poison} poisonous deliveries were sent, and {parked} are parked"

    def _heard(self, teller: str, listener: str, events: dict[str, Told]) -> Iterator[Fault]:
        query = "SELECT event_id, status, sequence, aggregate_id FROM inbox WHERE teller = :teller"
        rows = {str(row.event_id): row for row in self._rows(listener, query, teller=teller)}
        hears_all = listener == "notifications"
        for id_, event in events.items():
            row = rows.get(id_)
            if row is None:
                what = f"event {id_} ({event.type}, number {event.sequence} of {event.aggregate})"
                yield "lost", f"{what} never reached {listener}"
            elif row.status == "skipped" and (hears_all or event.type in {APPROVED, LISTED}):
                yield "order", f"event {id_} ({event.type}) was passed over by {listener}"
        for id_, row in rows.items():
            if id_ not in events and row.aggregate_id is not None and row.status != "parked":
                yield "phantom", f"{listener} acted on event {id_}, which {teller} never told"

    def _cursors(self, teller: str, listener: str, events: Sequence[Told]) -> Iterator[Fault]:
        last: dict[str, int] = Counter()
        for event in events:
            last[event.aggregate] = max(last[event.aggregate], event.sequence)
        cursors = self._rows(listener, "SELECT aggregate_id, sequence FROM cursors WHERE teller = :t", t=teller)
        at = {str(row.aggregate_id): row.sequence for row in cursors}
        for aggregate, sequence in last.items():
            if at.get(aggregate, 0) != sequence:
                yield "order", f"{listener} stands at {at.get(aggregate, 0)} of {sequence} events of {aggregate}"

    def _letters(self, told: dict[str, list[Told]]) -> Iterator[Fault]:
        """Every event wrote the letters its table says, once each; nobody in a drill has proved an address."""
        table, wanted = letters.rows(), Counter[tuple[str, str, str]]()
        for events in told.values():
            for one in events:
                for row in table.get(one.type, ()):
                    wanted[one.application, one.type, row.role] += 1
        query = "SELECT application_id, template, recipient FROM messages"
        found = Counter(
            (str(row.application_id), row.template, row.recipient.removeprefix("role:").partition(":")[0])
            for row in self._rows("notifications", query)
        )
        for key in wanted.keys() | found.keys():
            application, template, role = key
            if found[key] != wanted[key]:
                kind = "missing" if found[key] < wanted[key] else "doubled" if wanted[key] else "phantom"
                said = f"{found[key]} instead of {wanted[key]} letters"
                yield kind, f"{said} about {template} to {role} of application {application}"
        twice = "SELECT message_id FROM deliveries GROUP BY message_id, channel HAVING count(*) > 1"
        yield from (("doubled", f"message {row.message_id}") for row in self._rows("notifications", twice))

    def _told(self, name: str) -> list[Told]:
        query = "SELECT event_id, aggregate_id, sequence, type, published_at, envelope FROM outbox ORDER BY position"
        return [
            Told(
                event_id=str(row.event_id),
                aggregate=str(row.aggregate_id),
                sequence=row.sequence,
                type=row.type,
                published=row.published_at is not None,
                application=row.application,
            )
            for row in self._rows(
                name,
                query.replace("envelope", "envelope::json->'data'->>'application_id' AS application"),
            )
        ]

    def _rows(self, name: str, query: str, **given: Any) -> Sequence[Any]:
        with self.engines[name].connect() as connection:
            return connection.execute(text(query), given).all()

    def _number(self, name: str, query: str) -> int:
        with self.engines[name].connect() as connection:
            return int(connection.scalar(text(query)) or 0)

"""Deliberate breakages: what is broken, where, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass

#: Not pytest: the simulation, without shrinking what it finds.
SIMULATION = "simulation"
INBOX, TRANSPORT = "tests/integration/test_inbox.py", "tests/integration/test_transport.py"
SNAPSHOTS = "tests/integration/test_snapshots.py"
SENDER, LETTERS = "tests/unit/notifications/test_sender.py", "tests/integration/test_repositories.py"
ONCE = "tests/e2e/test_wire.py::test_applying_twice_with_one_key_makes_one_application_and_one_answer"


@dataclass(frozen=True)
class Breakage:
    """`old` stands in `path` exactly once, and becomes `new`; more pairs may follow in `more`."""

    name: str
    path: str
    old: str
    new: str
    caught_by: str = SIMULATION
    only: str = ""
    more: tuple[tuple[str, str], ...] = ()

    @property
    def changes(self) -> tuple[tuple[str, str], ...]:
        return ((self.old, self.new), *self.more)


BREAKAGES = (
    Breakage(
        "the outbox is written after the commit",
        "shared/database.py",
        "            told = self._keep_events(session)\n",
        """            kept = session.info.pop("aggregates", ())
        with self.lock, self._session() as session, session.begin():
            session.info["aggregates"] = kept
            told = self._keep_events(session)
""",
    ),
    Breakage(
        "acked before the commit",
        "shared/listener.py",
        "        self._take(deliveries, receiver)\n",
        "        receiver.ack(batch)\n        self._take(deliveries, receiver)\n",
        more=(('        reach("listener.committed")\n        receiver.ack(batch)\n', ""),),
    ),
    Breakage(
        "the inbox does not look whether it knows a message",
        "shared/inbox.py",
        "                if letter.event_id in seen:\n",
        "                if False:\n",
        more=(
            ("        if letter.sequence <= last:\n", "        if False:\n"),
            (
                "                session.execute(insert(self.table), rows)\n",
                "                session.execute(insert(self.table).prefix_with('OR IGNORE'), rows)\n",
            ),
        ),
    ),
    Breakage(
        "any confirm counts for all",
        "shared/publisher.py",
        "[t for t in self.pending if t <= tag] if multiple else [tag]",
        "list(self.pending)",
        TRANSPORT,
        "confirm or routed or bound",
    ),
    Breakage(
        "a message that came back counts as confirmed",
        "shared/publisher.py",
        "elif self.ids[position] in self.returned:",
        "elif False:",
        TRANSPORT,
        "confirm or bound",
    ),
    Breakage(
        "the relay follows a cursor, not what is unpublished",
        "shared/outbox.py",
        "            .where(table.c.published_at.is_(None), due, ~refused_before)\n",
        '            .where(table.c.position > getattr(self, "cursor", 0), due, ~refused_before)\n',
        more=(
            (
                "        if positions:\n            sent =",
                "        if positions:\n            self.cursor = max(positions)\n            sent =",
            ),
        ),
    ),
    Breakage(
        "marked before it is confirmed",
        "shared/relay.py",
        "        proof = publish(self.outbox.service, batch)",
        "        self.outbox.mark([e.position for e in batch])\n        proof = publish(self.outbox.service, batch)",
    ),
    Breakage(
        "all of a batch is marked, confirmed or not",
        "shared/relay.py",
        "in_order(batch, proof.confirmed)\n",
        "[one.position for one in batch]\n",
    ),
    Breakage(
        "an event that waits does not hold back the later ones of its aggregate, and a gap is ignored",
        "shared/inbox.py",
        "        if letter.sequence > last + 1 and again_to != self.service:\n",
        "        if False:\n",
    ),
    Breakage(
        "a snapshot sets the cursor backwards",
        "shared/inbox.py",
        "        if letter.sequence <= last:\n",
        "        if letter.sequence <= last and again_to != self.service:\n",
        SNAPSHOTS,
        "older",
    ),
    Breakage(
        "what failed is forgotten",
        "shared/inbox.py",
        "            self._keep_or_park(letters[0], error)\n",
        "            pass\n",
    ),
    Breakage(
        "what cannot be read is acked without a row",
        "shared/inbox.py",
        "            self._park_unreadable(unreadable)\n",
        "            pass\n",
    ),
    Breakage(
        "one letter that fails takes its neighbours along",
        "shared/inbox.py",
        "            if part:\n                self._take_letters(part)\n",
        "            for letter in part:\n                self._keep_or_park(letter, error)\n",
        INBOX,
        "neighbour",
    ),
    Breakage(
        "a failed attempt is never tried again",
        "shared/inbox.py",
        'table.c.status == "retry", self.is_open, table.c.due_at <= now',
        'table.c.status == "retry", self.is_open, table.c.due_at > now',
    ),
    Breakage(
        "a skipped event does not move the cursor",
        "shared/inbox.py",
        "        cursors[letter.key] = letter.sequence\n",
        "        if known:\n            cursors[letter.key] = letter.sequence\n",
    ),
    Breakage(
        "a failing reaction is swallowed",
        "shared/inbox.py",
        "            react(unseal(kind, letter.envelope), session)\n",
        """            try:
                with session.begin_nested():
                    react(unseal(kind, letter.envelope), session)
            except Exception:
                pass
""",
    ),
    Breakage(
        "a forgetful broker is not told again after a start",
        "shared/outbox.py",
        "            if self.forgetful:\n",
        "            if False:\n",
    ),
    Breakage(
        "a run is settled while the broker still holds some of it",
        "shared/relay.py",
        "if not batch and self.unsettled and self.broker.holds_nothing_of(self.outbox.service):",
        "if not batch and self.unsettled:",
    ),
    Breakage(
        "a claim of mail is no lease",
        "services/notifications/domain.py",
        "        self.due_at = at + timedelta(seconds=LEASE_S)\n",
        "        self.due_at = at\n",
        SENDER,
        "lease",
    ),
    Breakage(
        "a request is acted on as often as it is sent",
        "shared/web/once.py",
        "        if before:\n",
        "        if False:\n",
        ONCE,
        more=(("        session.execute(insert(table), ", "        0 and session.execute(insert(table), "),),
    ),
)

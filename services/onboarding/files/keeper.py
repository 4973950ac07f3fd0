"""The role that looks after attachments: has them scanned, deletes what nobody may read, and finds what nobody owns."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from services.onboarding.domain import Attachment
from services.onboarding.files.clamd import Scanner, ScannerAway
from services.onboarding.files.storage import Storage, StorageAway
from services.onboarding.repository import Attachments
from shared.database import Database
from shared.failpoints import reach
from shared.logs import new_correlation

log = logging.getLogger(__name__)

TICK_S, SWEEP_EVERY_S = 1.0, 3600.0
AT_A_TIME = 20
#: What lies in the storage for longer than this and belongs to nobody was left behind by an upload that never ended.
ORPHAN_AGE = KEEP_COUNTED = timedelta(hours=24)


class Keeper:
    """Runs until it is told to stop. No transaction is open while the scanner or the storage is asked something."""

    def __init__(self, database: Database, storage: Storage, scanner: Scanner | None) -> None:
        self.database, self.storage, self.scanner = database, storage, scanner
        self.stopping, self.sweep_at, self.greeted = threading.Event(), 0.0, False

    def run(self) -> None:
        while not self.stopping.wait(TICK_S):
            new_correlation()
            try:
                self.work()
            except Exception as error:  # noqa: BLE001 - the top of this role's loop: the next tick tries again
                log.warning("attachments: %r", error)

    def stop(self) -> None:
        self.stopping.set()

    def work(self) -> None:
        """Do what is due."""
        if self.scanner:
            self.scan()
        self.delete_unreadable()
        if time.monotonic() >= self.sweep_at:
            self.sweep_at = time.monotonic() + SWEEP_EVERY_S
            self.sweep()

    def scan(self) -> int:
        """Have scanned what is due; return how many that were."""
        with self.database.reading() as session:  # mostly nothing is due, and then nothing is locked
            if self.greeted and not Attachments(session).due(self.database.now(session), 1):
                return 0
        with self.database.transaction() as session:
            attachments, now = Attachments(session), self.database.now(session)
            if not self.greeted:
                attachments.put_into_quarantine(now)
            due = attachments.due(now, AT_A_TIME)
            for one in due:
                one.lease(now)
        self.greeted = True
        for one in due:
            if not self.stopping.is_set():
                self._scan(one)
        return len(due)

    def _scan(self, leased: Attachment) -> None:
        assert self.scanner is not None
        found: str | None = None
        why = ""
        try:
            found = self.scanner.scan(self.storage.read(leased.place or ""))
        except (ScannerAway, StorageAway) as error:
            why = str(error)
            log.warning("attachment %s stays in quarantine: %s", leased.id, why)
        reach("attachment.scanned")
        with self.database.transaction() as session:
            one, now = Attachments(session).get(leased.id), self.database.now(session)
            if one is None:
                return
            if why:
                one.put_off(why, now)
            else:
                one.take_verdict(found, now)

    def delete_unreadable(self) -> None:
        """Delete the content of what was removed, rejected or forgotten."""
        with self.database.reading() as session:
            gone = Attachments(session).to_delete(AT_A_TIME)
        for id_, place in gone:
            self.storage.delete(place)
            reach("attachment.deleted")
            with self.database.transaction() as session:
                Attachments(session).deleted(id_)

    def sweep(self) -> list[str]:
        """Delete what belongs to nobody, and forget what was removed a day ago; return the places that were swept."""
        swept = []
        for place in list(self.storage.older_than(ORPHAN_AGE)):
            with self.database.reading() as session:
                if Attachments(session).places([place]):
                    continue
            self.storage.delete(place)
            swept.append(place)
        with self.database.transaction() as session:
            Attachments(session).forget_removed(datetime.now(UTC) - KEEP_COUNTED)
        if swept:
            log.info("attachments: %d files that belonged to nobody are deleted", len(swept))
        return swept

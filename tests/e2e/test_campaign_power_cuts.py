"""The embedded house loses power during a campaign: every partner is checked once, and hears of it once.

`CAMPAIGN_PARTNERS=5000 pytest -s tests/e2e/test_campaign_power_cuts.py` is the drill.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path

from services.onboarding import tables
from shared.database import Database
from tests.support import hub as hubs
from tests.support import partners
from tests.support.hub import Process, wait_for
from tests.support.partners import BROKEN, FINE

PARTNERS = int(os.environ.get("CAMPAIGN_PARTNERS", "200"))
CUTS = int(os.environ.get("CAMPAIGN_CUTS", "6"))
#: In a bunch of checks, in the relay that tells of them, and in the listeners that write the letters.
POINTS = ("campaign.told", "campaign.ready", "relay.published", "relay.marked", "inbox.acted", "inbox.kept")
MOST_PASSINGS = 6
#: When nothing has moved for so long, the process has no work left that could bring it to its kill point.
IDLE_S = 10.0


def rows(file: Path, query: str) -> list[tuple[str, int]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        return [(str(name), int(count)) for name, count in connection.execute(query)]


def checked(data: Path) -> int:
    return rows(data / "onboarding.db", "SELECT 'rechecks', count(*) FROM rechecks")[0][1]


def letters(data: Path) -> int:
    wanted = "template = 'onboarding.application.rechecked.v1' AND recipient LIKE 'applicant:%'"
    return rows(data / "notifications.db", f"SELECT 'letters', count(*) FROM messages WHERE {wanted}")[0][1]


def cut(process: Process, data: Path) -> str:
    """Start, end it by kill -9 at a random passing of a random kill point, and return how far the campaign was."""
    point = random.choice(POINTS)
    process.environment["HUB_FAILPOINTS"] = f"{point}=kill@{random.randint(1, MOST_PASSINGS)}"
    process.launch()
    assert process.child is not None
    before, since = moves(data), time.monotonic()
    while process.child.poll() is None:
        time.sleep(0.1)
        now = moves(data)
        if now != before or not answers(process):
            before, since = now, time.monotonic()
        elif time.monotonic() - since > IDLE_S:
            process.kill()  # it never passed there so often
    del process.environment["HUB_FAILPOINTS"]
    done, told = progress(data)
    if done < PARTNERS:
        return "among checks" if done else "before"
    return "among letters" if told < PARTNERS else "after"


def settle(process: Process, data: Path) -> None:
    """Let everybody hear of the approvals, so that the cuts that follow are about the campaign."""
    process.launch()
    heard = "SELECT 'heard', count(*) FROM use_cases WHERE NOT pinned"
    assert wait_for(lambda: rows(data / "catalog.db", heard)[0][1] == PARTNERS, within=60 + PARTNERS / 10)
    told = "SELECT 'told', count(*) FROM contacts"
    assert wait_for(lambda: rows(data / "notifications.db", told)[0][1] == PARTNERS, within=60 + PARTNERS / 10)
    process.kill()


def moves(data: Path) -> tuple[int, ...]:
    """Return what changes as long as anything happens."""
    waiting = "SELECT 'told', count(*) FROM outbox WHERE published_at IS NULL"
    return *progress(data), *(rows(data / f"{name}.db", waiting)[0][1] for name in ("onboarding", "catalog"))


def answers(process: Process) -> bool:
    try:
        return process.is_ready()
    except RuntimeError:  # it has just ended
        return False


def progress(data: Path) -> tuple[int, int]:
    return checked(data), letters(data)


def test_every_partner_gets_one_set_of_findings_and_one_set_of_letters_whenever_power_fails(tmp_path: Path) -> None:
    hub, data = hubs.embedded(tmp_path), tmp_path / "data"
    process = hub.processes["all"]
    process.stop()
    database = Database(f"sqlite:///{data}/onboarding.db", tables.metadata)
    for start in range(0, PARTNERS, 200):
        size = min(200, PARTNERS - start)
        partners.approve(database, [BROKEN if n % 4 == 0 else FINE for n in range(size)], first=start)
    settle(process, data)
    partners.publish(database)
    database.dispose()

    cuts = Counter(cut(process, data) for _ in range(CUTS))
    process.launch()
    assert wait_for(lambda: checked(data) == PARTNERS, within=60 + PARTNERS / 20), checked(data)
    assert wait_for(lambda: letters(data) >= PARTNERS, within=60 + PARTNERS / 10), letters(data)
    told = "SELECT 'told', count(*) FROM outbox WHERE published_at IS NULL"
    assert wait_for(lambda: rows(data / "onboarding.db", told)[0][1] == 0, within=60)
    time.sleep(2)
    process.stop()

    twice = "SELECT application_id, count(*) FROM rechecks GROUP BY application_id HAVING count(*) <> 1"
    assert rows_of(data / "onboarding.db", twice) == []
    events = "SELECT type, count(*) FROM outbox WHERE type LIKE '%recheck%' GROUP BY type"
    assert rows(data / "onboarding.db", events) == [("onboarding.application.rechecked.v1", PARTNERS)]
    by_role = (
        "SELECT CASE WHEN recipient LIKE 'applicant:%' THEN 'applicant' ELSE recipient END, count(*) FROM messages "
        "WHERE template LIKE '%recheck%' GROUP BY 1 ORDER BY 1"
    )
    broken = sum(1 for start in range(0, PARTNERS, 200) for n in range(min(200, PARTNERS - start)) if n % 4 == 0)
    assert rows(data / "notifications.db", by_role) == [("applicant", PARTNERS), ("role:reviewer", broken)]
    doubled = (
        "SELECT application_id, count(*) FROM messages WHERE template LIKE '%recheck%' "
        "AND recipient LIKE 'applicant:%' GROUP BY 1 HAVING count(*) <> 1"
    )
    assert rows_of(data / "notifications.db", doubled) == []
    print(f"\n{PARTNERS} partners, {CUTS} power cuts ({dict(cuts)}): one set of findings and letters each")


def rows_of(file: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()

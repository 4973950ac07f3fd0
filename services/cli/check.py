"""Is everything as it should be? One line a thing; every problem ends with the command that helps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import NoReturn

import typer

from services.cli.opening import PROBLEMS, AsJson, Installation, reaching, services_here, show

#: An event that waited longer than this to be published means that no relay works.
LATE_S = 60
#: A message that waited longer than this for an earlier one means that the earlier one is lost or parked.
STUCK_S = 600


@dataclass(frozen=True)
class Line:
    """What was looked at, how it is, and the command that helps if it is not well."""

    what: str
    ok: bool
    says: str
    help: str = ""


class _Away(Exception):
    """Something could not be reached; carries what and the command that helps."""


def check(as_json: AsJson = False) -> None:
    """Look at settings, databases, broker, outboxes and inboxes."""
    lines = list(_lines())
    problems = sum(not line.ok for line in lines)
    if as_json:
        show([asdict(line) for line in lines], (), as_json=True, empty="")
    else:
        for line in lines:
            mark = "ok" if line.ok else "!!"
            typer.echo(f" {mark}  {line.what:<24}{line.says}" + (f"  -> {line.help}" if not line.ok else ""))
        typer.echo(f" {problems} {'problem' if problems == 1 else 'problems'}." if problems else " All well.")
    if problems:
        raise typer.Exit(PROBLEMS)


def _lines() -> Iterator[Line]:
    from shared import settings

    try:
        house = Installation(settings.read())
    except settings.WrongSettings as error:
        yield Line("settings", False, str(error), "mend the environment, then: hub check")
        return
    try:
        where = f"embedded in {house.settings.data_dir}" if house.settings.embedded else "with broker and databases"
        yield Line("settings", True, where)
        yield _keys(house)
        yield _broker(house)
        for name in services_here():
            yield from _service(house, name)
    finally:
        house.close()


def _keys(house: Installation) -> Line:
    from shared.settings import WrongSettings
    from shared.setup import keyring_as_it_is

    try:
        count = len(keyring_as_it_is(house.settings).admins)
    except (OSError, ValueError, WrongSettings) as error:
        mend = "mend HOUSE_SECRET_FILE or ADMIN_TOKENS_FILE; hub tokens new --help"
        return Line("keys", False, str(error), "python -m services" if house.settings.embedded else mend)
    return Line("keys", True, f"secret and {count} admins")


def _broker(house: Installation) -> Line:
    from sqlalchemy.engine import make_url

    names = services_here()
    broker = house.broker(names[0])
    if broker.in_memory:
        return Line("broker", True, "in the process of the house")
    try:
        with reaching(_away):
            missing = [part.name for part, there in broker.parts(*names) if not there]
            dead = broker.dead_letter_count(*names)
    except _Away as away:
        return Line("broker", False, away.args[0], "start it, or mend AMQP_URI; then: hub setup")
    if missing:
        return Line("broker", False, f"lacks {', '.join(missing)}", "hub topology apply")
    if dead:
        return Line("broker", False, f"{dead} dead letters", "hub dlq drain")
    return Line("broker", True, make_url(broker.uri).render_as_string(hide_password=True))


def _service(house: Installation, name: str) -> Iterator[Line]:
    try:
        with reaching(_away):
            yield _database(house, name)
            yield _outbox(house, name)
            yield _inbox(house, name)
            if name == "onboarding":
                yield from _attachments(house)
    except _Away as away:
        yield Line(f"{name} database", False, *away.args)


def _database(house: Installation, name: str) -> Line:
    from shared.migrate import is_current

    path = house.file(name)
    if path and not path.exists():
        raise _Away(f"there is no {path}", f"hub setup {name}")
    if not is_current(house.settings.database(name), name):
        raise _Away("not at the newest revision", f"hub setup {name}")
    return Line(f"{name} database", True, "at the newest revision")


def _outbox(house: Installation, name: str) -> Line:
    found = house.outbox(name).status()
    says = f"{found['waiting']} waiting, oldest {found['oldest_age_s']} s"
    if found["refused"]:
        says += f", {found['refused']} refused by the broker"
    start = "python -m services" if house.settings.embedded else f"ROLES=relay python -m services.{name}"
    return Line(f"{name} outbox", found["oldest_age_s"] <= LATE_S, says, start)


def _inbox(house: Installation, name: str) -> Line:
    found = house.inbox_to_read(name).open_ones()
    says = ", ".join(f"{count} {status}" for status, (count, _) in found.items())
    waited_s = found["waiting"][1]
    if waited_s > STUCK_S:
        says += f", one for {waited_s / 60:.0f} minutes"
    ok = not found["parked"][0] and waited_s <= STUCK_S
    return Line(f"{name} inbox", ok, says, f"hub parked list --service {name}")


def _attachments(house: Installation) -> Iterator[Line]:
    from services.onboarding.files.clamd import Scanner, ScannerAway
    from services.onboarding.files.storage import StorageAway, open_storage
    from services.onboarding.repository import Attachments

    try:
        open_storage(house.settings.attachments_url).check()
        yield Line("attachments", True, "the storage is there")
    except StorageAway as error:
        yield Line("attachments", False, str(error), "mend ATTACHMENTS_URL, then: hub check")
    database = house.database("onboarding")
    with database.reading() as session:
        count, oldest = Attachments(session).waiting(database.now(session))
    late, said = oldest.total_seconds() > STUCK_S, f"{count} in quarantine"
    if house.settings.clamd_url:
        try:
            Scanner(house.settings.clamd_url, within_s=5).ping()
        except ScannerAway as error:
            late, said = True, f"{said}; the scanner does not answer: {error}"
    elif not count:
        said = "none, files are marked as not scanned"
    yield Line("virus scanner", not late, said, "start clamd, or mend CLAMD_URL; ROLES needs scanner")


def _away(what: str, help_: str) -> NoReturn:
    raise _Away(what, "start it, or mend DATABASE_URL" if help_ == "hub check" else help_)

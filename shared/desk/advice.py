"""What helps against each class of error, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from shared.kernel import Text

_EARLIER = Text(
    de="Eine frühere Nachricht dieses Antrags fehlt hier: Lassen Sie sie mit „hub replay --aggregate "
    "{aggregate}“ noch einmal vorlegen, dann versuchen Sie es erneut.",
    en="An earlier message of this application is missing here: have it handed in again by "
    "“hub replay --aggregate {aggregate}”, then try again.",
)
#: The class of an error stands before the colon of what the inbox wrote down.
_HELPS = {
    "NotYet": _EARLIER,
    "LookupError": _EARLIER,
    "DataError": Text(
        de="Die Datenbank kann einen Wert nicht aufnehmen, etwa weil er zu lang ist: Berichtigen Sie ihn.",
        en="The database cannot keep a value, perhaps because it is too long: correct it.",
    ),
    "IntegrityError": Text(
        de="Was die Nachricht bewirken soll, gibt es hier wohl schon: Sehen Sie nach, und verwerfen Sie sie dann.",
        en="What the message is to bring about seems to be here already: have a look, and then discard it.",
    ),
    "TakenId": Text(
        de="Unter ihrer Kennung kam schon ein anderes Ereignis an: Fragen Sie den Absender, verwerfen Sie die Kopie.",
        en="Another event came under its id before: ask who told it, and discard the copy.",
    ),
    "DeadLettered": Text(
        de="Der Prozess ist dabei mehrmals abgestürzt. Das Protokoll sagt, warum. Beheben Sie die Ursache, und "
        "versuchen Sie es dann erneut.",
        en="Its reader died over it several times: look into the log, mend the cause, then try again.",
    ),
}
_AWAY = Text(
    de="Eine Datenbank war nicht erreichbar oder beschäftigt: Wenn „hub check“ zufrieden ist, versuchen Sie es erneut.",
    en="A database was away or busy: once “hub check” is content, try again.",
)
_BROKEN = Text(
    de="Der Inhalt hält seinen Vertrag nicht: Berichtigen Sie die genannten Stellen; wer sie erzählt hat, muss sie "
    "künftig richtig erzählen.",
    en="The payload breaks its contract: correct the places named; whoever told it has to tell it right in future.",
)
_STRANGE = Text(
    de="Das ist kein Ereignis dieses Hauses: Finden Sie heraus, wer es geschickt hat, und verwerfen Sie es.",
    en="This is no event of this house: find out who sent it, and discard it.",
)
_WAITS = Text(
    de="Sie wartet auf Nummer {before}: Ist diese nicht geparkt, lassen Sie sie mit „hub replay "
    "--aggregate {aggregate}“ vorlegen.",
    en="It waits for number {before}: if that is not parked, have it handed in by “hub replay "
    "--aggregate {aggregate}”.",
)
_BUG = Text(
    de="Das ist ein Fehler in {service}: Suchen Sie die Spur im Protokoll, spielen Sie die Korrektur ein, dann "
    "versuchen Sie es erneut.",
    en="This is a bug in {service}: find the trace in its log, roll out the correction, then try again.",
)
_DONE = Text(de="Hier ist nichts mehr zu tun.", en="Nothing is left to do here.")


def suggestion(row: Row[Any], complaints: Sequence[Any], service: str) -> Text:
    """Return what to do about a message."""
    told = {"aggregate": row.aggregate_id, "before": (row.sequence or 1) - 1, "service": service}
    chosen = _chosen(row, complaints)
    return Text(de=chosen.de.format(**told), en=chosen.en.format(**told))


def _chosen(row: Row[Any], complaints: Sequence[Any]) -> Text:
    kind = (row.error or "").partition(":")[0]
    if row.status not in {"parked", "retry", "waiting"}:
        return _DONE
    if row.status == "waiting":
        return _WAITS
    if complaints:
        return _BROKEN
    if kind in _HELPS:
        return _HELPS[kind]
    if row.aggregate_id is None or kind == "BrokenContract":
        return _STRANGE
    return _AWAY if kind in {"OperationalError", "TimeoutError", "InterfaceError"} else _BUG

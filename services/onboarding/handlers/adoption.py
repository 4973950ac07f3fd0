"""What happens to open applications when another version of the model counts."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from services.onboarding.commands import AdoptModel, Answers
from services.onboarding.domain import (
    ADOPTS,
    OPEN,
    Application,
    Change,
    Entry,
    VersionStatus,
    change_model,
    counts_again,
    offer_model,
    stays_until,
)
from services.onboarding.handlers.translation import steps
from services.onboarding.model import Model, adopted
from services.onboarding.repository import Applications, Models
from shared.auth import Caller
from shared.database import Database
from shared.kernel import Conflict, Invalid, Problem, Text

#: So many applications of each kind change in one transaction, so that doors of the same process wait only shortly.
BUNCH = 25
#: How long a round of the clock may last, so that its other jobs get their turn.
ROUND_S = 1.0


def adopt_model(session: Session, application: Application, command: AdoptModel, _: Caller) -> None:
    """Take the offered version over. Raises Invalid unless it is the one that counts now, and a newer one."""
    change = offer(session, application)
    if change is None or change.model != command.model:
        text = Text(
            de="Diese Fassung wird für diesen Antrag nicht angeboten.",
            en="This version is not offered for this application.",
        )
        raise Invalid(text, code="not_offered", problems=[Problem("/model", "not_offered", text)])
    change_model(application, change, "asked", datetime.now(UTC))


def offer(session: Session, application: Application) -> Change | None:
    """Return what taking over the newest version would make of the application; None if there is nothing to take."""
    models = Models(session)
    newest = models.newest().name
    if application.model == newest or application.status not in ADOPTS:
        return None
    return _change(models, application, newest)


def adoption(session: Session, application: Application) -> dict[str, Any] | None:
    """Return what is offered as JSON: `{"model", "until", "questions", "dropped"}`; None if nothing is."""
    change = offer(session, application)
    if change is None:
        return None
    until = stays_until(application.model, Models(session).all())
    return {
        "model": change.model,
        "until": until.isoformat() if until else None,
        "questions": list(change.questions),
        "dropped": list(change.dropped),
    }


def need_valid_model(session: Session, application: Application, at: datetime) -> None:
    """Raise Conflict if the application's version does not count any more; the clock will move it within moments."""
    models = Models(session)
    withdrawn = models.version(application.model).status is VersionStatus.WITHDRAWN
    if withdrawn or is_over(session, application.model, at):
        text = Text(
            de=f"Die Fassung {application.model} des Betreibermodells gilt nicht mehr. Wir stellen Ihren Antrag um; "
            "Ihre Antworten bleiben erhalten. Bitte laden Sie ihn gleich noch einmal.",
            en=f"Version {application.model} of the operator model does not count any more. We are changing your "
            "application over; your answers are kept. Please load it again in a moment.",
        )
        raise Conflict(text, code="model_over")


def is_over(session: Session, name: str, at: datetime) -> bool:
    """Whether the day is past until which open applications may use version `name`."""
    until = stays_until(name, Models(session).all())
    return until is not None and at.date() > until


def follow_models(database: Database) -> None:
    """One round of the clock: offer the newest version to open applications, and move those whose version is over.

    A transaction per bunch; what a crash leaves undone the next round finds again, and nothing is told twice.
    """
    end = time.monotonic() + ROUND_S
    while _follow_some(database) and time.monotonic() < end:
        time.sleep(0)  # doors of this process may have waited


def _follow_some(database: Database) -> int:
    # Most of the time nothing is to do. Looking first spares SQLite the write lock; behind the lock it is asked again.
    with database.reading() as session:
        if not any(_to_follow(session, database.now(session), lock=False)):
            return 0
    with database.transaction() as session:
        at = database.now(session)
        withdrawn, over, staying = _to_follow(session, at, lock=True)
        models = Models(session)
        newest, all_ = models.newest().name, models.all()
        for application in withdrawn:
            change = _change_back(models, application, counts_again(application.model, all_))
            change_model(application, change, "withdrawn", at)
        for application in over:
            change_model(application, _change(models, application, newest), "expired", at)
        for application in staying:
            until = stays_until(application.model, all_)
            assert until is not None  # a newer version has been published, and named a day
            offer_model(application, _change(models, application, newest), until, at)
    return len(withdrawn) + len(over) + len(staying)


def _to_follow(
    session: Session, at: datetime, *, lock: bool
) -> tuple[list[Application], list[Application], list[Application]]:
    """Return some applications whose version is withdrawn, is over, or is not the newest and nobody has said so yet."""
    models, found = Models(session), Applications(session)
    all_, newest = models.all(), models.newest().name
    ends = {one.name: stays_until(one.name, all_) for one in all_ if one.name != newest}
    withdrawn = {one.name for one in all_ if one.status is VersionStatus.WITHDRAWN}
    over = {name for name, until in ends.items() if until and at.date() > until} - withdrawn
    staying = {name for name, until in ends.items() if until} - over - withdrawn
    return (
        found.pinned(withdrawn, OPEN, BUNCH, lock=lock),
        found.pinned(over, ADOPTS, BUNCH, lock=lock),
        found.pinned(staying, ADOPTS, BUNCH, lock=lock, not_offered=newest),
    )


def _change(models: Models, application: Application, name: str) -> Change:
    """Return what version `name` makes of the application, by way of the versions between."""
    new, answers = models.get(name), application.answers
    dropped: list[Entry] = []
    questions: dict[str, None] = {}
    for old, following in pairwise(steps(models.get, models.names(), application.model, new)):
        adoption = adopted(answers, old, following)
        dropped += [{"pointer": one, "answer": _at(answers, one)} for one in adoption.dropped]
        questions |= dict.fromkeys(adoption.questions)
        answers = adoption.answers
    asked = [one for one in questions if _asks(new, one)]
    return Change(
        model=name,
        answers=answers,
        findings=(*new.check(answers), *new.checklist(answers)),
        dropped=dropped,
        questions=asked,
    )


def _at(answers: Answers, pointer: str) -> Any:
    _, section, key = pointer.split("/")
    return answers.get(section, {}).get(key)


def _asks(model: Model, pointer: str) -> bool:
    _, section, key = pointer.split("/")
    return key in model.schema["properties"].get(section, {}).get("properties", {})


def _change_back(models: Models, application: Application, name: str) -> Change:
    """Return what the withdrawn version of the application leaves behind under the version before it."""
    old = models.get(name)
    answers = _moved_back(application.answers, models.get(application.model))
    kept, dropped = _fitting(answers, old)
    came = application.adopted or {}
    if came.get("from") == name:  # what did not fit into the withdrawn version fits again
        for one in came["dropped"]:
            _, section, key = one["pointer"].split("/")
            kept.setdefault(section, {}).setdefault(key, one["answer"])
    return Change(
        model=name, answers=kept, findings=(*old.check(kept), *old.checklist(kept)), dropped=dropped, questions=()
    )


def _moved_back(answers: Answers, gone: Model) -> Answers:
    """Undo what the version `gone` moved."""
    found = {section: dict(part) for section, part in answers.items()}
    for move in gone.changes.get("moved", ()):
        _, section, key = move["to"].split("/")
        if key not in found.get(section, {}):
            continue
        value = found[section].pop(key)
        back = {new: old for old, new in move.get("values", {}).items()}
        value = [back.get(one, one) for one in value] if isinstance(value, list) else _known(back, value)
        _, section, key = move["from"].split("/")
        found.setdefault(section, {})[key] = value
    return found


def _known(back: dict[str, str], value: Any) -> Any:
    return back.get(value, value) if isinstance(value, str) else value


def _fitting(answers: Answers, model: Model) -> tuple[Answers, list[Entry]]:
    """Part answers into those that `model` can keep and the others."""
    kept: Answers = {}
    dropped: list[Entry] = []
    for section, part in answers.items():
        for key, answer in part.items():
            if model.problems({section: {key: answer}}):
                dropped.append({"pointer": f"/{section}/{key}", "answer": answer})
            else:
                kept.setdefault(section, {})[key] = answer
    return kept, dropped

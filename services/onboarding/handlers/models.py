"""What happens when somebody asks something of a version of the model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.onboarding import model as room
from services.onboarding.commands import (
    ConfirmPublication,
    ProposePublication,
    RetireVersion,
    WithdrawPublication,
    WriteDraft,
)
from services.onboarding.domain import ModelVersion
from services.onboarding.handlers.campaigns import start_campaign, void_campaign
from services.onboarding.model import Complaint, ModelError, UnknownModel, differences
from services.onboarding.repository import Models
from shared.auth import Caller
from shared.kernel import Invalid, Problem, Text


def write_draft(session: Session, command: WriteDraft, caller: Caller, known: ModelVersion | None) -> ModelVersion:
    """Keep a draft, new or changed. Raises Invalid with every complaint about the document."""
    document = command.document
    _check(Models(session), command.version, document)
    if known is None:
        version = ModelVersion.write_new(command.version, document, caller.subject, _now())
        Models(session).add(version)
        return version
    known.write(document, caller.subject, _now())
    return known


def propose_publication(session: Session, version: ModelVersion, command: ProposePublication, caller: Caller) -> None:
    """Put the first signature under a draft. It must say which version it follows, and that one must be the newest."""
    models = Models(session)
    newest = models.newest()
    if room.order(version.name) <= room.order(newest.name):
        raise _wrong(
            "/version",
            Text(f"Die Nummer muss höher sein als {newest.name}.", f"The number must be higher than {newest.name}."),
        )
    document = room.parse(version.document, version.name)
    if document.get("changes", {}).get("from") != newest.name:
        raise _wrong(
            "/changes/from",
            Text(
                f"Hier muss {newest.name} stehen: die Fassung, die bis jetzt gilt.",
                f"This must be {newest.name}: the version that counts until now.",
            ),
        )
    _check(models, version.name, version.document)
    version.propose(command, newest.name, caller.subject, _now())


def confirm_publication(session: Session, version: ModelVersion, command: ConfirmPublication, caller: Caller) -> None:
    models, at = Models(session), _now()
    models.to_move(models.newest().name)
    newest = models.newest()  # to get a row may have meant to wait for somebody else's publication
    version.confirm(agree=command.agree, comment=command.comment, newest=newest, by=caller.subject, at=at)
    if command.agree:
        start_campaign(session, version, at)


def withdraw_publication(session: Session, version: ModelVersion, command: WithdrawPublication, caller: Caller) -> None:
    models, at = Models(session), _now()
    before = models.to_move(version.before) if version.before else None
    version.withdraw(command.reason, before, models.newest().name, caller.subject, at)
    void_campaign(session, version, command.reason, caller.subject, at)


def retire_version(session: Session, version: ModelVersion, command: RetireVersion, caller: Caller) -> None:
    models = Models(session)
    models.to_move(models.newest().name)
    version.retire(command, models.newest(), caller.subject, _now())


def compare(session: Session, name: str, other: str | None, *, sees_drafts: bool) -> dict[str, Any]:
    """Return `{"from", "to", "items"}`: what is different in a version, without `other` from the one before it."""
    models = Models(session)
    version = models.version(name, sees_drafts=sees_drafts)
    new = models.compiled(version)
    try:
        old = models.compiled(models.version(other or before(models, version), sees_drafts=sees_drafts))
    except UnknownModel as error:
        raise Invalid(error.text, code=error.code, problems=[Problem("/from", error.code, error.text)]) from error
    items = [
        {"kind": one.kind, "rule": one.rule, "pointer": one.pointer, "text": {"de": one.words.de, "en": one.words.en}}
        for one in differences(old, new)
    ]
    return {"from": old.version, "to": new.version, "items": items}


def before(models: Models, version: ModelVersion) -> str:
    """Return the version that `version` follows: signed, written in the document, or the one that counts now."""
    return version.before or str(models.compiled(version).changes.get("from", models.newest().name))


def _check(models: Models, version: str, text: str) -> None:
    """Raise Invalid with every complaint. Only a draft of this very version may be written."""
    try:
        document = room.parse(text, version)
        if document.get("version") != version:
            raise _wrong("/version", Text(f"Hier muss {version} stehen.", f"This must be {version}."))
        if document.get("status") != "draft":
            raise _wrong(
                "/status",
                Text(
                    "Hier muss draft stehen: Veröffentlichen ist Sache von zwei Personen.",
                    "This must be draft: publishing is up to two people.",
                ),
            )
        changes = document.get("changes")
        follows = changes.get("from") if isinstance(changes, dict) else None
        known = isinstance(follows, str) and models.has(follows)
        room.validate(document, version, models.get(str(follows)) if known else None)
    except ModelError as error:
        raise broken(error) from error


def broken(error: ModelError) -> Invalid:
    """Say what is wrong with a document, place by place, and what to write there."""
    text = Text("Das Modell hat Fehler.", "The model has mistakes.")
    return Invalid(text, code="model", problems=[_placed(one) for one in error.complaints])


def _placed(complaint: Complaint) -> Problem:
    rule = f"{complaint.rule}: " if complaint.rule else ""
    return Problem(complaint.place, "model", Text(rule + complaint.text.de, rule + complaint.text.en))


def _wrong(pointer: str, text: Text) -> Invalid:
    return Invalid(text, code="model", problems=[Problem(pointer, "model", text)])


def _now() -> datetime:
    return datetime.now(UTC)

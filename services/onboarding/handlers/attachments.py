"""What happens when an applicant brings a file or takes it back, and what a scan leads to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from services.onboarding.commands import AttachFile, Limits
from services.onboarding.domain import Application, Attachment, attach, detach
from services.onboarding.handlers.applications import is_asked
from services.onboarding.repository import Attachments, Models
from shared.auth import Caller
from shared.kernel import Conflict, Invalid, Problem, Text

DAY = timedelta(hours=24)
MIB = 1024 * 1024


def attach_file(
    session: Session, application: Application, command: AttachFile, caller: Caller, limits: Limits
) -> Attachment:
    """Keep a file that lies in the storage already. Raises Conflict for one too many, Invalid for a wrong pointer."""
    attachments, at = Attachments(session), datetime.now(UTC)
    if command.pointer is not None:
        sections = Models(session).get(application.model).schema["properties"]
        if not is_asked(sections, command.pointer):
            text = Text(de="Diese Angabe gibt es nicht.", en="No such answer.")
            raise Invalid(text, code="invalid", problems=[Problem("/pointer", "unknown_question", text)])
    _need_room(attachments.of(application), limits)
    if attachments.brought(caller.subject, at - DAY) + command.size > limits.daily:
        raise _enough_for_today(limits)
    attachment = attach(application, command, caller.subject, at)
    attachments.add(attachment)
    return attachment


def remove_attachment(_: Session, application: Application, attachment: Attachment) -> None:
    detach(application, attachment, datetime.now(UTC))


def forget_attachments(session: Session, application: Application) -> int:
    """Take all files from an application that is about to be deleted; their content goes within seconds.

    Returns how many there were. Afterwards nothing refers to the application any more.
    """
    return Attachments(session).forget(application)


def _need_room(attached: Sequence[Attachment], limits: Limits) -> None:
    if sum(one.counts for one in attached) < limits.each:
        return
    text = Text(
        de=f"Mehr als {limits.each} Dateien kann ein Antrag nicht haben. Entfernen Sie zuerst eine andere.",
        en=f"An application cannot have more than {limits.each} files. Remove another one first.",
    )
    raise Conflict(text, code="too_many_files")


def _enough_for_today(limits: Limits) -> Conflict:
    most = limits.daily // MIB
    return Conflict(
        Text(
            de=f"Mehr als {most} MiB nehmen wir in 24 Stunden nicht an. Laden Sie die Datei morgen hoch.",
            en=f"We take no more than {most} MiB in 24 hours. Upload the file tomorrow.",
        ),
        code="enough_for_today",
    )

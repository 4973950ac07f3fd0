"""What is true of an attachment: who may bring it and how many, and what a scan makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from services.onboarding.commands import AttachFile
from services.onboarding.domain.applications import Application
from services.onboarding.domain.statuses import Status
from shared.kernel import Conflict, Text

#: How long a scan may take before somebody else may begin it anew, and how long the longest pause between two is.
LEASE, LONGEST_PAUSE = timedelta(minutes=3), timedelta(minutes=15)


class AttachmentState(StrEnum):
    QUARANTINE = "quarantine"
    CLEAN = "clean"
    REJECTED = "rejected"
    NOT_SCANNED = "not_scanned"
    REMOVED = "removed"


A = AttachmentState


@dataclass(eq=False, kw_only=True)
class Attachment:
    """A file of an application. `place` is its name in the storage; None as soon as nothing lies there any more.

    What was removed stays for a day without its name, so that what somebody brings in a day can be counted.
    `application_id` is None once the application is forgotten.
    """

    id: UUID
    application_id: UUID | None
    name: str
    media: str
    size: int
    sha256: str
    place: str | None
    pointer: str | None
    state: AttachmentState
    reason: str
    uploaded_by: str
    uploaded_at: datetime
    tries: int = 0
    next_at: datetime | None = None
    scanned_at: datetime | None = None

    @property
    def is_shown(self) -> bool:
        return self.state is not A.REMOVED

    @property
    def counts(self) -> bool:
        """Whether it takes one of the places an application has."""
        return self.state not in {A.REMOVED, A.REJECTED}

    def is_waiting(self, *, scanning: bool) -> bool:
        """Whether nobody may read it yet because a scanner has to say something first."""
        return self.state is A.QUARANTINE or (self.state is A.NOT_SCANNED and scanning)

    def need_readable(self, *, scanning: bool) -> str:
        """Return the place of the content. Raises Conflict as long as nobody may have it."""
        if self.state is A.REJECTED:
            text = Text(
                de="Diese Datei enthält Schadsoftware und ist gelöscht.",
                en="This file contains malicious software and has been deleted.",
            )
            raise Conflict(text, code="attachment_rejected")
        readable = {A.CLEAN} if scanning else {A.CLEAN, A.NOT_SCANNED}
        if self.state not in readable or self.place is None:
            text = Text(
                de="Diese Datei wird noch auf Schadsoftware geprüft. Danach können Sie sie herunterladen.",
                en="This file is still being checked for malicious software. You can download it afterwards.",
            )
            raise Conflict(text, code="attachment_in_quarantine")
        return self.place

    def lease(self, at: datetime) -> None:
        """Begin a scan; should it never end, it is begun again later."""
        self.tries, self.next_at = self.tries + 1, at + LEASE

    def put_off(self, reason: str, at: datetime) -> None:
        """The scanner could not say: it stays where it is, and is asked again after a pause that grows."""
        if self.state is A.QUARANTINE:
            pause = timedelta(seconds=5 * 2 ** min(self.tries, 10))
            self.reason, self.next_at = reason[:200], at + min(pause, LONGEST_PAUSE)

    def take_verdict(self, found: str | None, at: datetime) -> None:
        """Take what the scanner said: the name of what it found, None for nothing."""
        if self.state is not A.QUARANTINE:
            return
        self.state = A.CLEAN if found is None else A.REJECTED
        self.reason, self.next_at, self.scanned_at = (found or "")[:200], None, at

    def remove(self) -> None:
        """Let go of it; its name goes at once, its content as soon as the storage is asked to."""
        self.state, self.name, self.reason, self.pointer, self.next_at = A.REMOVED, "", "", None, None

    def forget(self) -> None:
        self.remove()
        self.application_id = None


def attach(application: Application, command: AttachFile, by: str, at: datetime) -> Attachment:
    """Give the application a file. It counts as a change: its version grows, and a proposal is void."""
    touch(application, at)
    return Attachment(
        id=uuid4(), application_id=application.id, name=command.name, media=command.media, size=command.size,
        sha256=command.sha256, place=command.place, pointer=command.pointer, uploaded_by=by, uploaded_at=at,
        state=A.QUARANTINE if command.scanned else A.NOT_SCANNED, reason="", next_at=at if command.scanned else None,
    )  # fmt: skip


def detach(application: Application, attachment: Attachment, at: datetime) -> None:
    touch(application, at)
    attachment.remove()


def touch(application: Application, at: datetime) -> None:
    """Note that what belongs to the application has changed. Raises Conflict where its applicant may change nothing."""
    application.need_changeable()
    application.changed_at = at
    application.void_proposal(at)
    if application.status is Status.DRAFT:
        application.extend(at)

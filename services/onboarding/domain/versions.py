"""What is true of a version of the model: how it comes to count, who signs, and how it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from services.onboarding.commands import ProposePublication, RetireVersion
from shared.contracts import models as told
from shared.kernel import Aggregate, Conflict, Forbidden, Invalid, Problem, Text

#: Versions are known everywhere by the same id.
NAMESPACE = UUID("6f0c4bd1-51f5-4d0a-9b53-2d4f7f1f0a11")
#: Who wrote the versions that come with the software.
RELEASE = "release"
#: What applies where the publishers name nothing: how long open drafts may stay, how long partners have to follow.
ADOPT_DAYS, GRACE_DAYS = 30, 90


class VersionStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"


S = VersionStatus
#: What only admins may see.
UNSEEN = {S.DRAFT, S.PROPOSED}


@dataclass(eq=False, kw_only=True)
class ModelVersion(Aggregate):
    """One version of the model and its life. `document` is the text exactly as it was written.

    `released` are versions that the software itself brought as published; others carry two signatures.
    `signed_sha256` is what the first signature was put under. `before` is the version that counted until this one.
    """

    id: UUID
    name: str
    document: str
    sha256: str
    status: VersionStatus
    released: bool
    created_by: str
    changed_by: str
    changed_at: datetime | None = None
    reason: str = ""
    adopt_until: date | None = None
    grace_days: int | None = None
    before: str | None = None
    signed_sha256: str | None = None
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    counts_until: date | None = None
    version: int = 1
    sequence: int = 0

    @classmethod
    def write_new(cls, name: str, document: str, by: str, at: datetime) -> ModelVersion:
        """Begin a draft."""
        return cls(
            id=version_id(name), name=name, document=document, sha256=digest(document), status=S.DRAFT,
            released=False, created_by=by, changed_by=by, changed_at=at,
        )  # fmt: skip

    @property
    def is_seen(self) -> bool:
        """Whether everybody may see it."""
        return self.status not in UNSEEN

    def write(self, document: str, by: str, at: datetime) -> None:
        """Replace the text of a draft. A proposal is void by that: nobody signs what somebody else did not see."""
        self._need("change", S.DRAFT, S.PROPOSED)
        self.document, self.sha256 = document, digest(document)
        self._unsign(by, at)

    def propose(self, command: ProposePublication, before: str, by: str, at: datetime) -> None:
        """Put the first signature under the text as it is now; it will replace the version `before`."""
        self._need("propose", S.DRAFT)
        today = at.date()
        adopt_until = command.adopt_until or today + timedelta(days=ADOPT_DAYS)
        if adopt_until < today:
            raise _wrong("/adopt_until", Text("Dieser Tag ist schon vorbei.", "This day is over already."))
        self.status, self.before, self.signed_sha256 = S.PROPOSED, before, self.sha256
        self.reason, self.adopt_until, self.grace_days = command.reason, adopt_until, command.grace_days or GRACE_DAYS
        self.proposed_by, self.proposed_at = by, at

    def confirm(self, *, agree: bool, comment: str, newest: ModelVersion, by: str, at: datetime) -> None:
        """Put the second signature under the proposal, or return it. `newest` is the version that counts until now."""
        if agree and by == self.proposed_by:
            raise Forbidden(
                Text(
                    de="Ihren eigenen Vorschlag bestätigt eine zweite Person.",
                    en="A second person confirms your own proposal.",
                ),
                code="four_eyes",
            )
        self._need("confirm", S.PROPOSED)
        if not agree:
            self._unsign(by, at)
            self.reason = comment
            return
        if self.before != newest.name or self.signed_sha256 != self.sha256:
            raise Conflict(
                Text(
                    de="Seit dem Vorschlag hat sich etwas geändert. Bitte schlagen Sie die Fassung neu vor.",
                    en="Something has changed since the proposal. Please propose the version anew.",
                ),
                code="overtaken",
            )
        assert self.adopt_until  # the first signature named both
        assert self.grace_days
        newest.touch(at)
        self.status, self.published_by, self.published_at = S.PUBLISHED, by, at
        self.record(
            told.ModelPublished(
                model=self.name, before=self.before, sha256=self.sha256, reason=self.reason,
                adopt_until=self.adopt_until, grace_days=self.grace_days, published_at=at,
            )
        )  # fmt: skip

    def withdraw(self, reason: str, before: ModelVersion | None, newest: str, by: str, at: datetime) -> None:
        """Take a mistaken publication back; the version `before` counts again, even if it was retired meanwhile."""
        self._need("withdraw", S.PUBLISHED)
        if before is None:
            raise Conflict(
                Text(
                    de="Vor dieser Fassung gab es keine, die wieder gelten könnte.",
                    en="There was no version before this one that could count again.",
                ),
                code="first_version",
            )
        if self.name != newest:
            raise Conflict(
                Text(de=f"Die neueste Fassung ist {newest}.", en=f"The newest version is {newest}."), code="not_newest"
            )
        before.status, before.counts_until = S.PUBLISHED, None
        before.touch(at)
        self._end(S.WITHDRAWN, reason, by, at)
        self.record(told.ModelWithdrawn(model=self.name, before=before.name, reason=reason, withdrawn_at=at))

    def retire(self, command: RetireVersion, newest: ModelVersion, by: str, at: datetime) -> None:
        """End a version that `newest` has replaced; open drafts may use it until the day the command names."""
        self._need("retire", S.PUBLISHED)
        if self is newest:
            raise Conflict(
                Text(
                    de="Diese Fassung gilt. Veröffentlichen Sie zuerst eine neuere.",
                    en="This version counts. Publish a newer one first.",
                ),
                code="newest",
            )
        until = command.until or at.date()
        if until < at.date():
            raise _wrong("/until", Text("Dieser Tag ist schon vorbei.", "This day is over already."))
        newest.touch(at)
        self._end(S.RETIRED, command.reason, by, at)
        self.counts_until = until
        self.record(told.ModelRetired(model=self.name, reason=command.reason, counts_until=until, retired_at=at))

    def touch(self, at: datetime) -> None:
        """Take part in a change of another version: of two such changes at the same moment the second is refused."""
        self.changed_at = at

    def _unsign(self, by: str, at: datetime) -> None:
        self.status, self.changed_by, self.changed_at = S.DRAFT, by, at
        self.signed_sha256 = self.proposed_by = self.proposed_at = None
        self.before = self.adopt_until = self.grace_days = None
        self.reason = ""

    def _end(self, status: VersionStatus, reason: str, by: str, at: datetime) -> None:
        self.status, self.end_reason, self.ended_by, self.ended_at = status, reason, by, at

    def _need(self, wish: str, *statuses: VersionStatus) -> None:
        if self.status not in statuses:
            german, english = _WISHES[wish]
            raise Conflict(
                Text(
                    de=f"Die Fassung {self.name} ist {STATUS_WORDS[self.status].de} und kann nicht {german} werden.",
                    en=f"Version {self.name} is {STATUS_WORDS[self.status].en} and cannot be {english}.",
                ),
                code="state",
            )


STATUS_WORDS = {
    S.DRAFT: Text("ein Entwurf", "a draft"),
    S.PROPOSED: Text("vorgeschlagen", "proposed"),
    S.PUBLISHED: Text("veröffentlicht", "published"),
    S.WITHDRAWN: Text("zurückgenommen", "withdrawn"),
    S.RETIRED: Text("ausgelaufen", "retired"),
}
_WISHES = {
    "change": ("geändert", "changed"),
    "propose": ("vorgeschlagen", "proposed"),
    "confirm": ("bestätigt", "confirmed"),
    "withdraw": ("zurückgenommen", "withdrawn"),
    "retire": ("beendet", "retired"),
}


def stays_until(name: str, versions: Iterable[ModelVersion]) -> date | None:
    """Return the last day on which an open application may use version `name`; None while nothing ends it.

    `versions` are in their order, oldest first.
    """
    known = list(versions)
    place = next(index for index, one in enumerate(known) if one.name == name)
    ends = [one.adopt_until for one in known[place + 1 :] if one.status is S.PUBLISHED]
    ends.append(known[place].counts_until)
    return min((end for end in ends if end is not None), default=None)


def counts_again(name: str, versions: Sequence[ModelVersion]) -> str:
    """Return the version that applications under the withdrawn version `name` go back to."""
    known = {one.name: one for one in versions}
    while known[name].status is S.WITHDRAWN:
        before = known[name].before
        assert before is not None
        name = before
    return name


def version_id(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


def digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def _wrong(pointer: str, text: Text) -> Invalid:
    return Invalid(text, code="invalid", problems=[Problem(pointer, "invalid", text)])

"""What is true of a version of the model: how it comes to count, who signs, and how it ends."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from shared.kernel import Aggregate

#: Versions are known everywhere by the same id.
NAMESPACE = UUID("6f0c4bd1-51f5-4d0a-9b53-2d4f7f1f0a11")
#: Who wrote the versions that come with the software.
RELEASE = "release"


class VersionStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"


#: What only admins may see.
UNSEEN = {VersionStatus.DRAFT, VersionStatus.PROPOSED}


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
            id=version_id(name), name=name, document=document, sha256=digest(document), status=VersionStatus.DRAFT,
            released=False, created_by=by, changed_by=by, changed_at=at,
        )  # fmt: skip

    @property
    def is_seen(self) -> bool:
        """Whether everybody may see it."""
        return self.status not in UNSEEN


def version_id(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


def digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()

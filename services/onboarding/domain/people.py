"""What is true of people: who is behind an address, which applications they belong to, and how they sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from services.onboarding.domain.applications import Application
from shared.contracts import people as told
from shared.kernel import Aggregate, Conflict, Text

LINK_MINUTES = 10
#: A request is remembered so long, to count how many links an address was sent.
REMEMBERED = timedelta(hours=1)
LINKS_AN_HOUR = 5
MOST_PEOPLE = 20


@dataclass(eq=False, kw_only=True)
class Member:
    """One person at one application: its contact, or `invited` by somebody; `joined_at` once the address was shown."""

    person_id: UUID
    application_id: UUID
    invited: bool
    by: str
    at: datetime
    joined_at: datetime | None = None


@dataclass(eq=False, kw_only=True)
class Person(Aggregate):
    """Somebody with an address, whatever applications they belong to. Never the owner of one they did not begin."""

    id: UUID
    subject: str
    email: str
    language: str
    created_at: datetime
    members: list[Member] = field(default_factory=list)
    version: int = field(default=1)
    sequence: int = 0

    @classmethod
    def at(cls, email: str, language: str, at: datetime) -> Person:
        """Get to know whoever reads the mail of `email`; a subject of their own, so that nobody has had it before."""
        id_ = uuid4()
        person = cls(id=id_, subject=f"applicant:{id_}", email=address_key(email), language=language, created_at=at)
        person.tell()
        return person

    def member_of(self, application_id: UUID) -> Member | None:
        return next((one for one in self.members if one.application_id == application_id), None)

    def invite(self, application: Application, by: str, at: datetime) -> Member:
        """Ask the person to work on an application. Raises Conflict if they belong to it already."""
        if self.member_of(application.id) or self.email == address_key(application.email):
            text = Text(de="Diese Person ist schon dabei.", en="This person belongs to it already.")
            raise Conflict(text, code="already_there")
        member = self._add(application, invited=True, by=by, at=at)
        self.record(
            told.PersonInvited(
                person_id=self.id, subject=self.subject, application_id=application.id, number=application.number,
                invited_at=at,
            )
        )  # fmt: skip
        return member

    def join(self, application: Application, at: datetime) -> None:
        """The address was shown to be theirs: let them in, as invited or as the contact. Nothing if they are."""
        member = self.member_of(application.id) or self._add(application, invited=False, by=self.subject, at=at)
        if self.email == address_key(application.email):
            member.invited = False
        if member.joined_at is None:
            member.joined_at = at
            self._tell_joined(member, application.number)

    def leave(self, application: Application, at: datetime) -> None:
        """Belong to the application no more."""
        member = self.member_of(application.id)
        if member is None:
            return
        self.members.remove(member)
        self.record(
            told.PersonLeft(
                person_id=self.id, subject=self.subject, application_id=application.id, number=application.number,
                invited=member.invited, left_at=at,
            )
        )  # fmt: skip

    def tell(self) -> None:
        self.record(
            told.PersonChanged(person_id=self.id, subject=self.subject, email=self.email, language=self.language)
        )

    def retell(self, numbers: dict[UUID, str]) -> None:
        """Tell how things stand, for a listener that missed how they came to this."""
        self.tell()
        for member in self.members:
            if member.joined_at is not None:
                self._tell_joined(member, numbers[member.application_id])

    def _add(self, application: Application, *, invited: bool, by: str, at: datetime) -> Member:
        member = Member(person_id=self.id, application_id=application.id, invited=invited, by=by, at=at)
        self.members.append(member)
        return member

    def _tell_joined(self, member: Member, number: str) -> None:
        assert member.joined_at is not None
        self.record(
            told.PersonJoined(
                person_id=self.id, subject=self.subject, application_id=member.application_id, number=number,
                invited=member.invited, joined_at=member.joined_at,
            )
        )  # fmt: skip


@dataclass(eq=False, kw_only=True)
class SignIn(Aggregate):
    """Somebody asked for a link to sign in. `browser` is the hash of what the asking browser holds.

    It names an address, or the application whose contact shall get the link. What was asked in vain is never told.
    """

    id: UUID
    email: str
    application_id: UUID | None
    browser: str
    then: str
    requested_at: datetime
    expires_at: datetime
    told_at: datetime | None = None
    used_at: datetime | None = None
    version: int = field(default=1)
    sequence: int = 0

    @classmethod
    def ask(
        cls, *, browser: str, then: str, at: datetime, email: str = "", application_id: UUID | None = None
    ) -> SignIn:
        return cls(
            id=uuid4(), email=address_key(email), application_id=application_id, browser=browser, then=then,
            requested_at=at, expires_at=at + timedelta(minutes=LINK_MINUTES),
        )  # fmt: skip

    def told_to(self, application_id: UUID, email: str, subject: str | None, digest: str, at: datetime) -> None:
        """A link is on its way to `email`, as the contact of the application or as the person `subject`."""
        self.email, self.application_id = address_key(email), application_id
        self.told_at = at
        self.record(
            told.SignInRequested(
                sign_in_id=self.id, application_id=application_id, subject=subject, address=digest,
                requested_at=self.requested_at, expires_at=self.expires_at,
            )
        )  # fmt: skip

    def is_over(self, at: datetime) -> bool:
        return self.used_at is not None or self.told_at is None or at >= self.expires_at

    def use(self, browser: str, at: datetime) -> None:
        """Sign in, once, in the browser that asked. Raises Conflict."""
        if self.is_over(at) or self.browser != browser:
            text = Text(
                de="Dieser Link gilt nicht mehr. Lassen Sie sich einen neuen senden.",
                en="This link does not work any more. Ask for a new one.",
            )
            raise Conflict(text, code="link_over")
        self.used_at = at


def address_key(email: str) -> str:
    """Return an address as it is compared: mailboxes that differ only in capitals are one."""
    return email.strip().lower()

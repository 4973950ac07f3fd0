"""Links that sign somebody in: letters hold a mark, and only the mail that leaves has the secret in its place."""

from __future__ import annotations

import re
from uuid import UUID

from services.notifications.letters.channels import NotSent
from shared.auth import Keyring
from shared.contracts.people import SignInRequested

_MARK = re.compile(r"\[\[sign-in:([0-9a-f-]{36}):([0-9a-f]{64})\]\]")


class Links:
    """Marks links to sign in, and fills them in for the one address they are for."""

    def __init__(self, public_url: str, keyring: Keyring) -> None:
        self.public_url, self.keyring = public_url, keyring

    @staticmethod
    def mark(event: SignInRequested) -> str:
        return f"[[sign-in:{event.sign_in_id}:{event.address}]]"

    def is_for(self, digest: str, email: str) -> bool:
        return self.keyring.address(email) == digest

    def fill(self, template: str, text: str, to: str) -> str:
        """Return the text of a mail. Raises NotSent if the address is not any more the one that asked."""
        if template != SignInRequested.name:
            return text  # what people write into other letters is no mark
        found = _MARK.search(text)
        if found is None or not self.is_for(found[2], to):
            raise NotSent("the address has changed since the link was asked for", for_good=True)
        link = f"{self.public_url}/sign-in/link/{self.keyring.sign_in_link(UUID(found[1]))}"
        return text.replace(found[0], link)

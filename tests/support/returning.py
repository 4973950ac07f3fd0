"""A browser without a screen: holds cookies, fills in the hidden fields of forms, and reads the mail of its person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import requests

from tests.support.hub import Hub, wait_for

RULE = "-" * 72 + "\n"


@dataclass
class Visitor:
    """One browser in front of an embedded hub."""

    hub: Hub
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **more: str) -> requests.Response:
        headers = {"Accept": "text/html", "Accept-Language": "de"} | more
        return self.session.get(self._url(path), headers=headers, timeout=10, allow_redirects=False)

    def post(self, page: requests.Response, path: str, /, **fields: str) -> requests.Response:
        """Send a form that stands on `page`; `fields` may use `__` for the slashes of a pointer."""
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        typed = {name.replace("__", "/"): value for name, value in fields.items()}
        headers = {"Accept": "text/html", "Accept-Language": "de"}
        return self.session.post(
            self._url(path), data=hidden | typed, headers=headers, timeout=10, allow_redirects=False
        )

    def ask_by_address(self, email: str, then: str = "/") -> requests.Response:
        return self.post(self.get(f"/sign-in?next={then}"), "/sign-in", __email=email)

    def ask_by_link(self, link: str) -> requests.Response:
        """Press the button on the page of a private link."""
        return self.post(self.get(link), link)

    def use(self, link: str) -> requests.Response:
        return self.post(self.get(link), link)

    def sign_in(self, email: str) -> requests.Response:
        """Ask for a link, read it in the mail, and use it."""
        before = len(sign_in_links(self.hub, email))
        assert self.ask_by_address(email).status_code == 303
        return self.use(next_link(self.hub, email, before))

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.hub.bases["onboarding"] + path


def letters_to(hub: Hub, address: str) -> list[str]:
    """Return the mails that left for an address: the console channel prints them into the log."""
    printed = hub.processes["all"].log.read_text("utf-8").split(RULE)
    return [one for one in printed if one.lower().startswith(f"to: {address}\n".lower())]


def sign_in_links(hub: Hub, address: str) -> list[str]:
    return [found[1] for one in letters_to(hub, address) if (found := re.search(r"(/sign-in/link/\S+)", one))]


def next_link(hub: Hub, address: str, before: int = 0) -> str:
    """Wait for the link after the first `before` that are known already."""
    assert wait_for(lambda: len(sign_in_links(hub, address)) > before), letters_to(hub, address)
    return sign_in_links(hub, address)[before]


def private_link(hub: Hub, address: str) -> str:
    """Wait for the private link of an application that was begun with this address."""
    pattern = re.compile(r"(/applications/resume/\S+)")
    assert wait_for(lambda: any(map(pattern.search, letters_to(hub, address))))
    return next(found[1] for one in letters_to(hub, address) if (found := pattern.search(one)))

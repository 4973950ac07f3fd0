"""Somebody in front of the pages without a browser: signed in by their token, they read and post."""

from __future__ import annotations

from dataclasses import dataclass, field

import requests

from tests.support.html import Page
from tests.support.hub import Hub


@dataclass
class Visitor:
    """A page session. `base` is where onboarding listens."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(f"{self.base}{path}", headers=headers, timeout=60)

    def read(self, path: str) -> str:
        """Return the HTML of a page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
        return answer.text

    def post(self, page: str, action: str, **values: str) -> requests.Response:
        """Send the form of `page` that leads to `action`, with `values` typed into it; does not follow."""
        form = Page(self.read(page)).form(action).sent
        return self.session.post(f"{self.base}{action}", data={**form, **values}, allow_redirects=False, timeout=60)


def signed_in(hub: Hub, token: str | None) -> Visitor:
    """Return who is signed in with `token`; nobody without one."""
    visitor = Visitor(hub.bases["onboarding"])
    if token is not None:
        form = Page(visitor.session.get(f"{visitor.base}/sign-in", timeout=30).text).form("/sign-in").sent
        visitor.session.post(f"{visitor.base}/sign-in", data=form | {"/token": token, "as": ""}, timeout=30)
    return visitor

"""What people see of onboarding: from an application to HTML, and from a posted form to answers."""

from __future__ import annotations

from shared.pages import Pages

PAGES = Pages("services.onboarding.pages")

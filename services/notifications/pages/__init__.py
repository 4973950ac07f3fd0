"""What people see of notifications: the inbox inside the house."""

from __future__ import annotations

from shared.pages import Pages

PAGES = Pages("services.notifications.pages")

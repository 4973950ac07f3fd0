"""How people and programs get in: the hardened server, the doors, what is asked and what is answered."""

from shared.web.answers import Answer, page, redirect
from shared.web.asking import Ask
from shared.web.door import Doc, http

__all__ = ["Answer", "Ask", "Doc", "http", "page", "redirect"]

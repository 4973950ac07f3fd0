"""How people and programs get in: the hardened server, the doors, what is asked and what is answered."""

from shared.web.answers import Answer, File, page, redirect
from shared.web.asking import Ask
from shared.web.door import Doc, http

__all__ = ["Answer", "Ask", "Doc", "File", "http", "page", "redirect"]

"""What a date, an e-mail address and a web address are.

Decided here once and handed to both validators: their own ideas differ (one takes `20270131` for a
date, the other `a@b` for an address), and then the fast one would refuse what the other cannot explain.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from jsonschema import FormatChecker

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ADDRESS = re.compile(r"[!#-;=?-Z\[\]_a-z~]+")  # what RFC 3986 lets stand in an address


def is_date(value: str) -> bool:
    """Say whether `value` is a day that exists, written like 2027-12-31."""
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_email(value: str) -> bool:
    """Say whether mail could be sent to `value`; nobody is asked whether the domain exists."""
    try:
        # The reserved top level domain .test is let through, so that trials need no real addresses.
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def is_web_address(value: str) -> bool:
    """Say whether `value` is an http or https address with a host: nothing else becomes a link."""
    if not _ADDRESS.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


FORMATS: dict[str, Callable[[str], bool]] = {"date": is_date, "email": is_email, "uri": is_web_address}


def format_checker() -> FormatChecker:
    """Return a checker for `jsonschema` that knows exactly `FORMATS`."""
    checker = FormatChecker(formats=())
    for name, holds in FORMATS.items():
        checker.checks(name)(_for_strings(holds))
    return checker


def _for_strings(holds: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or holds(value)

"""Somebody who attaches files to an application, at the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests

from tests.support.case import Case
from tests.support.hub import Client


def attach(case: Case, name: str, data: bytes, who: Client | None = None, **headers: str) -> requests.Response:
    """Upload a file to an application as it stands now."""
    client = who or case.applicant
    given = {
        "Accept-Language": client.language,
        "Authorization": f"Bearer {client.token}" if client.token else "",
        "Idempotency-Key": str(uuid4()),
        "If-Match": case.hub.vera.get(case.path).headers["ETag"],
    }
    given |= {key.replace("_", "-"): value for key, value in headers.items()}
    given = {key: value for key, value in given.items() if value}
    url = client.url(f"{case.path}/attachments")
    return requests.post(url, files={"file": (name, data)}, headers=given, timeout=60)


def attached(case: Case, name: str, data: bytes) -> dict[str, Any]:
    """Upload a file that is taken."""
    answer = attach(case, name, data)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(case: Case) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = case.applicant.json(f"{case.path}/attachments")["items"]
    return found

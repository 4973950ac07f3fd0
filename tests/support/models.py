"""Versions of the model for tests: the released one, changed a little."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from services.onboarding import model as room

RELEASED = room.parse(room.shipped()["1.0"].text, "1.0")
#: Two people who may publish.
VERA, JONAS = "admin:Vera", "admin:Jonas"


def document(version: str, follows: str = "1.0", **but: Any) -> dict[str, Any]:
    """A draft that says the same as the released version, `but` what is given."""
    made = deepcopy(RELEASED) | {"version": version, "status": "draft", "changes": {"from": follows, "moved": []}}
    return made | but


def written(version: str, follows: str = "1.0", **but: Any) -> str:
    """The same as the text an editor would write."""
    return json.dumps(document(version, follows, **but), ensure_ascii=False, indent=1)


def reworded(version: str, follows: str = "1.0") -> dict[str, Any]:
    """A draft in which the question for the title has other words."""
    made = document(version, follows)
    words = made["schema"]["properties"]["use_case"]["properties"]["title"]["x-text"]
    words["de"]["label"] += " (neu)"
    words["en"]["label"] += " (new)"
    return made

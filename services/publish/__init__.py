"""The contracts of the house as documents, made from the code of all three services."""

from __future__ import annotations

import json
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet announces its retirement at the first import; the doors need it
    import eventlet  # noqa: F401


def as_text(document: dict[str, Any]) -> str:
    """Write a contract so that the same code always gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

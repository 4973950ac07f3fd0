"""The versioned business and operator model: which questions, which rules, and what answers break.

A version is a document (`1.0.json`; its form is `format.json`). Released versions are frozen by hash in
`released.json`. Rules are JSON Schemas over the answers and a closed list of derived values (`derived.py`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from services.onboarding.model.check import Bilingual, Finding, verdict
from services.onboarding.model.derived import DERIVED, derive
from services.onboarding.model.document import FOLDER, ModelError, assert_frozen, read
from services.onboarding.model.edition import Model
from services.onboarding.model.examples import is_shown, patched
from shared.kernel import NotFound, Problem, Text

__all__ = [
    "DERIVED",
    "Bilingual",
    "Finding",
    "Model",
    "ModelError",
    "Problem",
    "UnknownModel",
    "current",
    "derive",
    "get",
    "is_shown",
    "patched",
    "read",
    "validate",
    "verdict",
    "versions",
]

_VERSION = re.compile(r"[0-9]{1,4}[.][0-9]{1,4}")


class UnknownModel(NotFound):
    """No model has this version."""

    def __init__(self, version: str) -> None:
        shown = version[:20].encode("utf-8", "replace").decode("utf-8")
        text = Text(
            de=f"Ein Modell „{shown}“ gibt es nicht. Es gibt: {', '.join(versions())}.",
            en=f"There is no model “{shown}”. There are: {', '.join(versions())}.",
        )
        super().__init__(text, code="unknown_model")


@cache
def versions() -> tuple[str, ...]:
    """Return all versions, oldest first."""
    found = [path.stem for path in FOLDER.glob("*.json") if _VERSION.fullmatch(path.stem)]
    return tuple(sorted(found, key=lambda version: [int(number) for number in version.split(".")]))


@cache
def current() -> Model:
    """Return the newest published model."""
    published = (model for model in map(_load, reversed(versions())) if model.status == "published")
    model = next(published, None)
    if model is None:
        raise ModelError([f"{FOLDER.name}: no model is published"])
    return model


def get(version: str) -> Model:
    """Return the model of this version, drafts and retired ones too. Raises: UnknownModel."""
    if version not in versions():
        raise UnknownModel(version)
    return _load(version)


def validate(document: dict[str, Any], file: str = "draft") -> Model:
    """Return the model made from `document` after checking everything, the examples too.

    Raises: ModelError with every complaint.
    """
    model = Model(document, file)
    model.validate()
    return model


@cache
def _load(version: str) -> Model:
    path: Path = FOLDER / f"{version}.json"
    document = read(path)
    assert_frozen(path, document)
    if document.get("version") != version:
        raise ModelError([f"{path.name}: /version: the file is named after its version"])
    return Model(document, path.name)

"""The versioned business and operator model: which questions, which rules, and what answers break.

A version is a document (`1.0.json`; its form is `format.json`). Released versions are frozen by hash in
`released.json`. Rules are JSON Schemas over the answers and a closed list of derived values (`derived.py`).
Which version counts today the database knows: ask `repository.Models`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.onboarding.model.adoption import Adoption, adopted
from services.onboarding.model.changes import Change, changes
from services.onboarding.model.check import Bilingual, Finding, Item, verdict
from services.onboarding.model.complaint import Complaint
from services.onboarding.model.derived import DERIVED, derive
from services.onboarding.model.differences import Difference, differences
from services.onboarding.model.document import FOLDER, ModelError, assert_frozen, parse, read
from services.onboarding.model.edition import Model
from services.onboarding.model.examples import is_shown, patched
from services.onboarding.model.report import findings_page
from services.onboarding.model.words import demanded, said
from shared.kernel import NotFound, Problem, Text

__all__ = [
    "DERIVED",
    "Adoption",
    "Bilingual",
    "Change",
    "Complaint",
    "Difference",
    "Finding",
    "Item",
    "Model",
    "ModelError",
    "Problem",
    "Shipped",
    "UnknownModel",
    "adopted",
    "changes",
    "demanded",
    "derive",
    "differences",
    "findings_page",
    "is_shown",
    "load",
    "order",
    "parse",
    "patched",
    "read",
    "said",
    "shipped",
    "validate",
    "verdict",
]

_VERSION = re.compile(r"[0-9]{1,4}[.][0-9]{1,4}")


class UnknownModel(NotFound):
    """No model has this version, or none that whoever asks may see; `known` are those they may."""

    def __init__(self, version: str, known: Iterable[str]) -> None:
        shown = version[:20].encode("utf-8", "replace").decode("utf-8")
        text = Text(
            de=f"Ein Modell „{shown}“ gibt es nicht. Es gibt: {', '.join(known)}.",
            en=f"There is no model “{shown}”. There are: {', '.join(known)}.",
        )
        super().__init__(text, code="unknown_model")


def order(version: str) -> tuple[int, ...]:
    """Return what versions are sorted by: 1.10 is newer than 1.9."""
    return tuple(int(number) for number in version.split("."))


@dataclass(frozen=True, slots=True)
class Shipped:
    """A document that comes with this release, exactly as it was written."""

    text: str
    sha256: str
    is_draft: bool


@cache
def shipped() -> dict[str, Shipped]:
    """Return the documents that come with this release by version, oldest first.

    Raises: ModelError if a released one was edited.
    """
    found = [path.stem for path in FOLDER.glob("*.json") if _VERSION.fullmatch(path.stem)]
    return {version: _shipped(version) for version in sorted(found, key=order)}


def load(text: str, file: str = "draft") -> Model:
    """Return the model that `text` describes. Raises: ModelError."""
    return Model(parse(text, file), file)


def validate(document: dict[str, Any], file: str = "draft", previous: Model | None = None) -> Model:
    """Return the model made from `document` after checking everything, the examples too.

    `previous` is the version it follows; without it, the shipped one it names, or the first. Raises: ModelError
    with every complaint.
    """
    model = Model(document, file)
    model.validate(previous or _before(model))
    return model


def _before(model: Model) -> Model:
    known = shipped()
    named = str(model.changes.get("from"))
    return _loaded(named if named in known and named != model.version else next(iter(known)))


@cache
def _loaded(version: str) -> Model:
    return load(shipped()[version].text, version)


def _shipped(version: str) -> Shipped:
    path = FOLDER / f"{version}.json"
    document = read(path)
    assert_frozen(path, document)
    if document.get("version") != version:
        raise ModelError.about(
            path.name,
            f"Die Datei heißt nach ihrer Version. Schreiben Sie version: {version}.",
            f"The file is named after its version. Write version: {version}.",
        )
    written = path.read_bytes()
    return Shipped(written.decode("utf-8"), hashlib.sha256(written).hexdigest(), document.get("status") == "draft")

"""A form with one file, as it was received: the file has no name, and goes when nobody holds it any more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import IO


@dataclass
class Upload:
    """The fields of a form and the one file in it, if there is one; of a file that is too large nothing is kept."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    file: IO[bytes] | None = None
    field: str = ""
    name: str = ""
    size: int = 0
    sha256: str = ""
    too_large: bool = False

    @property
    def fingerprint(self) -> str:
        """Tells two uploads apart, however their boundaries and signs of the session may differ."""
        fixed = sorted((name, values) for name, values in self.fields.items() if name not in {"csrf", "lang"})
        return hashlib.sha256(repr((self.name, self.sha256, self.size, fixed)).encode()).hexdigest()

    def close(self) -> None:
        if self.file:
            self.file.close()

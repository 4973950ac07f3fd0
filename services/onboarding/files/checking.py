"""What is looked at before a file is taken: its name, its size, and whether it is what it says it is."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import IO

from services.onboarding.files import names
from services.onboarding.files.examine import MEDIA, MOST_PAGES, MOST_PIXELS
from shared import child
from shared.kernel import Invalid, Problem, Text
from shared.web.upload import Upload

#: Which endings are taken, and as what.
ENDINGS = {"pdf": "pdf", "png": "png", "jpg": "jpg", "jpeg": "jpg"}
EXAMINER = Path(__file__).with_name("examine.py")
EXAMINE_WITHIN_S = 40
#: A picture of 40 megapixels takes 300 MB while it is painted anew: one at a time.
_one_at_a_time = threading.Semaphore(1)

REFUSALS = {
    "file_missing": Text(de="Wählen Sie eine Datei aus.", en="Choose a file."),
    "file_empty": Text(
        de="Die Datei ist leer (0 Byte). Wählen Sie eine andere aus.", en="The file is empty (0 bytes). Choose another."
    ),
    "file_type": Text(
        de="Wir nehmen nur PDF, PNG und JPG an. Speichern Sie die Datei zum Beispiel als PDF.",
        en="We only take PDF, PNG and JPG. Save the file as a PDF, for example.",
    ),
    "mismatch": Text(
        de="Der Inhalt der Datei passt nicht zu ihrer Endung. Speichern Sie sie neu als PDF, PNG oder JPG.",
        en="The content of the file does not fit its ending. Save it anew as PDF, PNG or JPG.",
    ),
    "archive": Text(
        de="In der Datei steckt ein Archiv (ZIP). Laden Sie nur das Dokument selbst hoch.",
        en="The file contains an archive (ZIP). Upload only the document itself.",
    ),
    "damaged": Text(
        de="Die Datei ist beschädigt oder unvollständig und lässt sich nicht öffnen. Speichern Sie sie neu.",
        en="The file is damaged or incomplete and cannot be opened. Save it anew.",
    ),
    "encrypted": Text(
        de="Das PDF ist mit einem Passwort geschützt. Speichern Sie es ohne Passwort.",
        en="The PDF is protected by a password. Save it without one.",
    ),
    "too_many_pages": Text(
        de=f"Das PDF hat mehr als {MOST_PAGES} Seiten. Teilen Sie es auf.",
        en=f"The PDF has more than {MOST_PAGES} pages. Split it.",
    ),
    "too_many_pixels": Text(
        de=f"Das Bild hat mehr als {MOST_PIXELS // 1_000_000} Megapixel. Verkleinern Sie es.",
        en=f"The picture has more than {MOST_PIXELS // 1_000_000} megapixels. Make it smaller.",
    ),
    "bomb": Text(
        de="Die Datei wird beim Öffnen viel zu groß. Speichern Sie sie neu, am besten mit einem anderen Programm.",
        en="The file becomes far too large when it is opened. Save it anew, best with another program.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A file that may be taken: what it is called and what it is. `content` is as it came, or painted anew."""

    name: str
    media: str
    size: int
    sha256: str
    content: IO[bytes]


def too_large(most: int) -> Text:
    mib = most // (1024 * 1024)
    return Text(
        de=f"Die Datei ist größer als {mib} MiB. Verkleinern Sie sie, oder teilen Sie sie auf.",
        en=f"The file is larger than {mib} MiB. Make it smaller, or split it.",
    )


@contextmanager
def examined(upload: Upload, folder: Path | None) -> Iterator[Examined]:
    """Give the file of `upload` as it may be kept. Raises Invalid with a sentence that says what to do."""
    if upload.file is None or upload.field != "file":
        raise refused("file_missing")
    if not upload.size:
        raise refused("file_empty")
    name = names.shown(upload.name)
    kind = ENDINGS.get(names.ending(name))
    if kind is None:
        raise refused("file_type")
    with tempfile.TemporaryFile(dir=folder) as painted:
        code = _look_into(upload.file, painted, kind)
        if code != "ok":
            raise refused(code)
        content = upload.file if kind == "pdf" else painted
        size = content.seek(0, 2)
        content.seek(0)
        digest = file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
        content.seek(0)
        yield Examined(name=name, media=MEDIA[kind], size=size, sha256=digest, content=content)


def refused(code: str, text: Text | None = None) -> Invalid:
    said = text or REFUSALS[code]
    return Invalid(said, code=code, problems=[Problem("/file", code, said)])


def _look_into(file: IO[bytes], painted: IO[bytes], kind: str) -> str:
    """Return `ok` or the code of a refusal. A file that the examiner does not survive is a bomb."""
    file.flush()
    file.seek(0)
    command = [sys.executable, "-I", "-W", "ignore", str(EXAMINER), kind]
    with _one_at_a_time:
        ended, _, err = child.work(command, EXAMINE_WITHIN_S, stdin=file, stdout=painted)
    said = err.decode("utf-8", "replace").split()
    code = said[-1] if said and ended == 0 else "bomb"
    return code if code == "ok" or code in REFUSALS else "damaged"

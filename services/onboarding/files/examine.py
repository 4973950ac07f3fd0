"""Looks into one file, in a process of its own that may neither grow nor last: what kills it, kills nothing else.

Called by path, with the ending as its argument. Reads the file from standard input and writes to standard output what
is to be kept: a picture painted anew, nothing for what is kept as it came. Standard error ends with the code of a
refusal, or with `ok`.
"""

from __future__ import annotations

import os
import resource
import sys
import warnings
import zipfile
import zlib
from typing import IO, Any

MEMORY, CPU_S, OUTPUT = 1024 * 1024 * 1024, 20, 64 * 1024 * 1024
MOST_PIXELS, MOST_PAGES = 40_000_000, 500
#: How many bytes the streams of a PDF may unfold to, all together.
UNFOLDED = 256 * 1024 * 1024
AFTER_THE_END = 4096
MEDIA = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}
_AT_ONCE = 64 * 1024


class Refused(Exception):
    """The file is not taken; the argument is the code that says why."""


def main(kind: str) -> str:
    """Return `ok`, or the code of a refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    file = sys.stdin.buffer
    try:
        _check_magic(file, kind)
        if kind == "pdf":
            _read_pdf(file)
        else:
            _paint_anew(file, kind, sys.stdout.buffer)
    except Refused as error:
        return str(error)
    except (MemoryError, RecursionError):
        return "bomb"
    except Exception:  # noqa: BLE001 - whatever a parser stumbles over
        return "damaged"
    return "ok"


def _check_magic(file: IO[bytes], kind: str) -> None:
    """Refuse what begins like something else, and what is an archive, too, read from its end."""
    import puremagic

    head = file.read(_AT_ONCE)
    try:
        found = {one.mime_type for one in puremagic.magic_string(head)}
    except puremagic.PureError:
        found = set()
    if MEDIA[kind] not in found or not head.startswith((b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise Refused("mismatch")
    if kind == "pdf" and zipfile.is_zipfile(file):
        raise Refused("archive")
    file.seek(0)


def _read_pdf(file: IO[bytes]) -> None:
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    _check_end(file)
    reader = PdfReader(file)
    if reader.is_encrypted:
        raise Refused("encrypted")
    tree: Any = reader.root_object["/Pages"]
    if int(tree.get("/Count", 0)) > MOST_PAGES:
        raise Refused("too_many_pages")
    pages = len(reader.pages)
    if not pages:
        raise Refused("damaged")
    if pages > MOST_PAGES:
        raise Refused("too_many_pages")
    budget = [UNFOLDED]
    for generation, ids in reader.xref.items():
        for number in ids:
            try:
                _unfold(reader, number, generation, budget)
            except PdfReadError:  # a hole in the table: readers skip it
                continue


def _check_end(file: IO[bytes]) -> None:
    """Refuse what hides behind the end of a PDF."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - AFTER_THE_END))
    if b"%%EOF" not in file.read():
        raise Refused("damaged")
    file.seek(0)


def _unfold(reader: Any, number: int, generation: int, budget: list[int]) -> None:
    from pypdf.generic import IndirectObject, StreamObject

    found = reader.get_object(IndirectObject(number, generation, reader))
    if not isinstance(found, StreamObject):
        return
    filters = found.get("/Filter", [])
    names = [str(one.get_object()) for one in filters] if isinstance(filters, list) else [str(filters)]
    folds = [name for name in names if name in {"/FlateDecode", "/Fl"}]
    if not folds or names[: len(folds)] != folds:
        return
    _count(found._data, len(folds), budget)  # noqa: SLF001 - as it lies in the file; `get_data` would unfold it all


def _count(data: bytes, folds: int, budget: list[int]) -> None:
    """Unfold `data` piece by piece without keeping it, `folds` times, and refuse it when the budget is spent."""
    machine = zlib.decompressobj()
    rest = data
    while rest and not machine.eof:
        try:
            piece = machine.decompress(rest, _AT_ONCE)
        except zlib.error:
            return  # readers show what they could read
        rest = machine.unconsumed_tail
        budget[0] -= len(piece)
        if budget[0] < 0:
            raise Refused("bomb")
        if folds > 1 and piece:
            _count(piece, folds - 1, budget)


def _paint_anew(file: IO[bytes], kind: str, target: IO[bytes]) -> None:
    """Decode a picture and encode it again: what is no pixel (places, names, text, other files) stays behind."""
    from PIL import Image, ImageOps

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    formats = ["PNG"] if kind == "png" else ["JPEG"]
    try:
        with Image.open(file, formats=formats) as seen:
            if seen.width * seen.height > MOST_PIXELS:
                raise Refused("too_many_pixels")
            seen.verify()
        file.seek(0)
        with Image.open(file, formats=formats) as picture:
            picture.load()
            upright = ImageOps.exif_transpose(picture, in_place=False) if _is_turned(picture) else picture
            _encode(upright, picture, kind, target)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels") from error


def _is_turned(picture: Any) -> bool:
    return bool(picture.getexif().get(0x0112, 1) != 1)


def _encode(picture: Any, source: Any, kind: str, target: IO[bytes]) -> None:
    """Write `picture` as finely as its `source` was, and nothing of what it carried beside its pixels."""
    if kind == "png":
        mode = picture.mode if picture.mode in {"1", "L", "LA", "RGB", "RGBA", "P"} else "RGBA"
        more: dict[str, Any] = {"compress_level": 4}
        if "transparency" in picture.info:
            more["transparency"] = picture.info["transparency"]
    else:
        mode = picture.mode if picture.mode in {"L", "RGB"} else "RGB"
        same = mode == source.mode
        more = {"qtables": source.quantization, "subsampling": _sampling(source)} if same else {"quality": 90}
    plain = picture if picture.mode == mode else picture.convert(mode)
    plain.info = {}
    plain.save(target, MEDIA[kind].removeprefix("image/").upper(), **more)
    target.flush()


def _sampling(picture: Any) -> int:
    from PIL.JpegImagePlugin import get_sampling

    return get_sampling(picture)


if __name__ == "__main__":
    said = main(sys.argv[1])
    print(said, file=sys.stderr)  # noqa: T201

"""Files as applicants bring them, and as nobody should."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

MIB = 1024 * 1024
#: What every scanner finds, and nobody is harmed by; in two halves, so that no scanner finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(pages: int = 1, password: str = "", attached: bytes = b"") -> bytes:
    """A PDF; `attached` lies in a stream of it as it is."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if attached:
        stream = StreamObject()
        stream._data = attached
        writer._add_object(stream)
    if password:
        writer.encrypt(password)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def unfolding_pdf(mib: int = 400) -> bytes:
    """A PDF with one stream that unfolds to `mib` MiB."""
    packed = zlib.compressobj(9)
    stream = StreamObject()
    stream._data = b"".join(packed.compress(bytes(MIB)) for _ in range(mib)) + packed.flush()
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer._add_object(stream)
    return written(writer)


def nested_pdf(depth: int = 5000) -> bytes:
    kids = b"[" * depth + b"]" * depth
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[" + kids
        + b"]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )  # fmt: skip


def zipped(before: bytes) -> bytes:
    """An archive that begins as something else."""
    kept = io.BytesIO(before)
    kept.seek(0, io.SEEK_END)
    with zipfile.ZipFile(kept, "a") as archive:
        archive.writestr("run.exe", "MZ")
    return kept.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size, "teal").save(kept, kind, **more)
    return kept.getvalue()


def photo(place: str = "52.0302,8.5325") -> bytes:
    """A JPEG that tells where it was taken, and stands on its side."""
    told = Image.Exif()
    told[0x010E], told[0x0112] = place, 6
    return picture("JPEG", exif=told)


def huge_png(side: int = 50_000) -> bytes:
    """A PNG of `side` x `side` black pixels in a few hundred kilobytes."""
    packed = zlib.compressobj(9)
    row = bytes(side // 8 + 1)
    pixels = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def large_pdf(size: int = 10 * MIB) -> bytes:
    """A PDF of exactly `size` bytes that does not get smaller."""
    import random

    noise = random.Random(size).randbytes(size - 1000)
    rough = pdf(attached=noise)
    return pdf(attached=noise + bytes(size - len(rough)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

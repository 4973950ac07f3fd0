"""Papers as PDF: tagged, in their language, the same for the same, and fetching nothing."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
from pypdf import PdfReader

from shared import papers
from shared.papers import press

needs_libraries = pytest.mark.skipif(bool(papers.missing()), reason=f"missing here: {', '.join(papers.missing())}")

HEAD = '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Bescheid BI-7K4Q</title></head><body>'


def read(html: str) -> PdfReader:
    return PdfReader(io.BytesIO(papers.pdf(html)))


@needs_libraries
def test_a_pdf_has_title_language_tags_and_says_that_it_is_accessible() -> None:
    found = read(f"{HEAD}<h1>Größe</h1><p>Straße</p></body></html>")

    root = found.trailer["/Root"]
    assert found.metadata is not None
    assert found.metadata.title == "Bescheid BI-7K4Q"
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert "Größe" in found.pages[0].extract_text()


@needs_libraries
def test_our_own_styles_and_letters_are_used() -> None:
    link = '<link rel="stylesheet" href="/static/paper.css"><link rel="stylesheet" href="/static/paper-alone.css">'

    found = papers.pdf(f"<!doctype html><html lang=de><head><title>x</title>{link}</head><body>ä</body></html>")

    assert b"Fira" in b"".join(str(one.get_object()).encode() for one in fonts(found))


def fonts(made: bytes) -> list[Any]:
    return list(PdfReader(io.BytesIO(made)).pages[0]["/Resources"]["/Font"].get_object().values())


@needs_libraries
def test_the_same_paper_is_the_same_file_byte_by_byte() -> None:
    html = f"{HEAD}<p>Heute wie morgen</p></body></html>"

    first = papers.pdf(html)
    papers._kept.clear()

    assert papers.pdf(html) == first


@needs_libraries
def test_nothing_is_fetched_and_no_file_is_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1)
        port, called = server.getsockname()[1], []

        def listen() -> None:
            try:
                server.accept()
                called.append(1)
            except OSError:
                pass

        listening = threading.Thread(target=listen)
        listening.start()
        links = "".join(
            f'<img src="{one}" alt="x"><link rel="stylesheet" href="{one}">'
            for one in (f"http://127.0.0.1:{port}/x.png", f"//127.0.0.1:{port}/", "file:///etc/hostname", "data:,x")
        )
        found = read(f"{HEAD}{links}<style>@import url(http://127.0.0.1:{port}/a.css)</style><p>Da</p></body></html>")
        listening.join()

    assert called == []
    assert "Da" in found.pages[0].extract_text()


@pytest.mark.parametrize(
    ("url", "served"),
    [
        ("https://hub.invalid/static/paper.css", True),
        ("https://hub.invalid/static/paper.css?v=1", True),
        ("https://hub.invalid/static/../__init__.py", False),
        ("https://hub.invalid/static/%2e%2e/__init__.py", False),
        ("https://hub.invalid/static//etc/passwd", False),
        ("https://hub.invalid/static/", False),
        ("https://hub.invalid/api/v1/applications", False),
        ("http://hub.invalid/static/paper.css", False),
        ("https://hub.invalid.example/static/paper.css", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_our_own_static_files_are_served(url: str, served: bool) -> None:
    assert (press.shelved(url) is not None) is served


@needs_libraries
@pytest.mark.parametrize(
    "text",
    [
        "&lt;img src=http://x.example/&gt;",
        "🚲 👩‍🚒",
        "שלום עולם",
        "مرحبا بالعالم",
        "ı ş ğ ő",
        "\u202egnihton",
        "a" * 10_000,
    ],
)
def test_words_of_every_script_and_length_become_a_pdf(text: str) -> None:
    found = read(f'<!doctype html><html lang="de"><head><title>x</title></head><body><p>{text}</p></body></html>')

    assert len(found.pages) >= 1


def test_without_the_libraries_there_is_a_sentence_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "LIBRARIES", {"pango": ("libnowhere.so.0",)})
    papers.missing.cache_clear()
    try:
        with pytest.raises(papers.NoPdf) as refused:
            papers.pdf(HEAD)
    finally:
        papers.missing.cache_clear()

    assert refused.value.for_good
    assert "PDF" in refused.value.text.de


@needs_libraries
def test_what_is_too_large_or_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(papers.NoPdf):
        papers.pdf("x" * (papers.LARGEST_HTML + 1))
    monkeypatch.setattr(papers, "WITHIN_S", 0.01)

    with pytest.raises(papers.NoPdf) as late:
        papers.pdf(f"{HEAD}<p>zu spät</p>")

    assert not late.value.for_good


def test_asking_whether_there_are_pdfs_does_not_load_what_makes_them() -> None:
    code = "import sys, shared.papers as it; it.missing(); print('weasyprint' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"

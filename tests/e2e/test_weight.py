"""What a first visit costs on a slow line: compressed, kept for ever, and nothing compressed beside a secret."""

from __future__ import annotations

import gzip
import re
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from tests.support.html import Page
from tests.support.hub import Hub

#: Bytes of page, style, script and fonts, as they go over the line.
LIMIT = 120_000


def fetched(hub: Hub, path: str, **headers: str) -> tuple[bytes, requests.Response]:
    """Return the bytes on the line, and the answer; its body is still compressed."""
    asked = {"Accept": "text/html", "Accept-Encoding": "gzip, br"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    answer = requests.get(hub.client().url(path), headers=asked, timeout=30, stream=True)
    return answer.raw.read(decode_content=False), answer


def read(body: bytes, answer: requests.Response) -> str:
    return (gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body).decode()


def first_visit(hub: Hub, path: str) -> dict[str, int]:
    """Return the bytes of a page and of all it makes a browser fetch."""
    body, answer = fetched(hub, path)
    html, sizes = read(body, answer), {path: len(body)}
    wanted = re.findall(r'<(?:link|script)[^>]+(?:href|src)="(/static/[^"]+)"', html)
    assert any(".css" in one for one in wanted)
    while wanted:
        place = wanted.pop().split("#")[0]
        if place not in sizes:
            body, answer = fetched(hub, place)
            assert answer.status_code == 200, place
            sizes[place] = len(body)
            if ".css" in place:
                wanted += [urljoin(place, one) for one in re.findall(r'url\("(vendor/[^"]+)"\)', read(body, answer))]
    return sizes


@pytest.mark.parametrize("path", ["/", "/apply", "/catalog", "/check", "/about/accessibility"])
def test_a_first_visit_weighs_no_more_than_120_kilobytes(hub: Hub, path: str) -> None:
    sizes = first_visit(hub, path)
    fonts = [place for place in sizes if place.endswith(".woff2")]

    assert len(fonts) == 2, "both faces are counted"
    assert sum(sizes.values()) <= LIMIT, sizes


def test_static_files_are_compressed_and_kept_for_ever_under_an_address_that_changes_with_them(hub: Hub) -> None:
    html = read(*fetched(hub, "/"))
    place = re.findall(r'"(/static/hub\.css\?v=\w+)"', html)[0]

    body, answer = fetched(hub, place)
    plain = requests.get(hub.client().url(place), headers={"Accept-Encoding": "identity"}, timeout=30)

    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(body) == plain.content
    assert answer.headers["ETag"] != plain.headers["ETag"], "these are other bytes"
    known = requests.get(hub.client().url(place), headers={"If-None-Match": answer.headers["ETag"]}, timeout=30)
    assert known.status_code == 304


def test_a_version_that_another_process_asks_for_is_not_kept(hub: Hub) -> None:
    _, answer = fetched(hub, "/static/hub.css?v=00000000")

    assert answer.headers["Cache-Control"] == "no-cache", "else a rolling release would freeze the old style"


def test_who_cannot_read_gzip_gets_plain_text(hub: Hub) -> None:
    for codings in ("identity", "br", "gzip;q=0", ""):
        body, answer = fetched(hub, "/", Accept_Encoding=codings)
        assert "Content-Encoding" not in answer.headers
        assert body.startswith(b"<!doctype html>")
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_what_every_stranger_is_given_is_compressed(hub: Hub) -> None:
    for path in ("/", "/catalog", "/about/privacy"):
        assert fetched(hub, path)[1].headers.get("Content-Encoding") == "gzip", path
    for path in ("/api/openapi.json", "/api/v1/models/current", "/api/v1/use-cases"):
        assert fetched(hub, path, Accept="application/json")[1].headers.get("Content-Encoding") == "gzip", path


def test_a_compressed_answer_is_still_known_by_its_etag(hub: Hub) -> None:
    path = "/api/v1/models/current"
    tag = fetched(hub, path, Accept="application/json")[1].headers["ETag"]

    assert tag.startswith("W/")
    assert fetched(hub, path, Accept="application/json", If_None_Match=tag)[1].status_code == 304


def test_nothing_is_compressed_that_a_secret_brought_about(hub: Hub) -> None:
    made = hub.client().apply(submit=False).json()
    cookie = signed_in(hub, made["token"])
    token = {"Authorization": f"Bearer {made['token']}", "Accept": "application/json"}

    answers: dict[str, Any] = {
        "a page of a session": fetched(hub, "/applications", Cookie=cookie),
        "the start page of a session": fetched(hub, "/", Cookie=cookie),
        "an application at the API": fetched(hub, f"/api/v1/applications/{made['id']}", **token),
        "a private link": fetched(hub, "/applications/resume/" + "k" * 90),
        "the sign-in": fetched(hub, "/sign-in"),
    }

    for what, (body, answer) in answers.items():
        assert len(body) > 1024, what
        assert "Content-Encoding" not in answer.headers, what


def signed_in(hub: Hub, token: str) -> str:
    url = hub.client().url("/sign-in")
    form = Page(requests.get(url, timeout=30).text).form("/sign-in")
    sent = {name: values[-1] for name, values in form.sent.items()} | {"/token": token}
    sent.pop("as", None)
    answer = requests.post(url, sent, allow_redirects=False, timeout=30)
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())

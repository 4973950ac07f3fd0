"""Files of applicants, at the API: what is taken, what is refused and why, who may read it, and what it changes."""

from __future__ import annotations

import io
import socket
import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from PIL import Image
from pypdf import PdfReader

from tests.support import files
from tests.support.attaching import attach, attached, listed
from tests.support.case import Case
from tests.support.hub import Hub, wait_for

HTML = b"<html><script>alert(1)</script></html>"
GIF_WITH_SCRIPT = b"GIF89a/*" + bytes(10) + b"*/=1;alert(1)"

REFUSED: dict[str, tuple[str, bytes, int, str]] = {
    "nothing in it": ("leer.pdf", b"", 422, "file_empty"),
    "one byte too many": ("gross.pdf", files.large_pdf(10 * files.MIB + 1), 413, "file_too_large"),
    "a program": ("run.exe", b"MZ" + bytes(100), 422, "file_type"),
    "no ending": ("rechnung", files.pdf(), 422, "file_type"),
    "a second ending": ("rechnung.pdf.exe", files.pdf(), 422, "file_type"),
    "an archive": ("alles.zip", files.zipped(b""), 422, "file_type"),
    "EICAR called a PDF": ("virus.pdf", files.EICAR, 422, "mismatch"),
    "a picture called a PDF": ("plan.pdf", files.picture(), 422, "mismatch"),
    "a PDF called a picture": ("plan.png", files.pdf(), 422, "mismatch"),
    "a JPG called a PNG": ("plan.png", files.photo(), 422, "mismatch"),
    "a page called a PNG": ("plan.png", HTML, 422, "mismatch"),
    "GIF and script": ("plan.png", GIF_WITH_SCRIPT, 422, "mismatch"),
    "page before a PDF": ("plan.pdf", HTML + files.pdf(), 422, "mismatch"),
    "PDF and ZIP": ("plan.pdf", files.zipped(files.pdf()), 422, "archive"),
    "only the head of a PNG": ("plan.png", files.picture()[:8], 422, "damaged"),
    "a PNG that breaks off": ("plan.png", files.picture(size=(400, 400))[:300], 422, "damaged"),
    "a JPG that breaks off": ("plan.jpg", files.picture("JPEG", (400, 400))[:2000], 422, "damaged"),
    "a PDF that breaks off": ("plan.pdf", files.pdf()[:250], 422, "damaged"),
    "a PDF with a password": ("plan.pdf", files.pdf(password="geheim"), 422, "encrypted"),
    "501 pages": ("plan.pdf", files.pdf(501), 422, "too_many_pages"),
    "50 000 x 50 000 pixels": ("plan.png", files.huge_png(), 422, "too_many_pixels"),
    "a stream that unfolds to 400 MiB": ("plan.pdf", files.unfolding_pdf(), 422, "bomb"),
    "nested five thousand deep": ("plan.pdf", files.nested_pdf(), 422, "damaged"),
}


@pytest.fixture(scope="module")
def case(hub: Hub) -> Case:
    return Case(hub, "Mit Anlagen", submit=False)


@pytest.fixture(scope="module")
def folder(hub: Hub) -> Path:
    return hub.folder / "data" / "attachments"


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_pdf_or_picture_is_refused_in_both_languages_and_not_kept(
    case: Case, folder: Path, what: str
) -> None:
    name, data, status, code = REFUSED[what]
    before, version = sorted(folder.iterdir()) if folder.exists() else [], case.now()["version"]

    german = attach(case, name, data)
    english = attach(case, name, data, Accept_Language="en")

    for answer in (german, english):
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), answer.text
        [place] = problem["errors"]
        assert (place["pointer"], place["detail"]) == ("/file", problem["title"])
    assert german.json()["title"] != english.json()["title"]
    assert (sorted(folder.iterdir()) if folder.exists() else []) == before
    assert case.now()["version"] == version


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Vertrag für Bielefeld.PDF", "Vertrag für Bielefeld.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\\\Nutzer\\\\plan.pdf", "plan.pdf"),  # a backslash in a header is written twice
        ("a\u202efdp.pdf", "afdp.pdf"),
        ("zwei\x1b\x07 Worte\u200b.pdf", "zwei Worte.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("was?<|>.pdf", "was____.pdf"),
        ("ä" * 300 + ".pdf", "ä" * 96 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_for_showing_and_never_a_place(hub: Hub, folder: Path, given: str, shown: str) -> None:
    case = Case(hub, "Namen", submit=False)

    found = attached(case, given, files.pdf())
    download = case.applicant.get(found["links"]["content"])

    assert found["name"] == shown
    assert all(len(one.name) == 48 for one in folder.iterdir())
    assert "filename*=UTF-8''" in download.headers["Content-Disposition"]
    assert "\n" not in download.headers["Content-Disposition"]


def test_a_picture_is_painted_anew_without_what_it_carried(hub: Hub) -> None:
    case = Case(hub, "Bilder", submit=False)

    photo = attached(case, "foto.jpeg", files.photo())
    page = attached(case, "plan.png", files.picture() + HTML)
    archive = attached(case, "plan.png", files.zipped(files.picture()))

    kept = case.applicant.get(photo["links"]["content"]).content
    with Image.open(io.BytesIO(kept)) as upright:
        assert (upright.size, dict(upright.getexif())) == ((30, 40), {})
    assert b"52.0302" not in kept
    for one in (page, archive):
        content = case.applicant.get(one["links"]["content"]).content
        assert (len(content), b"script" in content, b"run.exe" in content) == (one["size"], False, False)


def test_a_pdf_of_exactly_10_mib_comes_back_as_it_went(hub: Hub) -> None:
    case, data = Case(hub, "Groß", submit=False), files.large_pdf()

    found = attached(case, "gross.pdf", data)
    download = case.applicant.get(found["links"]["content"])

    assert (found["size"], found["state"], found["type"]) == (10 * files.MIB, "not_scanned", "application/pdf")
    assert download.content == data
    assert len(PdfReader(io.BytesIO(download.content)).pages) == 1


def test_a_download_is_never_a_page_of_ours(hub: Hub) -> None:
    case = Case(hub, "Herunter", submit=False)
    download = case.applicant.get(attached(case, "Größe „ä“.pdf", files.pdf())["links"]["content"])

    assert {name: download.headers[name] for name in (
        "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "Cross-Origin-Resource-Policy",
    )} == {
        "Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip
    assert download.headers["Content-Disposition"] == (
        "attachment; filename=\"Gr__e __._.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E2%80%9E%C3%A4%E2%80%9C.pdf"
    ).replace("__._", "___")  # fmt: skip


def test_only_applicant_and_admins_see_an_attachment(hub: Hub) -> None:
    case, other = Case(hub, "Meins", submit=False), Case(hub, "Deins", submit=False)
    one = attached(case, "a.pdf", files.pdf())
    paths = [f"{case.path}/attachments", one["links"]["self"], one["links"]["content"]]

    assert [hub.vera.get(path).status_code for path in paths] == [200, 200, 200]
    assert [other.applicant.get(path).status_code for path in paths] == [404, 404, 404]
    assert [hub.client().get(path).status_code for path in paths] == [401, 401, 401]
    assert other.applicant.get(one["links"]["self"].replace(case.id, other.id)).status_code == 404
    assert attach(case, "a.pdf", files.pdf(), other.applicant).status_code == 404
    assert attach(case, "a.pdf", files.pdf(), hub.vera).status_code == 403
    assert attach(case, "a.pdf", files.pdf(), hub.client()).status_code == 401
    assert other.applicant.call("DELETE", one["links"]["self"], If_Match='"1"').status_code == 404
    assert hub.vera.call("DELETE", one["links"]["self"], If_Match='"1"').status_code == 403


def test_attaching_needs_its_headers_and_happens_once(hub: Hub) -> None:
    case, key = Case(hub, "Einmal", submit=False), str(uuid4())
    etag = case.applicant.get(case.path).headers["ETag"]

    first = attach(case, "a.pdf", files.pdf(), Idempotency_Key=key, If_Match=etag)
    again = attach(case, "a.pdf", files.pdf(), Idempotency_Key=key, If_Match=etag)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert attach(case, "b.pdf", files.pdf(), Idempotency_Key=key).status_code == 422
    assert attach(case, "a.pdf", files.pdf(), Idempotency_Key="").status_code == 400
    assert attach(case, "a.pdf", files.pdf(), If_Match="").status_code == 428
    assert attach(case, "a.pdf", files.pdf(), If_Match=etag).status_code == 412
    assert case.applicant.post(f"{case.path}/attachments", {}, If_Match=etag).status_code == 415
    [one] = listed(case)
    assert one["id"] == first.json()["id"]
    assert len(list((hub.folder / "data" / "attachments").glob("*.part"))) == 0


def test_five_files_fit_and_removing_one_makes_room(hub: Hub, folder: Path) -> None:
    case = Case(hub, "Fünf", submit=False)
    five = [attached(case, f"{number}.pdf", files.pdf()) for number in range(5)]
    before = len(list(folder.iterdir()))

    sixth = attach(case, "6.pdf", files.pdf())
    etag = case.applicant.get(case.path).headers["ETag"]
    left = case.applicant.call("DELETE", five[0]["links"]["self"], If_Match=etag)

    assert (sixth.status_code, sixth.json()["code"]) == (409, "too_many_files")
    assert "5" in sixth.json()["title"]
    assert [one["name"] for one in left.json()["items"]] == ["1.pdf", "2.pdf", "3.pdf", "4.pdf"]
    assert left.headers["ETag"] == f'"{case.now()["version"]}"' != etag
    assert case.applicant.get(five[0]["links"]["content"]).status_code == 404
    assert wait_for(lambda: len(list(folder.iterdir())) == before - 1), "its content is deleted soon after"
    attached(case, "6.pdf", files.pdf())


def test_more_than_50_mib_in_a_day_are_refused_even_if_some_are_removed(hub: Hub) -> None:
    case = Case(hub, "Viel", submit=False)
    for _ in range(5):
        one = attached(case, "gross.pdf", files.large_pdf())
        etag = case.applicant.get(case.path).headers["ETag"]
        assert case.applicant.call("DELETE", one["links"]["self"], If_Match=etag).status_code == 200

    refused = attach(case, "klein.pdf", files.pdf())

    assert (refused.status_code, refused.json()["code"]) == (409, "enough_for_today")
    assert "50 MiB" in refused.json()["title"]


def test_a_file_voids_a_proposal_and_none_comes_after_a_decision(hub: Hub) -> None:
    case = Case(hub, "Vorgeschlagen").lead_to("proposed")
    attached(case, "nachtrag.pdf", files.pdf())
    assert case.now()["status"] == "in_review"

    refused = attach(case, "zu-spaet.pdf", files.pdf())
    asked = case.ask("Haben Sie den Vertrag?")
    with_reply = attached(case, "vertrag.pdf", files.pdf())
    case.reply(*asked)

    assert (refused.status_code, refused.json()["code"]) == (409, "state")
    assert [one["name"] for one in hub.vera.json(f"{case.path}/attachments")["items"]] == [
        "nachtrag.pdf", with_reply["name"],
    ]  # fmt: skip


def test_the_question_it_belongs_to_must_be_one(hub: Hub) -> None:
    case = Case(hub, "Frage", submit=False)
    url, etag = case.applicant.url(f"{case.path}/attachments"), case.applicant.get(case.path).headers["ETag"]

    def sent(pointer: str) -> requests.Response:
        given = {"Authorization": f"Bearer {case.applicant.token}", "Idempotency-Key": str(uuid4()), "If-Match": etag}
        form = {"file": ("a.pdf", files.pdf())}
        return requests.post(url, files=form, data={"pointer": pointer}, headers=given, timeout=30)

    assert sent("/moon/cheese").json()["errors"][0]["pointer"] == "/pointer"
    assert sent("/operation/availability").json()["pointer"] == "/operation/availability"


def test_an_upload_that_breaks_off_or_lies_about_its_length_leaves_nothing(hub: Hub, folder: Path) -> None:
    case = Case(hub, "Abbruch", submit=False)
    kept = sorted(folder.iterdir()) if folder.exists() else []
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + files.pdf() + b"\r\n--x--\r\n"
    )

    broken_off = _spoken(hub, case, body[:200], len(body), hang_up=True)
    too_short = _spoken(hub, case, body, len(body) - 20)
    negative = _spoken(hub, case, body, "-1")
    no_length = _spoken(hub, case, b"5\r\n--x\r\n", None)

    assert broken_off in {b"", b"408"}
    assert (too_short, negative, no_length) == (b"400", b"400", b"411")
    assert listed(case) == []
    assert (sorted(folder.iterdir()) if folder.exists() else []) == kept
    attached(case, "danach.pdf", files.pdf())


def _spoken(hub: Hub, case: Case, body: bytes, length: int | str | None, *, hang_up: bool = False) -> bytes:
    """Send a request by hand and return the status that is answered, or nothing."""
    port = int(hub.bases["onboarding"].rpartition(":")[2])
    head = [
        f"POST {case.path}/attachments HTTP/1.1", "Host: x", f"Authorization: Bearer {case.applicant.token}",
        "Content-Type: multipart/form-data; boundary=x", f"Idempotency-Key: {uuid4()}", 'If-Match: "1"',
        "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
        sock.sendall("\r\n".join([*head, "", ""]).encode() + body)
        if hang_up:
            sock.shutdown(socket.SHUT_WR)
        return [*sock.recv(4096).split(b" ", 2), b"", b""][1]


def test_the_same_at_three_processes(three: Hub) -> None:
    case = Case(three, "Drei", submit=False)

    found = attached(case, "a.pdf", files.pdf())

    assert case.applicant.get(found["links"]["content"]).content == files.pdf()
    assert three.vera.json(f"{case.path}/attachments")["items"] == [found]


def test_row_and_content_agree(hub: Hub, folder: Path) -> None:
    """Runs last in this file: whatever the tests above did, each row has its content and each content its row."""

    def agree() -> bool:
        with sqlite3.connect(hub.folder / "data" / "onboarding.db") as database:
            rows = {place for (place,) in database.execute("SELECT place FROM attachments WHERE place IS NOT NULL")}
        return rows == {one.name for one in folder.iterdir()}

    assert wait_for(agree)

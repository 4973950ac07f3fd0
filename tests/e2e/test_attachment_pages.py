"""Files on pages: brought by a form without script, seen by both sides, taken back, and refused at the field."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.support.attaching import attached, listed
from tests.support.case import Case
from tests.support.files import MIB, large_pdf, pdf, picture
from tests.support.html import Page
from tests.support.hub import Hub


class Visitor:
    """A browser without script, signed in by a token, at the files of one application."""

    def __init__(self, hub: Hub, case: Case, token: str | None, language: str = "de") -> None:
        self.base, self.session = hub.bases["onboarding"], requests.Session()
        self.session.headers["Accept-Language"] = language
        self.path = f"/applications/{case.id}/attachments"
        form = Page(self.session.get(f"{self.base}/sign-in", timeout=30).text).form("/sign-in").sent
        self.session.post(f"{self.base}/sign-in", data=form | {"/token": token, "as": ""}, timeout=30)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.base + path, timeout=30)

    def upload(self, name: str, data: bytes | None, **fields: Any) -> requests.Response:
        """Fill in the form as it stands on the page and send it."""
        form = Page(self.get(self.path).text).form(self.path).sent
        form |= {f"/{name}": value for name, value in fields.items()}
        file = {"file": (name, data)} if data is not None else {"file": ("", b"")}
        return self.session.post(self.base + self.path, data=form, files=file, timeout=60)


@pytest.fixture
def case(hub: Hub) -> Case:
    return Case(hub, "Mit Anlagen", submit=False)


def test_a_file_is_brought_seen_downloaded_and_removed_without_script(hub: Hub, case: Case) -> None:
    mina = Visitor(hub, case, case.applicant.token)

    empty = mina.get(f"/applications/{case.id}").text
    done = mina.upload("Konzept.pdf", pdf(), pointer="/operation")
    [one] = listed(case)
    overview = mina.get(f"/applications/{case.id}").text
    download = mina.get(f"{mina.path}/{one['id']}/content")
    removal = f"{mina.path}/{one['id']}/removal"
    removed = mina.session.post(mina.base + removal, data=Page(done.text).form(removal).sent, timeout=30)

    assert done.url.endswith("?done=attached")
    assert all(text in done.text for text in ("Konzept.pdf", "1 KiB", "Nicht auf Schadsoftware geprüft"))
    assert one["pointer"] == "/operation"
    assert "Freiwillig" in empty
    assert "1 Datei<" in overview
    assert download.content == pdf()
    assert removed.url.endswith("?done=detached")
    assert "Noch keine Datei" in removed.text
    assert listed(case) == []


def test_limits_stand_before_the_choice(hub: Hub, case: Case) -> None:
    page = Visitor(hub, case, case.applicant.token, "en").get(f"/applications/{case.id}/attachments").text

    assert page.index("PDF, PNG or JPG, at most 10 MiB per file. Up to 5 files") < page.index('type="file"')


@pytest.mark.parametrize(
    ("language", "name", "data", "says"),
    [
        ("de", "", None, "Wählen Sie eine Datei aus."),
        ("en", "", None, "Choose a file."),
        ("de", "gross.pdf", large_pdf(10 * MIB + 1), "Die Datei ist größer als 10 MiB."),
        ("en", "sehr-gross.pdf", large_pdf(30 * MIB), "The file is larger than 10 MiB."),
        ("de", "plan.pdf", picture(), "Der Inhalt der Datei passt nicht zu ihrer Endung."),
        ("en", "plan.docx", b"PK", "We only take PDF, PNG and JPG."),
    ],
)
def test_a_refusal_stands_at_the_field_and_nothing_else_is_lost(
    hub: Hub, case: Case, language: str, name: str, data: bytes | None, says: str
) -> None:
    refused = Visitor(hub, case, case.applicant.token, language).upload(name, data, pointer="/operation")

    page = Page(refused.text)
    assert refused.status_code == 422
    assert refused.text.count(says) == 2, "in the summary and at the field"
    assert 'href="#file"' in refused.text
    [chosen] = page.form(f"/applications/{case.id}/attachments").sent["/pointer"]
    assert chosen == "/operation"
    assert listed(case) == []


def test_reviewers_see_files_beside_the_answers(hub: Hub) -> None:
    case = Case(hub, "Geprüft").lead_to("clarification")
    one = attached(case, "Vertrag.pdf", pdf())
    vera = Visitor(hub, case, hub.admins[0])

    page = vera.get(f"/workbench/{case.id}")

    assert "Vertrag.pdf" in page.text
    assert "Nicht auf Schadsoftware geprüft" in page.text
    assert vera.get(f"/applications/{case.id}/attachments/{one['id']}/content").content == pdf()
    assert "/removal" not in page.text


def test_while_asked_files_come_with_the_reply_and_after_the_decision_they_stay_to_be_read(hub: Hub) -> None:
    case = Case(hub, "Gefragt").lead_to("clarification")
    mina = Visitor(hub, case, case.applicant.token)
    overview = mina.get(f"/applications/{case.id}").text
    mina.upload("Nachweis.pdf", pdf())
    case.by(case.applicant, "withdrawal", {})

    after, page = mina.get(f"/applications/{case.id}").text, mina.get(mina.path).text

    assert "Unterlage mitschicken" in overview
    assert "Nachweis.pdf" in after
    assert "Nachweis.pdf" in page
    assert 'type="file"' not in page


def test_strangers_find_no_page_and_no_file(hub: Hub, case: Case) -> None:
    one = attached(case, "a.pdf", pdf())
    other = Visitor(hub, case, Case(hub, "Fremd", submit=False).applicant.token)
    nobody = Visitor(hub, case, "")

    for path in (other.path, f"{other.path}/{one['id']}/content"):
        assert other.get(path).status_code == 404
        assert "/sign-in" in nobody.get(path).url
    form = {"csrf": "x", "version": "1", "idempotency_key": "k" * 20}
    large = {"file": ("gross.pdf", large_pdf())}
    lost = nobody.session.post(nobody.base + nobody.path, data=form, files=large, timeout=60)
    forged = other.session.post(other.base + other.path, data=form, files=large, timeout=60)

    assert "/sign-in" in lost.url
    assert forged.status_code == 403

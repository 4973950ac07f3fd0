"""Applicants sign in by a link that is mailed to them: once, within ten minutes, in the browser that asked for it."""

from __future__ import annotations

import json
import re
import sqlite3
from uuid import uuid4

import pytest

from tests.support.case import Case
from tests.support.hub import Hub, wait_for
from tests.support.returning import Visitor, letters_to, next_link, private_link, sign_in_links


def an_address() -> str:
    return f"mina.{uuid4().hex[:12]}@parkpilot.example"


def begun(hub: Hub, email: str) -> Case:
    return Case(hub, submit=False, email=email)


def test_the_private_link_is_no_credential_and_the_link_it_mails_is(hub: Hub) -> None:
    email = an_address()
    case, browser = begun(hub, email), Visitor(hub)
    link = private_link(hub, email)

    assert browser.ask_by_link(link).headers["Location"] == "/sign-in/sent"
    assert browser.get(f"/applications/{case.id}").headers["Location"].startswith("/sign-in"), "nobody is signed in yet"
    signed_in = browser.use(next_link(hub, email))

    assert (signed_in.status_code, signed_in.headers["Location"]) == (303, f"/applications/{case.id}")
    assert browser.get(f"/applications/{case.id}").status_code == 200
    assert case.now()["contact"]["proved"] is True
    assert browser.get(link).headers["Location"] == f"/applications/{case.id}", "who is signed in goes straight there"


def test_a_link_works_once_and_says_so_the_second_time(hub: Hub) -> None:
    email = an_address()
    begun(hub, email)
    browser = Visitor(hub)
    browser.ask_by_address(email)
    link = next_link(hub, email)
    assert browser.use(link).status_code == 303

    again = browser.get(link)
    assert "gilt nicht mehr" in again.text
    assert browser.post(again, link).status_code == 409


def test_looking_at_a_link_uses_nothing_up_so_that_mail_scanners_do_no_harm(hub: Hub) -> None:
    email = an_address()
    case, browser = begun(hub, email), Visitor(hub)
    browser.ask_by_address(email)
    link = next_link(hub, email)

    for scanner in (Visitor(hub), browser, Visitor(hub)):
        assert scanner.get(link).status_code == 200

    assert case.now()["contact"]["proved"] is False
    assert browser.use(link).status_code == 303


def test_another_browser_cannot_use_a_link_but_has_a_new_one_sent_for_itself(hub: Hub) -> None:
    email = an_address()
    case, here, elsewhere = begun(hub, email), Visitor(hub), Visitor(hub)
    here.ask_by_address(email)
    link = next_link(hub, email)

    page = elsewhere.get(link)
    assert "gehört zu einem anderen Browser" in page.text
    assert elsewhere.post(page, link).status_code == 409
    assert case.now()["contact"]["proved"] is False

    assert elsewhere.post(page, link, again="1").headers["Location"] == "/sign-in/sent"
    assert elsewhere.use(next_link(hub, email, 1)).status_code == 303
    assert here.use(link).status_code == 303, "the first one still works where it was asked for"


def test_a_link_with_one_letter_changed_is_none(hub: Hub) -> None:
    email = an_address()
    begun(hub, email)
    browser = Visitor(hub)
    browser.ask_by_address(email)
    link = next_link(hub, email)

    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    used = browser.post(browser.get("/sign-in"), forged)
    assert (browser.get(forged).status_code, used.status_code) == (404, 404)


def test_no_answer_tells_whether_there_is_an_application(hub: Hub) -> None:
    email = an_address()
    begun(hub, email)
    real = private_link(hub, email)
    made_up = real[:-6] + ("AAAAAA" if not real.endswith("AAAAAA") else "BBBBBB")

    pages = []
    for one in (real, made_up):
        text = Visitor(hub).get(one).text.replace(one.rpartition("/")[2], "the key")
        pages.append(re.sub(r'value="[0-9a-f]{32}"', "", text))
    assert pages[0] == pages[1]
    for one in (real, made_up):
        assert Visitor(hub).ask_by_link(one).headers["Location"] == "/sign-in/sent"
    for one in (email, an_address()):
        assert Visitor(hub).ask_by_address(one).headers["Location"] == "/sign-in/sent"


def test_who_has_no_application_gets_no_mail(hub: Hub) -> None:
    nobody, somebody = an_address(), an_address()
    begun(hub, somebody)

    Visitor(hub).ask_by_address(nobody)
    Visitor(hub).ask_by_address(somebody)

    next_link(hub, somebody)
    assert letters_to(hub, nobody) == []


def test_an_address_gets_at_most_five_links_an_hour(hub: Hub) -> None:
    email, other = an_address(), an_address()
    begun(hub, email)
    begun(hub, other)
    for _ in range(7):
        assert Visitor(hub).ask_by_address(email).status_code == 303

    Visitor(hub).ask_by_address(other)
    next_link(hub, other)
    assert wait_for(lambda: len(sign_in_links(hub, email)) == 5)


def test_a_typed_address_that_is_none_is_said_at_the_field(hub: Hub) -> None:
    browser = Visitor(hub)

    answer = browser.ask_by_address("keine Adresse")

    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert 'value="keine Adresse"' in answer.text


def test_one_person_sees_all_applications_of_their_address_and_nobody_elses(hub: Hub) -> None:
    email = an_address()
    mine = [begun(hub, email), begun(hub, email.upper().replace("PARKPILOT.EXAMPLE", "parkpilot.example"))]
    other = begun(hub, an_address())
    browser = Visitor(hub)

    assert browser.sign_in(email).headers["Location"] == "/applications?done=signed_in"

    page = browser.get("/applications").text
    assert [case.id in page for case in (*mine, other)] == [True, True, False]
    assert browser.get(f"/applications/{other.id}").status_code == 404


def test_who_begins_an_application_in_anothers_name_sees_nothing_of_theirs(hub: Hub) -> None:
    """Whoever types a foreign address is not that person; and that person sees what was begun in their name."""
    email = an_address()
    stranger, own = begun(hub, email), begun(hub, email)
    Visitor(hub).sign_in(email)

    assert stranger.applicant.get(f"/api/v1/applications/{own.id}").status_code == 404
    assert [one["id"] for one in stranger.applicant.json("/api/v1/applications")["items"]] == [stranger.id]


def test_a_new_address_of_the_contact_ends_what_the_old_one_saw(hub: Hub) -> None:
    email = an_address()
    case, browser = begun(hub, email), Visitor(hub)
    browser.sign_in(email)
    assert browser.get(f"/applications/{case.id}").status_code == 200

    case.change(contact={"email": an_address()})

    assert browser.get(f"/applications/{case.id}").status_code == 404
    assert browser.get("/messages").status_code == 200


def test_who_signed_in_reads_the_letters_of_the_application_too(hub: Hub) -> None:
    email = an_address()
    case, browser = Case(hub, email=email), Visitor(hub)
    browser.sign_in(email)

    assert wait_for(lambda: "ist eingegangen" in browser.get("/messages").text)
    assert case.id


def test_no_secret_and_no_address_lies_in_an_event_or_in_a_database(hub: Hub) -> None:
    email = an_address()
    begun(hub, email)
    Visitor(hub).ask_by_address(email)
    secret = next_link(hub, email).removeprefix("/sign-in/link/")

    for service in ("onboarding", "notifications", "catalog"):
        with sqlite3.connect(f"file:{hub.folder / 'data' / service}.db?mode=ro", uri=True) as database:
            dump = "\n".join(database.iterdump())
            assert secret not in dump, service
            assert secret[32:] not in dump, service
    with sqlite3.connect(f"file:{hub.folder / 'data' / 'onboarding'}.db?mode=ro", uri=True) as database:
        told = database.execute("SELECT envelope FROM outbox WHERE type = 'onboarding.sign_in.requested.v1'")
        assert all(email not in json.dumps(json.loads(envelope)) for (envelope,) in told)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-in/sent", "/applications/resume/x", "/sign-in/link/x"])
def test_no_page_tells_another_where_one_came_from(hub: Hub, path: str) -> None:
    assert Visitor(hub).get(path).headers["Referrer-Policy"] == "no-referrer"

"""Several people work on one application: the one who began it invites them, sees them, and removes them."""

from __future__ import annotations

import re
from uuid import uuid4

from tests.support.case import Case
from tests.support.hub import Client, Hub, wait_for
from tests.support.returning import Visitor, letters_to

TOKEN = re.compile(r"bhapp_[\w.-]+")


def an_address() -> str:
    return f"aylin.{uuid4().hex[:12]}@parkpilot.example"


def invited(hub: Hub, case: Case, email: str) -> str:
    made = case.applicant.post(f"{case.path}/people", {"email": email})
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    return id_


def joined(hub: Hub, email: str) -> tuple[Visitor, Client]:
    """Sign in as somebody, and take a token for the API."""
    browser = Visitor(hub)
    assert browser.sign_in(email).status_code == 303
    page = browser.post(browser.get("/applications/access"), "/applications/access/token")
    found = TOKEN.search(page.text)
    assert found
    return browser, hub.client(found[0])


def test_who_is_invited_gets_a_letter_signs_in_and_may_edit(hub: Hub) -> None:
    case, email = Case(hub, submit=False), an_address()
    invited(hub, case, email)
    assert wait_for(lambda: letters_to(hub, email))
    assert f"/sign-in?next=/applications/{case.id}" in letters_to(hub, email)[0]
    assert case.now()["contact"]["proved"] is False

    browser, client = joined(hub, email)

    assert browser.get(f"/applications/{case.id}").status_code == 200
    patch = {"answers": {"organisation": {"name": "Gemeinsam GmbH"}}}
    etag = client.get(case.path).headers["ETag"]
    assert client.call("PATCH", case.path, patch, If_Match=etag).status_code == 200
    people = case.applicant.json(f"{case.path}/people")["items"]
    assert [(one["email"], one["invited"], bool(one["joined"])) for one in people] == [(email, True, True)]
    assert case.now()["contact"]["proved"] is False, "the contact is somebody else"


def test_an_invitation_opens_nothing_before_its_address_is_shown(hub: Hub) -> None:
    case, email, other = Case(hub, submit=False), an_address(), Case(hub)
    invited(hub, case, email)

    assert other.applicant.get(case.path).status_code == 404
    assert case.applicant.json(f"{case.path}/people")["items"][0]["joined"] is None


def test_who_was_invited_leaves_contact_withdrawal_and_people_to_who_invited_them(hub: Hub) -> None:
    case, email = Case(hub), an_address()
    invited(hub, case, email)
    _, client = joined(hub, email)

    refused = [
        client.move(case.id, "withdrawal", {}),
        client.post(f"{case.path}/people", {"email": an_address()}),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "invited_only")] * 2
    assert case.now()["status"] == "submitted"


def test_who_is_removed_sees_nothing_any_more_neither_application_nor_letters(hub: Hub) -> None:
    case, email = Case(hub), an_address()
    id_ = invited(hub, case, email)
    browser, client = joined(hub, email)
    assert wait_for(lambda: client.get(f"{case.path}/deliveries").status_code == 200)

    assert case.applicant.call("DELETE", f"{case.path}/people/{id_}").json() == {"items": []}

    assert client.get(case.path).status_code == 404
    assert browser.get(f"/applications/{case.id}").status_code == 404
    assert wait_for(lambda: client.get(f"{case.path}/deliveries").status_code == 404)
    assert case.applicant.call("DELETE", f"{case.path}/people/{id_}").status_code == 404


def test_somebody_is_invited_once_and_the_contact_not_at_all(hub: Hub) -> None:
    email = an_address()
    case = Case(hub, submit=False, email=an_address())
    invited(hub, case, email)

    for one in (email, email.upper().replace("PARKPILOT.EXAMPLE", "parkpilot.example")):
        assert case.applicant.post(f"{case.path}/people", {"email": one}).status_code == 409
    contact = case.now()["contact"]["email"]
    assert case.applicant.post(f"{case.path}/people", {"email": contact}).status_code == 409
    assert case.applicant.post(f"{case.path}/people", {"email": "keine"}).status_code == 422


def test_people_are_invited_and_removed_on_the_page(hub: Hub) -> None:
    email, other = an_address(), an_address()
    case, browser = Case(hub, submit=False, email=email), Visitor(hub)
    browser.sign_in(email)
    page, path = browser.get(f"/applications/{case.id}"), f"/applications/{case.id}/people"

    assert browser.post(page, path, __email="keine").status_code == 422
    assert browser.post(page, path, __email=other).status_code == 303
    page = browser.get(f"/applications/{case.id}")
    assert other in page.text
    removal = re.search(rf'action="({path}/[0-9a-f-]+/removal)"', page.text)
    assert removal
    assert browser.post(page, removal[1]).status_code == 303
    assert other not in browser.get(f"/applications/{case.id}").text

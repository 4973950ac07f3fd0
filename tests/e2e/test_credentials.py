"""What ends a credential ends it everywhere; what was typed outlives a session; programs come in by keys."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from uuid import uuid4

import pytest
import requests

from tests.support.case import Case
from tests.support.hub import Hub, wait_for
from tests.support.returning import Visitor

KEYS = "/api/v1/keys"
ACCESS = "/applications/access"
READS = {"name": "Bericht", "scopes": ["applications:read"]}
WRITES = {"name": "Formular", "scopes": ["applications:read", "applications:write"]}


def an_address() -> str:
    return f"mina.{uuid4().hex[:12]}@parkpilot.example"


def signed_in(hub: Hub, *, submit: bool = False) -> tuple[Case, Visitor]:
    """Return an application, and its contact signed in by a link."""
    email = an_address()
    case, browser = Case(hub, submit=submit, email=email), Visitor(hub)
    assert browser.sign_in(email).status_code == 303
    return case, browser


def by_token(hub: Hub, token: str) -> Visitor:
    browser = Visitor(hub)
    browser.post(browser.get("/sign-in"), "/sign-in", __token=token)
    return browser


def opens(browser: Visitor, path: str) -> bool:
    return browser.get(path).status_code == 200


def dump(hub: Hub, service: str) -> str:
    with sqlite3.connect(f"file:{hub.folder / 'data' / service}.db?mode=ro", uri=True) as database:
        return "\n".join(database.iterdump())


# Sessions


def test_signing_out_ends_the_session_wherever_its_cookie_is(hub: Hub) -> None:
    case, browser = signed_in(hub)
    copied = Visitor(hub)
    copied.session.cookies.update(browser.session.cookies)
    assert opens(copied, f"/applications/{case.id}")

    browser.post(browser.get("/applications"), "/sign-out")

    assert not opens(copied, f"/applications/{case.id}")
    assert wait_for(lambda: not opens(copied, "/messages")), "the other services hear of it"


def test_signing_out_everywhere_ends_all_sessions_of_a_person_and_of_nobody_else(hub: Hub) -> None:
    (_, browser), (_, other) = signed_in(hub), signed_in(hub)

    browser.post(browser.get(ACCESS), f"{ACCESS}/everywhere")

    assert not opens(browser, ACCESS)
    assert opens(other, ACCESS)


def test_a_page_says_until_when_one_is_signed_in_and_a_button_extends_it(hub: Hub) -> None:
    _, browser = signed_in(hub)

    page = browser.get("/applications")
    assert re.search(r"Angemeldet bis \d\d:\d\d Uhr", page.text)
    assert browser.post(page, "/sign-in/extension").status_code == 200


def test_a_lost_token_ends_when_a_new_one_is_issued(hub: Hub) -> None:
    case, browser = signed_in(hub)
    lost = case.applicant
    assert lost.get(case.path).status_code == 200

    page = browser.post(browser.get(ACCESS), f"{ACCESS}/token")

    found = re.search(r"bhapp_[\w.-]+", page.text)
    assert found
    assert hub.client(found[0]).get(case.path).status_code == 200
    assert lost.get(case.path).status_code == 401
    assert wait_for(lambda: lost.get("/api/v1/messages").status_code == 401)
    assert opens(browser, ACCESS), "who asked for it stays signed in"


# What was typed


def test_a_section_that_was_sent_without_a_session_is_kept_and_saved_after_signing_in(hub: Hub) -> None:
    email = an_address()
    case, browser = Case(hub, submit=False, email=email), Visitor(hub)
    browser.sign_in(email)
    path = f"/applications/{case.id}/sections/organisation"
    page = browser.get(path)
    browser.session.cookies.clear(domain="127.0.0.1", path="/", name="hub_session")

    sent = browser.post(page, path, __organisation__name="Wird nicht verloren GmbH")
    assert sent.headers["Location"] == "/sign-in?next=/sign-in/kept"
    assert "aufgehoben" in browser.get(sent.headers["Location"]).text
    assert browser.sign_in(email).status_code == 303

    kept = browser.get("/sign-in/kept")
    assert "Wird nicht verloren GmbH" in kept.text
    action = re.search(r'action="(/sign-in/kept/[0-9a-f-]+/sending)"', kept.text)
    assert action
    sending = browser.post(kept, action[1])
    assert (sending.status_code, sending.headers["Location"]) == (307, path)
    saved = browser.post(kept, path)

    assert saved.status_code == 303
    assert case.now()["answers"]["organisation"]["name"] == "Wird nicht verloren GmbH"
    assert browser.get("/sign-in/kept").headers["Location"] == "/applications", "it is kept no more"


def test_what_is_kept_is_shown_to_no_other_browser(hub: Hub) -> None:
    case, browser = signed_in(hub)
    path = f"/applications/{case.id}/withdrawal"
    page = browser.get(f"/applications/{case.id}")
    browser.session.cookies.clear(domain="127.0.0.1", path="/", name="hub_session")
    browser.post(page, path, __reason="Nur hier")

    _, other = signed_in(hub)

    assert other.get("/sign-in/kept").headers["Location"] == "/applications"


# Keys


def test_a_key_is_shown_once_and_only_its_hash_is_kept(hub: Hub) -> None:
    case = Case(hub)
    number = str(uuid4())

    made = case.applicant.post(KEYS, READS, Idempotency_Key=number)
    again = case.applicant.post(KEYS, READS, Idempotency_Key=number)

    key = made.json()["key"]
    assert (made.status_code, again.json()["key"]) == (201, key)
    assert re.fullmatch(r"bdp_[0-9a-f]{32}_[\w-]{43}", key)
    assert "key" not in case.applicant.json(KEYS)["items"][0]
    hashed = hashlib.sha256(key.encode()).hexdigest()
    for service in ("onboarding", "catalog", "notifications"):
        assert wait_for(lambda service=service: hashed in dump(hub, service)), "every service can verify it"
        assert key not in dump(hub, service), service


def test_a_key_does_what_it_may_and_a_reading_one_changes_nothing(hub: Hub) -> None:
    case = Case(hub)
    reads, writes = (hub.client(case.applicant.post(KEYS, one).json()["key"]) for one in (READS, WRITES))

    assert reads.get(case.path).status_code == writes.get(case.path).status_code == 200
    assert wait_for(lambda: reads.get(f"{case.path}/deliveries").status_code == 200)
    refused = reads.move(case.id, "withdrawal", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope")
    assert writes.move(case.id, "withdrawal", {}).status_code == 200
    assert wait_for(lambda: case.applicant.json(KEYS)["items"][0]["last_used"])


def test_a_key_makes_no_keys_and_a_new_application_brings_it_no_token(hub: Hub) -> None:
    case = Case(hub)
    program = hub.client(case.applicant.post(KEYS, WRITES).json()["key"])

    assert program.post(KEYS, WRITES).status_code == program.get(KEYS).status_code == 403
    begun = program.apply(submit=False)
    assert begun.status_code == 201
    assert "token" not in begun.json()
    assert case.applicant.get(f"/api/v1/applications/{begun.json()['id']}").status_code == 200


def test_there_are_two_live_keys_at_most_and_an_ended_one_opens_nothing(hub: Hub) -> None:
    case = Case(hub)
    first = case.applicant.post(KEYS, READS).json()
    case.applicant.post(KEYS, READS)
    assert case.applicant.post(KEYS, READS).status_code == 422

    assert case.applicant.call("DELETE", f"{KEYS}/{first['id']}").status_code == 200

    assert hub.client(first["key"]).get(case.path).status_code == 401
    assert wait_for(lambda: hub.client(first["key"]).get("/api/v1/messages").status_code == 401)
    assert case.applicant.call("DELETE", f"{KEYS}/{first['id']}").status_code == 404
    assert case.applicant.post(KEYS, READS).status_code == 201


def test_somebody_elses_key_does_not_exist(hub: Hub) -> None:
    mine, other = Case(hub), Case(hub)
    key = mine.applicant.post(KEYS, READS).json()

    assert other.applicant.call("DELETE", f"{KEYS}/{key['id']}").status_code == 404
    assert hub.client(key["key"]).get(other.path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"name": "x"}, {"name": "", "scopes": ["applications:read"]}, READS | {"scopes": []}, READS | {"months": 13},
     READS | {"scopes": ["admin"]}, READS | {"months": "12"}, READS | {"more": 1}],
)  # fmt: skip
def test_a_key_that_asks_for_too_much_or_too_little_is_refused(hub: Hub, body: dict[str, object]) -> None:
    assert Case(hub).applicant.post(KEYS, body).status_code == 422


@pytest.mark.parametrize("key", ["bdp_", "bdp_x_y", f"bdp_{uuid4().hex}_{'x' * 43}", "bdp__", "bdp_ä"])
def test_what_only_looks_like_a_key_is_none(hub: Hub, key: str) -> None:
    answer = requests.get(
        f"{hub.bases['onboarding']}/api/v1/applications",
        headers={"Authorization": f"Bearer {key}".encode()},
        timeout=10,
    )

    assert answer.status_code == 401


def test_a_key_is_issued_and_ended_on_the_page(hub: Hub) -> None:
    case, browser = signed_in(hub)

    made = browser.post(browser.get(ACCESS), f"{ACCESS}/keys", __name="Mein Programm", __scopes="applications:write")
    found = re.search(r"bdp_[0-9a-f]{32}_[\w-]{43}", made.text)
    assert found
    assert hub.client(found[0]).get(case.path).status_code == 200
    removal = re.search(rf'action="({ACCESS}/keys/[0-9a-f-]+/removal)"', made.text)
    assert removal
    assert browser.post(made, removal[1]).status_code == 303
    assert hub.client(found[0]).get(case.path).status_code == 401


@pytest.mark.parametrize("months", ["viele", "0", "13", "-1", "٣"])
def test_a_key_for_a_time_that_is_none_is_refused_on_the_page(hub: Hub, months: str) -> None:
    _, browser = signed_in(hub)

    answer = browser.post(browser.get(ACCESS), f"{ACCESS}/keys", __name="Zu lang", __scopes="x", __months=months)

    assert answer.status_code == 422
    assert "bdp_" not in answer.text

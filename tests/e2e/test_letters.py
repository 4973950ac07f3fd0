"""Who is told what, where, and how that is proved: the inbox, the mail, and the ledger of deliveries."""

from __future__ import annotations

import json
import sqlite3
from typing import Any
from uuid import uuid4

from tests.support.case import DECLINE, Case
from tests.support.hub import Client, Hub, wait_for
from tests.support.returning import Visitor, next_link
from tests.support.scene import Bad, Scene, must_refuse

RECEIPT = "Ihr persönlicher Link"
SECOND_SIGNATURE = "Eine zweite Unterschrift fehlt"


class Correspondent(Case):
    """An application whose applicant has an address of their own, so that their mail can be told from others'."""

    def __init__(self, hub: Hub, **how: Any) -> None:
        self.address = f"mina.{uuid4().hex[:12]}@parkpilot.example"
        super().__init__(hub, email=self.address, **how)

    def letters(self, who: Client | None = None) -> list[dict[str, Any]]:
        """Return what `who` reads about this application, oldest first."""
        items = (who or self.applicant).json("/api/v1/messages?limit=100")["items"]
        return [one for one in reversed(items) if one["application"] == self.id]

    def subjects(self, who: Client | None = None) -> list[str]:
        return [one["subject"] for one in self.letters(who)]

    def ledger(self, who: Client | None = None) -> list[dict[str, Any]]:
        found = (who or self.applicant).get(f"{self.path}/deliveries")
        items: list[dict[str, Any]] = found.json()["items"] if found.ok else []
        return items

    def mail(self, address: str | None = None) -> list[str]:
        """Return the mails that left for the applicant: the console channel prints them into the log."""
        printed = self.hub.processes["all"].log.read_text("utf-8").split("-" * 72 + "\n")
        return [one for one in printed if one.startswith(f"To: {address or self.address}\n")]

    def by_mail(self) -> list[str]:
        """Return how far the applicant's mails have come, in the order of their writing."""
        return [one["status"] for one in self.ledger() if (one["to"], one["channel"]) == ("applicant", "email")]


def prove(case: Correspondent, address: str | None = None) -> int:
    """Sign in by the link that is mailed to the address; that proves it. Returns the status of the answer."""
    return Visitor(case.hub).sign_in(address or case.address).status_code


def settle(case: Correspondent, count: int) -> None:
    assert wait_for(lambda: len(case.letters()) == count), case.subjects()


# The address


def test_the_first_mail_is_the_private_link_and_the_rest_waits_until_the_address_is_proved(hub: Hub) -> None:
    case = Correspondent(hub)

    assert wait_for(lambda: case.by_mail() == ["sent", "written"]), case.ledger()
    assert [RECEIPT in mail for mail in case.mail()] == [True]
    assert case.now()["contact"]["proved"] is False


def test_the_link_that_signs_in_is_read_nowhere_but_in_the_mail(hub: Hub) -> None:
    case = Correspondent(hub)
    Visitor(hub).ask_by_address(case.address)
    link = next_link(hub, case.address)
    settle(case, 1)

    for who in (case.applicant, hub.vera, hub.jonas):
        assert "/sign-in/link/" not in who.get("/api/v1/messages?limit=100").text
        assert link not in who.get(case.path).text
        assert link not in who.get(f"{case.path}/deliveries").text


def test_signing_in_proves_the_address_and_then_the_mail_that_waited_is_sent(hub: Hub) -> None:
    case = Correspondent(hub)
    assert wait_for(lambda: case.by_mail() == ["sent", "written"]), case.ledger()

    assert prove(case) == 303

    assert case.now()["contact"]["proved"] is True
    assert wait_for(lambda: case.by_mail() == ["sent", "sent", "sent"]), case.ledger()
    case.by(case.applicant, "withdrawal", {})
    assert wait_for(lambda: len(case.mail()) == 4), case.mail()
    assert [RECEIPT in mail for mail in case.mail()] == [True, False, False, False]


def test_signing_in_at_an_old_address_does_not_prove_the_new_one(hub: Hub) -> None:
    case = Correspondent(hub, submit=False)
    browser = Visitor(hub)
    browser.ask_by_address(case.address)
    old = next_link(hub, case.address)
    case.change(contact={"email": f"neu.{case.address}"})

    assert browser.use(old).status_code == 303
    assert case.now()["contact"]["proved"] is False
    assert browser.get(f"/applications/{case.id}").status_code == 404
    assert prove(case, f"neu.{case.address}") == 303
    assert case.now()["contact"]["proved"] is True


def test_a_new_address_has_to_be_proved_again(hub: Hub) -> None:
    case = Correspondent(hub, submit=False)
    prove(case)

    assert case.change(contact={"name": "M. Yıldız"})["contact"]["proved"] is True
    assert case.change(contact={"email": f"neu.{case.address}"})["contact"]["proved"] is False


# Who is told what


def test_the_applicant_hears_of_every_step_that_concerns_them(hub: Hub) -> None:
    case = Correspondent(hub).lead_to("in_review")
    case.by(hub.vera, "decision", DECLINE)
    case.by(hub.jonas, "decision/confirmation", {"agree": True})
    settle(case, 3)

    number = case.now()["number"]
    assert case.subjects() == [
        f"Ihr Antrag {number} ist eingegangen",
        f"Rückfragen zu Ihrem Antrag {number}",
        f"Entscheidung über Ihren Antrag {number}",
    ]
    assert all("Vera" not in one["text"] and "Jonas" not in one["text"] for one in case.letters())


def test_the_second_signature_is_asked_of_everybody_but_the_proposer(hub: Hub) -> None:
    case = Correspondent(hub).lead_to("proposed")

    assert wait_for(lambda: any(SECOND_SIGNATURE in one for one in case.subjects(hub.jonas)))
    assert not any(SECOND_SIGNATURE in one for one in case.subjects(hub.vera))
    assert not any(SECOND_SIGNATURE in one for one in case.subjects())


def test_admins_hear_by_role_what_there_is_to_do(hub: Hub) -> None:
    case = Correspondent(hub).lead_to("in_review")
    case.by(hub.vera, "decision", DECLINE)
    case.by(hub.jonas, "decision/confirmation", {"agree": False, "comment": "Warum?"})
    number = case.now()["number"]

    expected = [
        f"Neuer Antrag {number}",
        f"Antrag {number}: Alle Rückfragen sind beantwortet",
        f"Antrag {number}: Eine zweite Unterschrift fehlt",
        f"Antrag {number}: Ein Vorschlag gilt nicht mehr",
    ]
    assert wait_for(lambda: case.subjects(hub.jonas) == expected), case.subjects(hub.jonas)
    assert case.subjects(hub.vera) == [one for one in expected if SECOND_SIGNATURE not in one]


def test_a_letter_is_read_in_the_language_of_its_reader(hub: Hub) -> None:
    case = Correspondent(hub)
    settle(case, 1)
    english = Client(hub.bases, case.applicant.token, "en")

    assert case.subjects(english)[0] == f"We have received your application {case.now()['number']}"
    assert set(case.letters()[0]) == {"id", "at", "application", "subject", "text", "read"}
    assert f"{hub.bases['onboarding']}/applications/{case.id}" in case.letters()[0]["text"]


# Read, and the ledger


def test_a_letter_is_unread_until_its_reader_says_so_and_only_for_them(hub: Hub) -> None:
    case = Correspondent(hub)
    assert wait_for(lambda: len(case.letters(hub.vera)) == len(case.letters(hub.jonas)) == 1)
    [letter] = case.letters(hub.vera)
    assert letter["read"] is False

    for _ in range(2):
        answer = hub.vera.post(f"/api/v1/messages/{letter['id']}/read", {})
        assert (answer.status_code, answer.json()) == (200, letter | {"read": True})

    assert [one["read"] for one in case.letters(hub.vera)] == [True]
    assert [one["read"] for one in case.letters(hub.jonas)] == [False]


def test_somebody_elses_letter_does_not_exist(scene: Scene) -> None:
    case = Correspondent(scene.hub)
    settle(case, 1)
    for who in ("other", "vera"):
        path = f"/api/v1/messages/{case.letters()[0]['id']}/read"
        must_refuse(
            scene, Bad("read", 404, lambda scene, language, who=who, path=path: scene.as_(who, language).post(path, {}))
        )
    assert [one["read"] for one in case.letters()] == [False]


def test_the_ledger_proves_to_applicant_and_admins_what_was_told_to_whom(hub: Hub) -> None:
    case = Correspondent(hub)
    settle(case, 1)
    done = {"sent", "delivered", "written"}
    assert wait_for(lambda: {one["status"] for one in case.ledger()} <= done and len(case.ledger()) == 5), case.ledger()

    rows = case.ledger()

    assert rows == case.ledger(hub.vera)
    assert all({"message", "channel", "status", "at", "attempts"} <= set(row) for row in rows)
    assert {row["channel"] for row in rows} == {"in_app", "email"}
    assert {(row["to"], row["channel"], row["status"], row["attempts"]) for row in rows} == {
        ("applicant", "email", "sent", 1),
        ("applicant", "in_app", "delivered", 0), ("applicant", "email", "written", 0),
        ("reviewer", "in_app", "delivered", 0), ("reviewer", "email", "sent", 1),
    }  # fmt: skip
    assert {one["id"] for one in case.letters()} <= {row["message"] for row in rows}


def test_the_ledger_of_somebody_else_does_not_exist(scene: Scene) -> None:
    case = Correspondent(scene.hub)
    settle(case, 1)

    must_refuse(
        scene, Bad("ledger", 404, lambda scene, language: scene.as_("other", language).get(f"{case.path}/deliveries"))
    )


def test_of_all_events_only_the_one_about_the_contact_carries_personal_data(hub: Hub) -> None:
    case = Correspondent(hub).lead_to("in_review")
    case.by(hub.vera, "decision", DECLINE)
    case.by(hub.jonas, "decision/confirmation", {"agree": True})

    with sqlite3.connect(f"file:{hub.folder / 'data' / 'onboarding.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT type, envelope FROM outbox WHERE aggregate_id = ?", [case.id.replace("-", "")])
        telling = [
            kind for kind, envelope in rows if case.address in envelope or "Mina" in json.dumps(json.loads(envelope))
        ]

    assert telling == ["onboarding.contact.changed.v1"]

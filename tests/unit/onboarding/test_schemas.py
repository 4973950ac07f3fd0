"""What comes in becomes a command, an application becomes a view."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from marshmallow import Schema, ValidationError

from services.onboarding import commands, schemas
from services.onboarding.domain import Status
from shared.auth import Caller, applicant
from shared.contracts.onboarding import ContactChanged
from shared.envelope import seal
from shared.schemas import TEXTS, problems_of
from tests.support.applications import AT, JONAS, OWNER, VIOLATION, an_application

ADMIN = Caller("admin:Vera", "Vera", frozenset({"approver"}))
APPLICANT = applicant(OWNER)
CONTACT = {"email": "mina@parkpilot.example", "name": "Mina"}


def wrong(schema: Schema, body: Any) -> list[tuple[str, str]]:
    """Return pointer and code of all that is wrong with `body`."""
    with pytest.raises(ValidationError) as refused:
        schema.load(body)
    problems = problems_of(refused.value)
    assert all(problem.text == TEXTS[problem.code] for problem in problems), problems
    return sorted((problem.pointer, problem.code) for problem in problems)


def test_the_least_one_has_to_say_to_apply() -> None:
    command = schemas.StartSchema().load({"contact": CONTACT})

    assert command == commands.StartApplication(
        contact=commands.Contact(email="mina@parkpilot.example", name="Mina", language="de"),
        answers={}, submit=False, model=None,
    )  # fmt: skip


def test_a_text_loses_the_space_around_it_and_an_address_its_capital_domain() -> None:
    contact = {"email": "Mina@PARKPILOT.example", "name": "  Mina Yıldız \n"}

    command = schemas.StartSchema().load({"contact": contact})

    assert (command.contact.email, command.contact.name) == ("Mina@parkpilot.example", "Mina Yıldız")


@pytest.mark.parametrize(
    "address",
    ["", "mina", "mina@", "@b.de", "a b@c.de", "a@b", "a@b..de", "a@localhost", " a@b.de", "a@[127.0.0.1]",
     "ünal@b.de", 'a"@b.de'],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    assert wrong(schemas.StartSchema(), {"contact": CONTACT | {"email": address}}) == [("/contact/email", "email")]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("mina+hub@park-pilot.example", "mina+hub@park-pilot.example"),
        ("mina@münchen.example", "mina@xn--mnchen-3ya.example"),
        ("Mina@XN--MNCHEN-3YA.example", "Mina@xn--mnchen-3ya.example"),
        ("o'neill!#$%&*=?^_`{|}~@b.test", "o'neill!#$%&*=?^_`{|}~@b.test"),
        (f"{'a' * 64}@{'b' * 63}.de", f"{'a' * 64}@{'b' * 63}.de"),
    ],
)
def test_what_is_an_address_is_taken_and_fits_the_event_that_tells_of_it(address: str, kept: str) -> None:
    contact = schemas.StartSchema().load({"contact": CONTACT | {"email": address}}).contact

    event = ContactChanged(
        application_id=uuid4(), number="BI-7K4Q", owner=OWNER, person=contact.name, email=contact.email,
        language=contact.language, proved=False,
    )  # fmt: skip
    assert contact.email == kept
    assert seal(event, subject=event.application_id, sequence=1, correlation="-")["data"]["email"] == kept


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/contact", "required")]),
        ({"contact": {}}, [("/contact/email", "required"), ("/contact/name", "required")]),
        ({"contact": []}, [("/contact", "type")]),
        ({"contact": None}, [("/contact", "null")]),
        ({"contact": CONTACT, "fax": 1}, [("/fax", "unknown")]),
        ({"contact": CONTACT | {"fax": 1}}, [("/contact/fax", "unknown")]),
        ({"contact": CONTACT | {"name": 5}}, [("/contact/name", "type")]),
        ({"contact": CONTACT | {"name": " "}}, [("/contact/name", "length")]),
        ({"contact": CONTACT | {"language": "fr"}}, [("/contact/language", "choice")]),
        ({"contact": CONTACT, "submit": "true"}, [("/submit", "type")]),
        ({"contact": CONTACT, "submit": 0}, [("/submit", "type")]),
        ({"contact": CONTACT, "answers": "x"}, [("/answers", "type")]),
        ({"contact": CONTACT, "model": True}, [("/model", "type")]),
        ([], [("", "type")]),
        (None, [("", "type")]),
        (5, [("", "type")]),
    ],
)
def test_each_place_that_is_wrong_is_named_with_a_code(body: Any, expected: list[tuple[str, str]]) -> None:
    assert wrong(schemas.StartSchema(), body) == expected


@pytest.mark.parametrize(
    "schema", [one for one in vars(schemas).values() if isinstance(one, type) and issubclass(one, Schema)]
)
def test_no_schema_takes_a_field_it_does_not_know(schema: type[Schema]) -> None:
    assert ("/nobody~1knows", "unknown") in wrong(schema(), {"nobody/knows": 1})


def test_a_change_touches_only_what_it_names() -> None:
    assert schemas.ChangeSchema().load({}) == commands.ChangeApplication(answers=None, contact=None)
    assert schemas.ChangeSchema().load({"contact": {"name": "M"}}).contact == {"name": "M"}
    assert wrong(schemas.ChangeSchema(), {"contact": {"email": None}}) == [("/contact/email", "null")]


def test_questions_become_a_command_with_their_day() -> None:
    body = {"items": [{"text": " Warum? ", "pointer": "/use_case/title"}, {"text": "Wozu?"}], "due": "2027-01-31"}

    assert schemas.AskSchema().load(body) == commands.AskQuestions(
        items=(
            commands.NewQuestion(text="Warum?", pointer="/use_case/title"),
            commands.NewQuestion(text="Wozu?", pointer=None),
        ),
        due=date(2027, 1, 31),
    )


@pytest.mark.parametrize("due", ["31.01.2027", "2027-13-01", "2027-02-30", "tomorrow", 20270131, None, ""])
def test_a_day_that_is_none_is_refused(due: Any) -> None:
    [(pointer, code)] = wrong(schemas.AskSchema(), {"items": [{"text": "Warum?"}], "due": due})

    assert (pointer, code) == ("/due", "null" if due is None else "date")


def test_a_place_in_a_list_is_named_by_its_number() -> None:
    replies = {"items": [{"question": "1", "text": "Ja."}, {"question": "2"}, "x"]}

    assert wrong(schemas.RepliesSchema(), replies) == [("/items/1/text", "required"), ("/items/2", "type")]


@pytest.mark.parametrize(
    ("outcome", "conditions", "expected"),
    [
        ("approve", None, None),
        ("decline", None, None),
        ("approve_with_conditions", [{"text": "a"}], None),
        ("approve_with_conditions", None, ("/conditions", "required")),
        ("approve_with_conditions", [], ("/conditions", "length")),
        ("approve", [{"text": "a"}], ("/conditions", "unknown")),
        ("decline", [{"text": "a"}], ("/conditions", "unknown")),
        ("approve_with_conditions", [{"text": " "}], ("/conditions/0/text", "length")),
    ],
)
def test_conditions_belong_to_exactly_one_outcome(
    outcome: str, conditions: list[Any] | None, expected: tuple[str, str] | None
) -> None:
    body = {"outcome": outcome, "reason": "Passt."} | ({} if conditions is None else {"conditions": conditions})

    if expected:
        assert wrong(schemas.ProposeSchema(), body) == [expected]
    else:
        assert len(schemas.ProposeSchema().load(body).conditions) == len(conditions or [])


@pytest.mark.parametrize(
    "body", [{"agree": False}, {"agree": False, "comment": ""}, {"agree": False, "comment": " \n"}]
)
def test_a_no_needs_a_comment(body: dict[str, Any]) -> None:
    assert wrong(schemas.ConfirmSchema(), body) == [("/comment", "required")]


def test_a_yes_needs_none() -> None:
    assert schemas.ConfirmSchema().load({"agree": True}) == commands.ConfirmDecision(agree=True, comment="")


# Views


@pytest.mark.parametrize("caller", [None, APPLICANT, ADMIN])
@pytest.mark.parametrize("status", Status)
def test_a_view_has_all_that_is_promised_in_each_status(status: Status, caller: Caller | None) -> None:
    view = schemas.application_view(an_application(status), caller)

    promised = {"id", "number", "status", "model", "findings", "timeline", "next", "version", "links", "questions"}
    assert promised <= set(view)
    assert view["status"] == status
    assert ("proposal" in view) is (caller is ADMIN)
    assert all(set(entry) - {"note"} == {"at", "status", "actor"} for entry in view["timeline"])


def test_an_applicant_reads_roles_and_no_names() -> None:
    view = schemas.application_view(an_application(Status.APPROVED), APPLICANT)

    assert [entry["actor"] for entry in view["timeline"]][-3:] == ["reviewer", "approver", "approver"]
    assert "Vera" not in str(view)
    assert "Jonas" not in str(view)
    assert view["decision"] == {
        "outcome": "approve", "reason": "Passt.", "conditions": [], "decided_at": AT.isoformat(),
    }  # fmt: skip


def test_an_admin_reads_who_signed() -> None:
    view = schemas.application_view(an_application(Status.DECLINED), ADMIN)

    assert (view["decision"]["proposed_by"], view["decision"]["signed_by"]) == (ADMIN.subject, JONAS)
    assert view["timeline"][-1]["actor"] == JONAS


def test_the_verdict_is_that_of_the_findings_and_the_link_to_the_catalog_comes_with_the_listing() -> None:
    application = an_application(Status.APPROVED)
    sound = schemas.application_view(application, APPLICANT)
    application.take_answers(application.answers, [VIOLATION])
    application.listed("parkraum-lotse")

    unsound = schemas.application_view(application, APPLICANT)

    assert (sound["verdict"], unsound["verdict"]) == ("sound", "unsound")
    assert "use_case" not in sound["links"]
    assert unsound["links"]["use_case"] == "/api/v1/use-cases/parkraum-lotse"


def test_a_line_of_a_list_stands_even_when_nothing_is_answered() -> None:
    application = an_application()
    application.take_answers({}, [])

    line = schemas.queue_view(application)

    assert {"id", "number", "status", "kind", "theme", "next", "version"} <= set(line)
    assert (line["title"], line["provider"], line["kind"], line["theme"]) == ("", "", None, [])

"""Credentials: only ours are believed, each for what it was made for, and only as long as it lasts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from shared.auth import (
    ADMIN_ROLES,
    APPROVER,
    FIRST,
    IDLE_S,
    REVIEWER,
    SESSION_S,
    Admin,
    Caller,
    Keyring,
    applicant,
    new_admin,
    read_admins,
)

OWNER, APPLICATION, EMAIL = "applicant:1", "018f6f3e-7c1a-7d1e-9b3e-2f1a5c6d7e8f", "mina@parkpilot.example"
TOKEN, LINE = new_admin("Vera", (REVIEWER, APPROVER))
VERA = Admin(LINE["name"], frozenset(LINE["roles"]), LINE["sha256"])
OURS, THEIRS = Keyring(b"a" * 32, [VERA]), Keyring(b"b" * 32, [VERA])
KINDS = {
    "token": OURS.applicant_token(OWNER).removeprefix("bhapp_"),
    "session": OURS.session(OURS.begin(applicant(OWNER))),
    "resume": OURS.resume_key(APPLICATION),
}


def readings(credential: str) -> dict[str, Any]:
    """Return what each way of reading makes of `credential`."""
    return {
        "token": OURS.of_token(f"bhapp_{credential}"),
        "session": OURS.of_session(credential),
        "resume": OURS.of_resume_key(credential),
    }


# Tokens


def test_the_token_of_an_applicant_is_always_the_same_and_known_again() -> None:
    token = OURS.applicant_token(OWNER)

    assert token == OURS.applicant_token(OWNER)
    assert token != OURS.applicant_token("applicant:2")
    assert OURS.of_token(token) == applicant(OWNER)
    assert (applicant(OWNER).subject, applicant(OWNER).roles) == (OWNER, {"applicant"})


@pytest.mark.parametrize("kind", KINDS)
def test_each_credential_opens_only_its_own_door(kind: str) -> None:
    opened = {name for name, found in readings(KINDS[kind]).items() if found}

    assert opened == {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_one_letter_changed_anywhere_makes_a_credential_nobodys(kind: str) -> None:
    credential = KINDS[kind]
    for place in range(len(credential) - 1):  # the very last letter of base64 may carry no meaning
        forged = credential[:place] + ("A" if credential[place] != "A" else "B") + credential[place + 1 :]
        assert not any(readings(forged).values()), place


def test_what_another_house_signed_is_not_believed() -> None:
    assert OURS.of_token(THEIRS.applicant_token(OWNER)) is None
    assert OURS.of_session(THEIRS.session(THEIRS.begin(VERA.caller))) is None
    assert OURS.of_resume_key(THEIRS.resume_key(APPLICATION)) is None


@given(st.text())
def test_no_text_at_all_is_a_credential_or_breaks_anything(text: str) -> None:
    assert not any(readings(text).values())
    assert OURS.of_token(text) is None


@pytest.mark.parametrize("text", ["", "bhapp_", "bhapp_.", "bhadm_", "....", "\xff", "e30.x", "🚲"])
def test_neither_is_what_looks_a_little_like_one(text: str) -> None:
    assert OURS.of_token(text) is None
    assert not any(readings(text).values())


# Admins


def test_an_admin_is_known_by_their_token_of_which_only_the_hash_is_kept() -> None:
    assert TOKEN.startswith("bhadm_")
    assert TOKEN not in json.dumps(LINE)
    found = OURS.of_token(TOKEN)
    assert found == Caller("admin:Vera", "Vera", frozenset({REVIEWER, APPROVER}))
    assert OURS.of_token(TOKEN[:-1]) is None
    assert OURS.of_token(LINE["sha256"]) is None, "the hash opens nothing"


def test_two_tokens_of_one_name_are_one_person() -> None:
    second, line = new_admin("Vera", (APPROVER,))
    keyring = Keyring(b"a" * 32, [VERA, Admin("Vera", frozenset({APPROVER}), line["sha256"])])

    subjects = {caller.subject for token in (TOKEN, second) if (caller := keyring.of_token(token))}

    assert (second != TOKEN, subjects) == (True, {"admin:Vera"})


@pytest.mark.parametrize("role", ADMIN_ROLES)
def test_every_role_of_the_city_makes_an_admin_and_an_applicant_is_none(role: str) -> None:
    assert Caller("admin:x", "x", frozenset({role})).is_admin
    assert not applicant(OWNER).is_admin


def test_the_tokens_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps([LINE, LINE | {"name": "Jonas", "sha256": "AB" * 32}]))

    assert read_admins(path) == (VERA, Admin("Jonas", VERA.roles, "ab" * 32))


@pytest.mark.parametrize(
    "text",
    ["", "null", "{}", '{"name": 1}', "[1]", '["a"]', '[{"name": "x"}]', '[{"name": "x", "roles": 1, "sha256": "a"}]',
     '[{"name": "x", "roles": [], "sha256": 1}]', '[{"name": "x", "roles": ["mayor"], "sha256": "a"}]',
     '[{"name": "x", "roles": "approver", "sha256": "a"}]'],
)  # fmt: skip
def test_a_tokens_file_that_is_none_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(text)

    with pytest.raises(ValueError, match=r"tokens\.json is not a list of"):
        read_admins(path)


# Sessions


def cookie_of(caller: Caller) -> str:
    return OURS.session(OURS.begin(caller))


def person_of(cookie: str, keyring: Keyring = OURS) -> Caller | None:
    found = keyring.of_session(cookie)
    return found.caller if found else None


def test_a_session_knows_its_person_until_nobody_has_looked_at_a_page_for_half_an_hour() -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        cookie = cookie_of(VERA.caller)
        clock.shift(IDLE_S)
        assert person_of(cookie) == VERA.caller
        clock.shift(1)
        assert person_of(cookie) is None


def test_a_session_that_is_renewed_lasts_until_its_twelve_hours_are_over() -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        session = OURS.begin(VERA.caller)
        for _ in range(SESSION_S // 600):
            clock.shift(600)
            found = OURS.of_session(OURS.session(session))
            assert found is not None
            session = OURS.renewed(found)
        clock.shift(1)
        assert OURS.of_session(OURS.session(OURS.renewed(session))) is None


def test_a_renewed_session_is_the_same_one() -> None:
    session = OURS.begin(VERA.caller, 3)

    assert OURS.renewed(session).born == session.born == {"admin:Vera": 3, f"session:{session.id}": FIRST}


def test_the_session_of_an_admin_ends_when_they_leave_the_tokens_file() -> None:
    nobody = Keyring(b"a" * 32, [])

    assert person_of(cookie_of(VERA.caller), nobody) is None
    assert person_of(cookie_of(applicant(OWNER)), nobody) == applicant(OWNER)


def test_the_sign_of_a_form_belongs_to_one_session_of_one_house() -> None:
    signs = {keyring.csrf(cookie) for keyring in (OURS, THEIRS) for cookie in ("", "a", "b")}

    assert len(signs) == 6
    assert OURS.csrf("a") == OURS.csrf("a")


# API keys


def test_an_api_key_names_itself_and_is_derived_by_this_house_only() -> None:
    key = OURS.api_key(UUID(APPLICATION))

    assert re.fullmatch(r"bdp_[0-9a-f]{32}_[\w-]{43}", key)
    assert key == OURS.api_key(UUID(APPLICATION))
    assert key != THEIRS.api_key(UUID(APPLICATION))


# Links


def test_a_private_link_names_an_application_and_nobody() -> None:
    key = OURS.resume_key(APPLICATION)

    assert OURS.of_resume_key(key) == APPLICATION
    assert OWNER not in key


def test_a_private_link_from_before_names_its_application_too() -> None:
    old = OURS._signer("resume").dumps([APPLICATION, OWNER, "digest"])

    assert OURS.of_resume_key(old) == APPLICATION


def test_a_link_to_sign_in_is_derived_from_its_request_alone_and_by_this_house_only() -> None:
    request = UUID(APPLICATION)
    secret = OURS.sign_in_link(request)

    assert secret == OURS.sign_in_link(request)
    assert OURS.of_sign_in_link(secret) == request
    assert THEIRS.of_sign_in_link(secret) is None
    for place in range(len(secret)):
        forged = secret[:place] + ("0" if secret[place] != "0" else "1") + secret[place + 1 :]
        assert OURS.of_sign_in_link(forged) is None, place


@given(st.text())
def test_no_text_at_all_is_a_link_to_sign_in_or_breaks_anything(text: str) -> None:
    assert OURS.of_sign_in_link(text) is None


def test_the_digest_of_an_address_is_the_same_for_one_mailbox_and_of_no_use_elsewhere() -> None:
    assert OURS.address(" Mina@Parkpilot.example ") == OURS.address(EMAIL)
    assert OURS.address(EMAIL) != THEIRS.address(EMAIL)
    assert OURS.address(EMAIL) != OURS.address("other@parkpilot.example")

"""The life of a version of the model: who may sign, what voids a signature, what counts, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from services.onboarding.commands import ProposePublication, RetireVersion
from services.onboarding.domain import ModelVersion, VersionStatus, counts_again, stays_until
from shared.contracts import models as events
from shared.kernel import Conflict, Forbidden, Invalid
from tests.support.models import JONAS, VERA

S = VersionStatus
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = AT + timedelta(days=1)
UNTIL = date(2026, 12, 31)
PROPOSAL = ProposePublication(reason="Neue Satzung.", adopt_until=UNTIL, grace_days=60)


def released(name: str = "1.0") -> ModelVersion:
    version = ModelVersion.write_new(name, "{}", "release", AT)
    version.status, version.released = S.PUBLISHED, True
    return version


def draft(name: str = "1.1") -> ModelVersion:
    return ModelVersion.write_new(name, '{"version": "1.1"}', VERA, AT)


def proposed(name: str = "1.1") -> ModelVersion:
    version = draft(name)
    version.propose(PROPOSAL, "1.0", VERA, AT)
    return version


def published(name: str = "1.1") -> ModelVersion:
    version = proposed(name)
    version.confirm(agree=True, comment="", newest=released(), by=JONAS, at=LATER)
    return version


def withdrawn() -> ModelVersion:
    version = published()
    version.withdraw("Versehen.", released(), "1.1", VERA, LATER)
    return version


def retired() -> ModelVersion:
    version = published()
    version.retire(RetireVersion(reason="Alt.", until=UNTIL), released("1.2"), VERA, LATER)
    return version


IN: dict[VersionStatus, Callable[[], ModelVersion]] = {
    S.DRAFT: draft, S.PROPOSED: proposed, S.PUBLISHED: published, S.WITHDRAWN: withdrawn, S.RETIRED: retired,
}  # fmt: skip
MOVES: dict[str, Callable[[ModelVersion], None]] = {
    "write": lambda version: version.write('{"other": 1}', JONAS, LATER),
    "propose": lambda version: version.propose(PROPOSAL, "1.0", VERA, LATER),
    "agree": lambda version: version.confirm(agree=True, comment="", newest=released(), by=JONAS, at=LATER),
    "disagree": lambda version: version.confirm(agree=False, comment="Nein.", newest=released(), by=JONAS, at=LATER),
    "withdraw": lambda version: version.withdraw("Versehen.", released(), "1.1", JONAS, LATER),
    "retire": lambda version: version.retire(RetireVersion(reason="Alt."), released("1.2"), JONAS, LATER),
}
#: The whole table: which move leads where. What is not here is a conflict.
ALLOWED = {
    (S.DRAFT, "write"): S.DRAFT,
    (S.DRAFT, "propose"): S.PROPOSED,
    (S.PROPOSED, "write"): S.DRAFT,
    (S.PROPOSED, "agree"): S.PUBLISHED,
    (S.PROPOSED, "disagree"): S.DRAFT,
    (S.PUBLISHED, "withdraw"): S.WITHDRAWN,
    (S.PUBLISHED, "retire"): S.RETIRED,
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", S)
def test_a_move_leads_where_the_table_says_or_nowhere(status: VersionStatus, move: str) -> None:
    version = IN[status]()
    version.collect_events()

    if (status, move) in ALLOWED:
        MOVES[move](version)
        assert version.status is ALLOWED[status, move]
    else:
        with pytest.raises(Conflict) as caught:
            MOVES[move](version)
        assert caught.value.code == "state"
        assert version.status is status
        assert version.collect_events() == []


def test_nobody_publishes_what_they_proposed_themselves() -> None:
    version = proposed()

    with pytest.raises(Forbidden) as caught:
        version.confirm(agree=True, comment="", newest=released(), by=VERA, at=LATER)

    assert caught.value.code == "four_eyes"
    assert version.status is S.PROPOSED


def test_a_proposal_may_be_taken_back_by_whoever_made_it() -> None:
    version = proposed()

    version.confirm(agree=False, comment="Doch nicht.", newest=released(), by=VERA, at=LATER)

    assert (version.status, version.reason) == (S.DRAFT, "Doch nicht.")


def test_a_change_of_the_text_voids_the_signature_under_it() -> None:
    version = proposed()

    version.write('{"other": 1}', JONAS, LATER)

    assert (version.status, version.signed_sha256, version.proposed_by) == (S.DRAFT, None, None)


def test_what_was_signed_is_what_is_published() -> None:
    version = proposed()
    version.sha256 = "0" * 64  # as if the text had changed behind the signature

    with pytest.raises(Conflict) as caught:
        version.confirm(agree=True, comment="", newest=released(), by=JONAS, at=LATER)

    assert caught.value.code == "overtaken"


def test_a_proposal_that_another_publication_has_overtaken_is_made_anew() -> None:
    with pytest.raises(Conflict) as caught:
        proposed("1.2").confirm(agree=True, comment="", newest=published("1.1"), by=JONAS, at=LATER)

    assert caught.value.code == "overtaken"


def test_a_publication_tells_what_follows_from_it() -> None:
    version = published()

    [(number, told)] = version.collect_events()
    assert number == 1
    assert told == events.ModelPublished(
        model="1.1", before="1.0", sha256=version.sha256, reason="Neue Satzung.", adopt_until=UNTIL, grace_days=60,
        published_at=LATER,
    )  # fmt: skip


def test_open_drafts_get_thirty_days_and_partners_ninety_if_nothing_is_said() -> None:
    version = draft()

    version.propose(ProposePublication(reason="Weil."), "1.0", VERA, AT)

    assert (version.adopt_until, version.grace_days) == (date(2026, 12, 24), 90)


def test_a_day_in_the_past_is_refused() -> None:
    yesterday = AT.date() - timedelta(days=1)

    with pytest.raises(Invalid):
        draft().propose(ProposePublication(reason="Weil.", adopt_until=yesterday), "1.0", VERA, AT)
    with pytest.raises(Invalid):
        published().retire(RetireVersion(reason="Alt.", until=yesterday), released("1.2"), VERA, AT)


def test_a_withdrawal_brings_the_version_before_back_even_a_retired_one() -> None:
    version, before = published(), released()
    before.status, before.counts_until = S.RETIRED, UNTIL

    version.withdraw("Versehen.", before, "1.1", VERA, LATER)

    assert (before.status, before.counts_until) == (S.PUBLISHED, None)
    assert version.collect_events()[-1][1].name == "onboarding.model.withdrawn.v1"


@pytest.mark.parametrize(("before", "newest", "code"), [(None, "1.1", "first_version"), ("1.0", "1.2", "not_newest")])
def test_the_first_version_and_one_that_others_follow_are_not_withdrawn(
    before: str | None, newest: str, code: str
) -> None:
    with pytest.raises(Conflict) as caught:
        published().withdraw("Versehen.", released(before) if before else None, newest, VERA, LATER)

    assert caught.value.code == code


def test_the_version_that_counts_does_not_retire() -> None:
    version = published()

    with pytest.raises(Conflict) as caught:
        version.retire(RetireVersion(reason="Alt."), version, VERA, LATER)

    assert caught.value.code == "newest"


def test_an_old_version_may_be_used_until_the_first_day_somebody_named() -> None:
    old, newer = released("1.0"), published("1.1")
    assert stays_until("1.0", [old]) is None
    assert stays_until("1.0", [old, newer]) == UNTIL
    assert stays_until("1.1", [old, newer]) is None

    old.counts_until = date(2026, 12, 1)

    assert stays_until("1.0", [old, newer]) == date(2026, 12, 1)
    assert stays_until("1.0", [old, draft("1.1")]) == date(2026, 12, 1)


def test_after_a_withdrawal_the_version_before_counts_again() -> None:
    assert counts_again("1.1", [released(), withdrawn()]) == "1.0"

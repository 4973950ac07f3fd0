"""What people say about rules: judgements of the checklist, exceptions from findings, and what they make of both.

What the model says of the answers is plain data: findings, and items for people to judge, which carry `judged_by`.
A judgement or an exception counts while the same version of the same rule sees the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.onboarding.commands import JudgeRule, OverrideRule
from shared.kernel import Invalid, Problem, Text

Finding = dict[str, Any]
Findings = Sequence[Mapping[str, Any]]

JUDGEMENT, OVERRIDE = "judgement", "override"
VOUCHER, REVOCATION = "voucher", "revocation"
KEPT, BROKEN, NOT_APPLICABLE = "kept", "broken", "not_applicable"
VOUCHED = "vouched"


@dataclass(eq=False, kw_only=True)
class Assessment:
    """What one person said about one rule, and about which answer. Never changed, only followed by another.

    A voucher is about the whole application; `observed` is then the name of the intermediary.
    """

    id: UUID = field(default_factory=uuid4)
    application_id: UUID
    kind: str
    rule: str
    model: str
    pointer: str
    observed: Any
    verdict: str | None
    reason: str
    by: str
    role: str
    at: datetime

    def is_about(self, said: Mapping[str, Any]) -> bool:
        mine = (self.rule, self.model, self.pointer, self.observed)
        return mine == (said["rule"], said["model"], said["pointer"], said["observed"])

    @property
    def judged(self) -> Finding:
        return {
            "by": self.by, "role": self.role, "at": self.at.isoformat(), "verdict": self.verdict,
            "reason": self.reason,
        }  # fmt: skip

    @property
    def override(self) -> Finding:
        return {"by": self.by, "at": self.at.isoformat(), "reason": self.reason}


class Assessed:
    """What an application says of itself once people have judged, excepted and vouched."""

    answers: Mapping[str, Any]
    model: str
    checked: list[Finding]
    assessments: list[Assessment]

    @property
    def findings(self) -> list[Finding]:
        """What the check found and what people judged, with the exceptions that were made."""
        return [*merged(self.checked, self.assessments), *(vouched(self.model, one) for one in self.vouchers)]

    @property
    def checklist(self) -> list[Finding]:
        """What people still have to judge."""
        return open_checklist(self.checked, self.assessments)

    @property
    def judgements(self) -> list[Finding]:
        """What people have judged, kept rules too."""
        return judgements(self.checked, self.assessments)

    @property
    def vouchers(self) -> list[Assessment]:
        return vouchers(self.assessments)

    @property
    def organisation(self) -> str:
        return str(self.answers.get("organisation", {}).get("name", ""))

    @property
    def overridden(self) -> list[Finding]:
        return [one for one in self.findings if "override" in one]

    @property
    def violations(self) -> list[Finding]:
        return [one for one in self.findings if one["severity"] == "violation" and "override" not in one]


def judgement(application: UUID, item: Finding, command: JudgeRule, by: str, at: datetime) -> Assessment:
    """Return what `by`, in the role the rule names, found out about an item of the checklist."""
    return Assessment(
        application_id=application, kind=JUDGEMENT, rule=item["rule"], model=item["model"], pointer=item["pointer"],
        observed=item["observed"], verdict=command.verdict, reason=command.reason, by=by, role=item["judged_by"], at=at,
    )  # fmt: skip


def override(application: UUID, finding: Finding, command: OverrideRule, by: str, at: datetime) -> Assessment:
    """Return the exception `by` makes from a finding."""
    return Assessment(
        application_id=application, kind=OVERRIDE, rule=finding["rule"], model=finding["model"],
        pointer=finding["pointer"], observed=finding["observed"], verdict=None, reason=command.reason, by=by,
        role="approver", at=at,
    )  # fmt: skip


def voucher(application: UUID, by: str, organisation: str, text: str, at: datetime) -> Assessment:
    """Return what an intermediary says for an application."""
    return Assessment(
        application_id=application, kind=VOUCHER, rule=VOUCHER, model="", pointer="", observed=organisation,
        verdict=None, reason=text, by=by, role="intermediary", at=at,
    )  # fmt: skip


def revocation(given: Assessment, at: datetime) -> Assessment:
    """Return that an intermediary no longer says so."""
    taken = voucher(given.application_id, given.by, given.observed, "", at)
    taken.kind = REVOCATION
    return taken


def vouchers(assessments: Iterable[Assessment]) -> list[Assessment]:
    """Return the vouchers that were not taken back."""
    latest = {one.by: one for one in sorted(assessments, key=lambda one: one.at) if one.rule == VOUCHER}
    return [one for one in latest.values() if one.kind == VOUCHER]


def vouched(model: str, given: Assessment) -> Finding:
    """Return the finding a voucher makes: a hint, with who vouches and in which words. Never more than that."""
    said = {
        "by": given.observed,
        "role": given.role,
        "at": given.at.isoformat(),
        "verdict": VOUCHED,
        "reason": given.reason,
    }
    return {
        "rule": VOUCHER, "model": model, "pointer": "", "observed": None, "expected": {}, "severity": "hint",
        "remedy": {
            "de": "Eine Fürsprache ist keine Zustimmung. Sie ersetzt keine Prüfung.",
            "en": "A voucher is no approval. It replaces no review.",
        },
        "text": {
            "de": f"{given.observed} bürgt für diesen Antrag.",
            "en": f"{given.observed} vouches for this application.",
        },
        "judged": said,
    }  # fmt: skip


def merged(checked: Findings, assessments: Iterable[Assessment]) -> list[Finding]:
    """Return all findings: of the check and of people, each with the exception that was made from it."""
    said = list(assessments)
    found: list[Finding] = []
    for one in checked:
        finding = dict(one)
        if finding.pop("judged_by", None):
            word = _latest(JUDGEMENT, one, said)
            if word is None or word.verdict != BROKEN:
                continue
            finding["judged"] = word.judged
        if exception := _latest(OVERRIDE, one, said):
            finding["override"] = exception.override
        found.append(finding)
    return found


def open_checklist(checked: Findings, assessments: Iterable[Assessment]) -> list[Finding]:
    """Return the items of the checklist that nobody has judged yet."""
    said = list(assessments)
    return [dict(one) for one in checked if "judged_by" in one and _latest(JUDGEMENT, one, said) is None]


def judgements(checked: Findings, assessments: Iterable[Assessment]) -> list[Finding]:
    """Return the items of the checklist that were judged, each with its `judged`."""
    said = [(one, _latest(JUDGEMENT, one, assessments)) for one in checked if "judged_by" in one]
    return [dict(one) | {"judged": found.judged} for one, found in said if found]


def on_checklist(checked: Findings, rule: str) -> Finding:
    """Return the item of the checklist. Raises Invalid if `rule` is not for people to judge here."""
    found = next((dict(one) for one in checked if "judged_by" in one and one["rule"] == rule), None)
    if found is None:
        raise _wrong(
            "/rule",
            "not_on_checklist",
            Text(
                de="Diese Regel ist hier nicht von Menschen zu beurteilen.",
                en="This rule is not for people to judge here.",
            ),
        )
    return found


def to_override(findings: Findings, command: OverrideRule) -> Finding:
    """Return the finding an exception is wanted from. Raises Invalid if it is none, or several."""
    of_rule = [one for one in findings if one["rule"] == command.rule]
    found = [one for one in of_rule if command.pointer in {None, one["pointer"]}]
    if not found:
        text = Text(de="Hier gibt es diesen Befund nicht.", en="There is no such finding here.")
        raise _wrong("/pointer" if of_rule else "/rule", "no_finding", text)
    if len(found) > 1:
        text = Text(
            de="Diese Regel hat mehrere Befunde. Sagen Sie, welche Angabe Sie meinen.",
            en="This rule has several findings. Say which answer you mean.",
        )
        raise _wrong("/pointer", "required", text)
    return dict(found[0])


def unjudged(items: Findings) -> Invalid:
    """What people have to judge before anything can be approved."""
    rules = ", ".join(one["rule"] for one in items)
    text = Text(de=f"Noch nicht beurteilt: {rules}.", en=f"Not judged yet: {rules}.")
    problems = [
        Problem(
            f"/answers{one['pointer']}", f"rule.{one['rule']}", Text(**one["text"]), {"judged_by": one["judged_by"]}
        )
        for one in items
    ]
    return Invalid(text, code="unjudged", problems=problems)


def unsound(findings: Findings) -> Invalid:
    """What stops an application: its violations, told with all other findings, each pointing into `answers`."""
    blocking = [one for one in findings if "override" not in one and one["rule"] != VOUCHER]
    count = sum(one["severity"] == "violation" for one in blocking)
    text = Text(
        de=f"Bitte prüfen Sie {count} {'Angabe' if count == 1 else 'Angaben'}.",
        en=f"Please check {count} {'answer' if count == 1 else 'answers'}.",
    )
    problems = [
        Problem(
            f"/answers{one['pointer']}",
            f"rule.{one['rule']}",
            Text(**one["text"]),
            {key: value for key, value in one.items() if key != "pointer"},
        )
        for one in blocking
    ]
    return Invalid(text, code="findings", problems=problems)


def _latest(kind: str, said: Mapping[str, Any], assessments: Iterable[Assessment]) -> Assessment | None:
    about = [one for one in assessments if one.kind == kind and one.is_about(said)]
    return max(about, key=lambda one: one.at, default=None)


def _wrong(pointer: str, code: str, text: Text) -> Invalid:
    return Invalid(text, code=code, problems=[Problem(pointer, code, text)])

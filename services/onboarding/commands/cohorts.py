"""What may be asked about several applications at once, and about vouching for one."""

from __future__ import annotations

from dataclasses import dataclass

from services.onboarding.commands.applications import Answers, Contact


@dataclass(frozen=True, kw_only=True)
class CohortRow:
    """One draft to be; `words` vouch for it, "" if nobody does. `row` is its place in the table, from 2 on."""

    row: int
    contact: Contact
    answers: Answers
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportCohort:
    rows: tuple[CohortRow, ...]


@dataclass(frozen=True, kw_only=True)
class Vouch:
    """`code` is what the applicant handed over."""

    code: str
    text: str

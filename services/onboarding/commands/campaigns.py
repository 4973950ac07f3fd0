"""What may be asked about re-check campaigns."""

from __future__ import annotations

from dataclasses import dataclass

from services.onboarding.commands.applications import Answers


@dataclass(frozen=True, kw_only=True)
class StopCampaign:
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeCampaign:
    pass


@dataclass(frozen=True, kw_only=True)
class CureApplication:
    """`answers` is a JSON merge patch on the answers as the campaign's version asks for them."""

    answers: Answers

"""How answers given under one version of the model are read under another."""

from __future__ import annotations

from collections.abc import Mapping

from services.onboarding.commands import Answers
from services.onboarding.model import Model


def adopted_answers(answers: Answers, old: Model, new: Model) -> Answers:
    """Return `answers` as `new` asks for them: moved where they moved, without what no longer fits."""
    return answers


def moves(new: Model) -> Mapping[str, str]:
    """Return where answers went in `new`: pointer by old pointer."""
    return {}

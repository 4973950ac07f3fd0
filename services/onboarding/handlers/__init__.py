"""What happens when somebody asks for something, and when another service tells something."""

from services.onboarding.handlers.applications import (
    ALPHABET,
    NUMBER_LENGTH,
    ask_questions,
    change_application,
    check_answers,
    confirm_decision,
    on_use_case_listed,
    propose_decision,
    prove_address,
    reply_to_questions,
    start_application,
    submit_application,
    withdraw_application,
)
from shared.contracts.catalog import UseCaseListed
from shared.inbox import Reactions

REACTIONS: Reactions = {UseCaseListed: on_use_case_listed}

__all__ = [
    "ALPHABET",
    "NUMBER_LENGTH",
    "REACTIONS",
    "ask_questions",
    "change_application",
    "check_answers",
    "confirm_decision",
    "on_use_case_listed",
    "propose_decision",
    "prove_address",
    "reply_to_questions",
    "start_application",
    "submit_application",
    "withdraw_application",
]

"""What happens when somebody asks for something, and when another service tells something."""

from services.onboarding.handlers.access import (
    end_everywhere,
    end_key,
    end_session,
    find_key,
    issue_key,
    keep_form,
    renew_token,
)
from services.onboarding.handlers.adoption import adopt_model, adoption, follow_models
from services.onboarding.handlers.applications import (
    ALPHABET,
    NUMBER_LENGTH,
    ask_questions,
    change_application,
    check_answers,
    confirm_decision,
    on_use_case_listed,
    propose_decision,
    reply_to_questions,
    start_application,
    submit_application,
    withdraw_application,
)
from services.onboarding.handlers.assessments import judge_rule, override_rule
from services.onboarding.handlers.attachments import attach_file, forget_attachments, remove_attachment
from services.onboarding.handlers.barriers import close_barrier, forget_barriers, report_barrier
from services.onboarding.handlers.campaigns import (
    answers_to_cure,
    cure_application,
    resume_campaign,
    run_campaigns,
    start_campaign,
    stop_campaign,
    void_campaign,
)
from services.onboarding.handlers.cohorts import import_cohort, need_intermediary
from services.onboarding.handlers.deletion import delete_draft
from services.onboarding.handlers.models import (
    broken,
    compare,
    confirm_publication,
    propose_publication,
    retire_version,
    withdraw_publication,
    write_draft,
)
from services.onboarding.handlers.people import follow_contact, invite_person, is_lead, need_lead, remove_person
from services.onboarding.handlers.previews import preview_everything, run_previews, start_preview
from services.onboarding.handlers.promises import extend_draft, figures, keep_promises, reconsider_application, usual
from services.onboarding.handlers.retelling import aggregates, retell
from services.onboarding.handlers.sign_ins import answer_sign_ins, request_sign_in, use_sign_in
from services.onboarding.handlers.snapshots import (
    MOST_VERSIONS,
    Comparison,
    compare_versions,
    latest_changes,
    number_of,
    version_of,
)
from services.onboarding.handlers.vouchers import revoke_voucher, vouch
from shared.contracts.catalog import UseCaseListed
from shared.inbox import Reactions

REACTIONS: Reactions = {UseCaseListed: on_use_case_listed}
AGAIN: Reactions = {UseCaseListed: on_use_case_listed}

__all__ = [
    "AGAIN",
    "ALPHABET",
    "MOST_VERSIONS",
    "NUMBER_LENGTH",
    "REACTIONS",
    "Comparison",
    "adopt_model",
    "adoption",
    "aggregates",
    "answer_sign_ins",
    "answers_to_cure",
    "ask_questions",
    "attach_file",
    "broken",
    "change_application",
    "check_answers",
    "close_barrier",
    "compare",
    "compare_versions",
    "confirm_decision",
    "confirm_publication",
    "cure_application",
    "delete_draft",
    "end_everywhere",
    "end_key",
    "end_session",
    "extend_draft",
    "figures",
    "find_key",
    "follow_contact",
    "follow_models",
    "forget_attachments",
    "forget_barriers",
    "import_cohort",
    "invite_person",
    "is_lead",
    "issue_key",
    "judge_rule",
    "keep_form",
    "keep_promises",
    "latest_changes",
    "need_intermediary",
    "need_lead",
    "number_of",
    "on_use_case_listed",
    "override_rule",
    "preview_everything",
    "propose_decision",
    "propose_publication",
    "reconsider_application",
    "remove_attachment",
    "remove_person",
    "renew_token",
    "reply_to_questions",
    "report_barrier",
    "request_sign_in",
    "resume_campaign",
    "retell",
    "retire_version",
    "revoke_voucher",
    "run_campaigns",
    "run_previews",
    "start_application",
    "start_campaign",
    "start_preview",
    "stop_campaign",
    "submit_application",
    "use_sign_in",
    "usual",
    "version_of",
    "void_campaign",
    "vouch",
    "withdraw_application",
    "withdraw_publication",
    "write_draft",
]

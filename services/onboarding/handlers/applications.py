"""What happens when somebody asks something of an application."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.onboarding.commands import (
    Answers,
    AskQuestions,
    ChangeApplication,
    CheckAnswers,
    ConfirmDecision,
    Contact,
    ProposeDecision,
    ReplyToQuestions,
    StartApplication,
    SubmitApplication,
    WithdrawApplication,
)
from services.onboarding.domain import Application, Status, VersionStatus
from services.onboarding.handlers.adoption import is_over, need_valid_model
from services.onboarding.handlers.people import follow_contact, need_lead
from services.onboarding.model import Finding, Model, patched, verdict
from services.onboarding.repository import Applications, Models
from shared.auth import Caller
from shared.contracts.catalog import UseCaseListed
from shared.kernel import Conflict, DomainError, Invalid, NotFound, Problem, Text

#: Crockford's base32: nothing that looks like something else.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 8


def check_answers(session: Session, command: CheckAnswers, *, sees_drafts: bool = False) -> dict[str, Any]:
    """Return `{"model", "verdict", "findings", "checklist", "links"}`; nothing is stored. Old versions check, too.

    `checklist` is what people would judge.
    """
    model = _model(session, command.model, sees_drafts=sees_drafts)
    findings, items = judge(model, command.answers), model.checklist(command.answers)
    return {
        "model": model.version,
        "verdict": verdict(findings),
        "findings": list(findings),
        "checklist": list(items),
        "links": {"model": f"/api/v1/models/{model.version}"},
    }


def start_application(session: Session, command: StartApplication, caller: Caller | None, owner: str) -> Application:
    """Keep a new application; with `submit` hand it in at once, unless findings keep it a draft."""
    model, at = _model_to_apply(session, command.model), _now()
    filed_by = caller.subject if caller and caller.subject != owner else None
    application = Application.start(
        number=_number(), owner=owner, filed_by=filed_by, model=model.version, contact=command.contact, at=at
    )
    application.take_answers(command.answers, checked(model, command.answers))
    if command.submit and not application.violations:
        application.submit(at)
    Applications(session).add(application)
    return application


def change_application(session: Session, application: Application, command: ChangeApplication, caller: Caller) -> None:
    application.need_changeable()
    if command.contact is not None:
        need_lead(session, application, caller)
        kept = {"email": application.email, "name": application.person, "language": application.language}
        application.change_contact(Contact(**kept | command.contact))
        follow_contact(session, application)
    if command.answers is not None:
        _change_answers(session, application, command.answers)
    at = _now()
    application.void_proposal(at)
    if application.status is Status.DRAFT:
        application.extend(at)


def submit_application(session: Session, application: Application, command: SubmitApplication, _: Caller) -> None:
    at, model = _now(), Models(session).get(application.model)
    if application.status is Status.DRAFT:
        need_valid_model(session, application, at)
    application.take_answers(application.answers, checked(model, application.answers))
    application.submit(at)


def withdraw_application(
    session: Session, application: Application, command: WithdrawApplication, caller: Caller
) -> None:
    need_lead(session, application, caller)
    application.withdraw(command.reason, _now())


def reply_to_questions(session: Session, application: Application, command: ReplyToQuestions, _: Caller) -> None:
    if command.answers is not None:
        _change_answers(session, application, command.answers)
    application.reply(command.items, _now())


def ask_questions(session: Session, application: Application, command: AskQuestions, caller: Caller) -> None:
    sections = Models(session).get(application.model).schema["properties"]
    lost = [
        Problem(
            f"/items/{place}/pointer", "unknown_question", Text(de="Diese Angabe gibt es nicht.", en="No such answer.")
        )
        for place, question in enumerate(command.items)
        if question.pointer is not None and not is_asked(sections, question.pointer)
    ]
    if lost:
        raise Invalid(lost[0].text, code="invalid", problems=lost)
    application.ask(command, caller.subject, _now())


def propose_decision(session: Session, application: Application, command: ProposeDecision, caller: Caller) -> None:
    application.propose(command, caller.subject, _now())


def confirm_decision(session: Session, application: Application, command: ConfirmDecision, caller: Caller) -> None:
    application.confirm(agree=command.agree, comment=command.comment, by=caller.subject, at=_now())


def on_use_case_listed(event: UseCaseListed, session: Session) -> None:
    Applications(session).get(event.application_id).listed(event.slug)


def _change_answers(session: Session, application: Application, patch: Answers) -> None:
    """Change answers by a JSON Merge Patch. Raises Invalid, and then changes nothing."""
    model = Models(session).get(application.model)
    answers = patched(application.answers, patch)
    application.change_answers(answers, checked(model, answers))


def is_asked(sections: dict[str, Any], pointer: str) -> bool:
    """Whether the model asks for the answer at `pointer`, such as `/use_case/title`."""
    root, _, rest = pointer.partition("/")
    section, _, key = rest.partition("/")
    return root == "" and section in sections and (not key or key in sections[section]["properties"])


def judge(model: Model, answers: Answers) -> tuple[Finding, ...]:
    """Return the findings. Raises Invalid for what is no answer at all: unknown questions, wrong types."""
    problems = model.problems(answers)
    if problems:
        places = [Problem(f"/answers{one.pointer}", one.code, one.text, one.more) for one in problems]
        raise Invalid(
            Text(de="Bitte prüfen Sie Ihre Angaben.", en="Please check your answers."),
            code="invalid",
            problems=places,
        )
    return model.check(answers)


def checked(model: Model, answers: Answers) -> tuple[Finding, ...]:
    """Return all that the model says of the answers: the findings, and what people have to judge. Raises Invalid."""
    return (*judge(model, answers), *model.checklist(answers))


def _model(session: Session, version: str | None, *, sees_drafts: bool = False) -> Model:
    """Return the model somebody named in a body, or the one that counts. Raises Invalid."""
    models = Models(session)
    if version is None:
        return models.current()
    try:
        return models.compiled(models.version(version, sees_drafts=sees_drafts))
    except NotFound as error:
        raise _at_model(error) from error


def _model_to_apply(session: Session, version: str | None) -> Model:
    """Return the model a new application is checked with. Raises Invalid for one that does not count any more."""
    model = _model(session, version)
    published = Models(session).version(model.version).status is VersionStatus.PUBLISHED
    if not published or is_over(session, model.version, _now()):
        text = Text(
            de=f"Mit der Fassung {version} beginnt kein Antrag mehr.",
            en=f"No application begins with version {version} any more.",
        )
        raise _at_model(Conflict(text, code="model_over"))
    return model


def _at_model(error: DomainError) -> Invalid:
    return Invalid(error.text, code=error.code, problems=[Problem("/model", error.code, error.text)])


def _number() -> str:
    return "BI-" + "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))


def _now() -> datetime:
    return datetime.now(UTC)

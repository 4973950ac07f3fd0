"""What comes in about an application, and how one is shown."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from services.onboarding import commands
from services.onboarding.domain import Application, Decision
from services.onboarding.model import verdict
from services.onboarding.schemas.assessments import LONG, finding_view
from services.onboarding.schemas.conformity import conformity_view
from services.onboarding.schemas.promises import dates_view
from shared.auth import Caller
from shared.schemas import Flag, HouseSchema, Strict, choice, words

OUTCOMES = ("approve", "approve_with_conditions", "decline")


class Address(Strict):
    """An e-mail address any mail server can write to: its domain is kept as ASCII, its name has to be."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        found: str = super()._deserialize(value, attr, data, **more)
        try:
            checked = validate_email(found, check_deliverability=False, test_environment=True, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise ValidationError("email") from error
        return checked.ascii_email or checked.normalized


class ContactSchema(HouseSchema):
    email = Address(required=True, validate=validate.Length(max=320, error="length"))
    name = words(required=True)
    language = choice("de", "en", load_default="de")


class ChangedContactSchema(HouseSchema):
    email = Address(validate=validate.Length(max=320, error="length"))
    name = words()
    language = choice("de", "en")


class CheckSchema(HouseSchema):
    answers = fields.Dict(keys=Strict(), required=True)
    model = words(high=20)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.CheckAnswers:
        return commands.CheckAnswers(**data)


class StartSchema(HouseSchema):
    contact = fields.Nested(ContactSchema, required=True)
    answers = fields.Dict(keys=Strict(), load_default=dict)
    submit = Flag(load_default=False)
    model = words(high=20)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.StartApplication:
        return commands.StartApplication(**data | {"contact": commands.Contact(**data["contact"])})


class ChangeSchema(HouseSchema):
    answers = fields.Dict(keys=Strict())
    contact = fields.Nested(ChangedContactSchema)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.ChangeApplication:
        return commands.ChangeApplication(**data)


class SubmitSchema(HouseSchema):
    @post_load
    def to_command(self, _: dict[str, Any], **__: Any) -> commands.SubmitApplication:
        return commands.SubmitApplication()


class WithdrawSchema(HouseSchema):
    reason = words(low=0, high=LONG)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.WithdrawApplication:
        return commands.WithdrawApplication(**data)


class QuestionSchema(HouseSchema):
    text = words(required=True, high=LONG)
    pointer = words(high=200)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.NewQuestion:
        return commands.NewQuestion(**data)


class AskSchema(HouseSchema):
    items = fields.List(fields.Nested(QuestionSchema), required=True, validate=validate.Length(1, 50, error="length"))
    due = fields.Date()

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.AskQuestions:
        return commands.AskQuestions(**data | {"items": tuple(data["items"])})


class ReplySchema(HouseSchema):
    question = words(required=True)
    text = words(required=True, high=LONG)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.Reply:
        return commands.Reply(**data)


class RepliesSchema(HouseSchema):
    items = fields.List(fields.Nested(ReplySchema), required=True, validate=validate.Length(1, 50, error="length"))
    answers = fields.Dict(keys=Strict())

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.ReplyToQuestions:
        return commands.ReplyToQuestions(**data | {"items": tuple(data["items"])})


class ConditionSchema(HouseSchema):
    text = words(required=True, high=LONG)
    due = fields.Date()

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.Condition:
        return commands.Condition(**data)


class ProposeSchema(HouseSchema):
    outcome = choice(*OUTCOMES, required=True)
    reason = words(required=True, high=LONG)
    conditions = fields.List(fields.Nested(ConditionSchema), validate=validate.Length(1, 50, error="length"))

    @validates_schema(skip_on_field_errors=True)
    def _conditions_where_they_belong(self, data: dict[str, Any], **_: Any) -> None:
        wanted = data["outcome"] == "approve_with_conditions"
        if wanted != ("conditions" in data):
            raise ValidationError({"conditions": ["required" if wanted else "unknown"]})

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.ProposeDecision:
        return commands.ProposeDecision(**data | {"conditions": tuple(data.get("conditions", ()))})


class ConfirmSchema(HouseSchema):
    agree = Flag(required=True)
    comment = words(low=0, high=LONG)

    @validates_schema(skip_on_field_errors=True)
    def _a_no_has_a_reason(self, data: dict[str, Any], **_: Any) -> None:
        if not data["agree"] and not data.get("comment"):
            raise ValidationError({"comment": ["required"]})

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.ConfirmDecision:
        return commands.ConfirmDecision(**data)


def application_view(
    application: Application, caller: Caller | None, adoption: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Show an application to its applicant (admins by role) or to an admin (by name); `adoption` is what is offered."""
    admin = caller is not None and caller.is_admin
    findings = application.findings
    view: dict[str, Any] = {
        "id": str(application.id),
        "number": application.number,
        "status": str(application.status),
        "model": application.model,
        "adoption": adoption,
        "adopted": application.adopted,
        "contact": {
            "email": application.email,
            "name": application.person,
            "language": application.language,
            "proved": application.proved,
        },
        "answers": application.answers,
        "verdict": verdict(findings),
        "findings": [finding_view(one, admin=admin) for one in findings],
        "checklist": application.checklist,
        "judgements": [finding_view(one, admin=admin) for one in application.judgements],
        "questions": application.questions,
        "timeline": [_entry_view(one, admin=admin) for one in application.timeline],
        "next": next_view(application),
        "dates": dates_view(application),
        "decision": _decision_view(application.decision, admin=admin),
        "earlier_decisions": [_decision_view(one, admin=admin) for one in application.earlier_decisions],
        "conformity": conformity_view(application),
        "version": application.version,
        "links": _links(application),
    }
    if admin:
        view["proposal"] = _decision_view(application.open_decision, admin=True)
    return view


def _links(application: Application) -> dict[str, str]:
    path = f"/api/v1/applications/{application.id}"
    links = {
        "self": path,
        "deliveries": f"{path}/deliveries",
        "versions": f"{path}/versions",
        "attachments": f"{path}/attachments",
        "model": f"/api/v1/models/{application.model}",
        "page": f"/applications/{application.id}",
    }
    if any(step["status"] == "submitted" for step in application.timeline):
        links |= {"receipt": f"{path}/receipt"}
    if any(one.state in {"confirmed", "reconsidered"} for one in application.decisions):
        links |= {"letter": f"{path}/decision/letter"}
    return links | ({"use_case": f"/api/v1/use-cases/{application.use_case}"} if application.use_case else {})


def _entry_view(entry: dict[str, Any], *, admin: bool) -> dict[str, Any]:
    view = {"at": entry["at"], "status": entry["status"], "actor": entry["actor"] if admin else entry["role"]}
    return view | {key: entry[key] for key in ("note", "move", "rule", "verdict") if entry.get(key)}


def next_view(application: Application) -> dict[str, Any] | None:
    found = application.next()
    return {"who": found[0], "until": found[1].isoformat() if found[1] else None} if found else None


def queue_view(application: Application) -> dict[str, Any]:
    """One line of a list."""
    use_case = application.answers.get("use_case", {})
    return {
        "id": str(application.id),
        "number": application.number,
        "title": use_case.get("title", ""),
        "provider": application.answers.get("organisation", {}).get("name", ""),
        "status": str(application.status),
        "kind": application.kind or None,
        "theme": application.themes.split(),
        "findings": len(application.findings),
        "next": next_view(application),
        "version": application.version,
        "links": {"self": f"/api/v1/applications/{application.id}"},
    }


def _decision_view(decision: Decision | None, *, admin: bool) -> dict[str, Any] | None:
    if decision is None:
        return None
    view = {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "conditions": decision.conditions,
        "decided_at": decision.signed_at.isoformat() if decision.signed_at else None,
    }
    if admin:
        view |= {
            "proposed_by": decision.proposed_by,
            "signed_by": decision.signed_by,
            "comment": decision.comment,
        }
    return view

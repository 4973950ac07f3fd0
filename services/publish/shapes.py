"""What the API answers: one JSON Schema for every shape that `schemas.py` of a service shows.

Whoever reads an answer must expect more fields than these: shapes only grow.
"""

from __future__ import annotations

from typing import Any

from services.onboarding.domain import WHO, Stage, State, Status, VersionStatus
from services.onboarding.schemas import MOVES, OUTCOMES, SAID
from shared.register import SCOPES

Schema = dict[str, Any]

ANYTHING: Schema = {}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "string", "format": "uuid"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
PATH: Schema = {"type": "string", "format": "uri-reference", "description": "A path at this host."}
NUMBER: Schema = {"type": "string", "pattern": "^BI-[0-9A-Z]{4,10}$", "description": "For people, such as BI-7K4Q."}
POINTER: Schema = {"type": "string", "format": "json-pointer"}
VERSION: Schema = {"type": "integer", "minimum": 1, "description": "The ETag, as a number."}
MODEL_VERSION: Schema = {"type": "string", "pattern": "^[0-9]{1,4}[.][0-9]{1,4}$"}
SEVERITY: Schema = {"enum": ["condition", "hint", "violation"]}
VERDICT: Schema = {"enum": ["sound", "unsound"], "description": "`unsound` exactly if a finding is a violation."}
STATUS: Schema = {"enum": sorted(Status)}
RIGHT: Schema = TEXT | {"description": "What a re-check may pause."}
OPEN: Schema = {"type": "object", "additionalProperties": True}
ANSWERS: Schema = OPEN | {"description": "Sections of answers, as the `schema` of the model says."}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def shape(says: str, properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    required = sorted(set(properties) - set(optional))
    return {"type": "object", "description": says, "required": required, "properties": properties}


def page_of(name: str, **more: Schema) -> Schema:
    return shape("One page; `Link: rel=next` leads to the next.", {"items": several(ref(name))} | more)


def links(*names: str, optional: tuple[str, ...] = ()) -> Schema:
    return shape("Where to go on.", dict.fromkeys((*names, *optional), PATH), optional)


def shapes() -> dict[str, Schema]:
    """Return every component schema of the answers, by name."""
    from services.publish.shapes_of_attachments import of_attachments  # which builds on what stands here
    from services.publish.shapes_of_barriers import of_barriers  # which builds on what stands here
    from services.publish.shapes_of_messages import of_messages
    from services.publish.shapes_of_papers import of_papers
    from services.publish.shapes_of_promises import of_promises

    return (
        _of_the_house()
        | _of_the_model()
        | _of_findings()
        | _of_cohorts()
        | _of_applications()
        | of_papers(_application())
        | of_attachments()
        | _of_campaigns()
        | of_barriers()
        | _of_previews()
        | _of_the_catalog()
        | of_messages()
        | of_promises()
        | _of_access()
    )


def _of_access() -> dict[str, Schema]:
    key = {
        "id": ID, "name": TEXT, "scopes": several({"enum": list(SCOPES)}), "created_at": MOMENT, "expires_at": MOMENT,
        "last_used": or_null(DAY),
    }  # fmt: skip
    person = {"id": ID, "email": TEXT, "invited": FLAG, "since": MOMENT, "joined": or_null(MOMENT)}
    once = {"key": {"type": "string", "pattern": "^bdp_[0-9a-f]{32}_.{43}$", "description": "Shown here only."}}
    return {
        "Person": shape("Somebody who works on an application.", person),
        "People": shape("Who works on an application.", {"items": several(ref("Person"))}),
        "Key": shape("An API key, without the key itself.", key),
        "NewKey": shape("A new API key.", key | once),
        "Keys": shape("All live keys.", {"items": several(ref("Key"))}),
    }


def _of_the_house() -> dict[str, Schema]:
    place = shape(
        "One place that is wrong. A finding brings its own fields along.",
        {"pointer": POINTER | {"description": "Into the body."}, "code": TEXT, "detail": TEXT},
    )
    problem = {
        "type": {"type": "string", "format": "uri"},
        "title": TEXT | {"description": "In German or English, as `Accept-Language` asks."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": TEXT | {"description": "For programs; never changes with the language."},
        "instance": TEXT,
        "correlation": TEXT | {"description": "Name it when you ask for help; `X-Correlation-Id` says the same."},
        "errors": several(place | {"additionalProperties": True}),
    }
    return {
        "Text": shape("One text in both languages.", {"de": TEXT, "en": TEXT}),
        "Problem": shape("Why not (RFC 9457).", problem),
    }


#: A rule for people demands nothing that a machine could check; the first version gives no reasons.
_NOT_IN_EACH_RULE = ("expected", "requires", "why", "right", "judged_by")


def _of_the_model() -> dict[str, Schema]:
    rule = {
        "id": TEXT, "clause": TEXT, "source": TEXT, "severity": SEVERITY, "pointer": POINTER,
        "applies_to": OPEN, "expected": OPEN, "requires": OPEN, "text": ref("Text"), "remedy": ref("Text"),
        "why": ref("Text"), "right": TEXT | {"description": "What a re-check pauses where the rule is not kept."},
        "judged_by": TEXT | {"description": "Who judges this; then a machine does not, and nothing is `expected`."},
        "examples": shape("Answers that `POST /checks` judges so.", {"passing": ANSWERS, "failing": ANSWERS}),
    }  # fmt: skip
    derived = shape("A value that rules may name.", {"type": ANYTHING, "from": several(POINTER), "text": ref("Text")})
    example = {"key": TEXT, "title": ref("Text"), "answers": ANSWERS, "verdict": VERDICT}
    life = _life()
    difference = {"kind": TEXT, "rule": or_null(TEXT), "pointer": or_null(POINTER), "text": ref("Text")}
    model = life | {
        "changes": OPEN,
        "schema": OPEN | {"description": "The questions: JSON Schema 2020-12 of `answers`."},
        "derived": {"type": "object", "additionalProperties": derived}, "rules": several(ref("Rule")),
        "examples": several(shape("A complete set of answers.", example)),
    }  # fmt: skip
    return {
        "Rule": shape("A rule: JSON Schemas over the answers and derived values.", rule, _NOT_IN_EACH_RULE),
        "Model": shape("One version of the business and operator model.", model, ("changes", "signatures")),
        "ModelVersion": shape("The life of one version.", life, ("signatures",)),
        "Models": shape(
            "All versions, oldest first.",
            {"items": several(shape("One version.", life | {"current": FLAG}, ("signatures",)))},
        ),
        "Differences": shape(
            "What is different from one version to the other, in words.",
            {"from": MODEL_VERSION, "to": MODEL_VERSION, "items": several(shape("One difference.", difference))},
        ),
    }


def _of_findings() -> dict[str, Schema]:
    exception = {
        "by": TEXT | {"description": "To applicants a role, to admins somebody."},
        "at": MOMENT,
        "reason": TEXT,
    }
    judged = exception | {"role": TEXT, "verdict": {"enum": sorted(SAID)}}
    finding = {
        "rule": TEXT, "model": MODEL_VERSION, "pointer": POINTER | {"description": "Into `answers`."},
        "observed": ANYTHING | {"description": "The answer; null where it is missing."},
        "expected": OPEN, "severity": SEVERITY, "remedy": ref("Text"), "text": ref("Text"), "why": ref("Text"),
        "judged": ref("Judged"), "override": shape("An exception: it blocks no more.", exception),
    }  # fmt: skip
    check = {
        "model": MODEL_VERSION, "verdict": VERDICT, "findings": several(ref("Finding")),
        "checklist": several(ref("ChecklistItem")), "links": links("model"),
    }  # fmt: skip
    return {
        "Finding": shape("A rule that is not kept.", finding, ("why", "judged", "override")),
        "Judged": shape("Who judged a rule of the checklist, and why.", judged),
        "Check": shape("What the model says of answers.", check),
    }


def _life() -> Schema:
    """What is said of a version without its questions and rules."""
    ended = shape("How it ended.", {"at": MOMENT, "reason": TEXT, "until": or_null(DAY)})
    signatures = {
        "changed_by": TEXT, "proposed_by": or_null(TEXT), "proposed_at": or_null(MOMENT),
        "published_by": or_null(TEXT), "published_at": or_null(MOMENT), "ended_by": or_null(TEXT),
    }  # fmt: skip
    return {
        "version": MODEL_VERSION, "status": {"enum": sorted(VersionStatus)}, "title": ref("Text"), "published_on": DAY,
        "before": or_null(MODEL_VERSION), "reason": TEXT | {"description": "Why it was proposed."},
        "adopt_until": or_null(DAY), "grace_days": or_null(COUNT), "ended": or_null(ended), "sha256": TEXT,
        "links": links("self", "diff", "page"),
        "signatures": shape("For admins: who wrote and signed it.", signatures),
    }  # fmt: skip


def _of_applications() -> dict[str, Schema]:
    whole, extra = _application(), ("proposal",)
    once = {
        "token": TEXT | {"description": "The applicant's credential. Shown here, and in a replay; not to an API key."}
    }
    line = {
        "id": ID, "number": NUMBER, "title": TEXT, "provider": TEXT, "status": STATUS, "kind": or_null(TEXT),
        "theme": several(TEXT), "findings": COUNT, "next": or_null(ref("Next")), "version": VERSION,
        "links": links("self"),
    }  # fmt: skip
    return {
        "Application": shape("One application, as its applicant or an admin sees it.", whole, extra),
        "NewApplication": shape("A new application, with the token that opens it.", whole | once, (*extra, "token")),
        "ApplicationLine": shape("One application in a list.", line),
        "Applications": page_of("ApplicationLine"),
        "Next": shape(
            "Who acts next, until when.", {"who": {"enum": sorted(set(WHO.values()))}, "until": or_null(DAY)}
        ),
        "Question": _question(),
        "ChecklistItem": _checklist_item(),
        "Decision": _decision(),
        "Conformity": _conformity(),
    }


def _application() -> dict[str, Schema]:
    contact = {"email": TEXT, "name": TEXT, "language": {"enum": ["de", "en"]}, "proved": FLAG}
    return _adoption() | {
        "id": ID, "number": NUMBER, "status": STATUS, "model": MODEL_VERSION,
        "contact": shape("Where letters go.", contact), "answers": ANSWERS, "verdict": VERDICT,
        "findings": several(ref("Finding")), "checklist": several(ref("ChecklistItem")),
        "judgements": several(ref("ChecklistItem")), "questions": several(ref("Question")),
        "timeline": several(_step()), "next": or_null(ref("Next")),
        "dates": ref("Dates"), "earlier_decisions": several(ref("Decision")),
        "decision": or_null(ref("Decision")), "conformity": or_null(ref("Conformity")),
        "proposal": or_null(ref("Decision")) | {"description": "For admins: what waits for a second signature."},
        "version": VERSION, "links": _links_of_an_application(),
    }  # fmt: skip


def _links_of_an_application() -> Schema:
    always = ("self", "deliveries", "versions", "attachments", "model", "page")
    return links(*always, optional=("use_case", "receipt", "letter"))


def _step() -> Schema:
    entry = {
        "at": MOMENT,
        "status": STATUS,
        "actor": TEXT | {"description": "To applicants a role, to admins somebody."},
        "note": TEXT | {"description": "Why, where somebody said so."},
        "move": {"enum": sorted(MOVES), "description": "What happened, where the status stayed."},
        "rule": TEXT,
        "verdict": {"enum": sorted(SAID)},
    }
    return shape("A step.", entry, optional=("note", "move", "rule", "verdict"))


def _adoption() -> dict[str, Schema]:
    """How an application goes from one version of the model to another."""
    answer = shape("An answer that does not fit any more.", {"pointer": POINTER, "answer": ANYTHING})
    pointers = several(POINTER) | {"description": "Of the questions that are new or changed."}
    offered = {"model": MODEL_VERSION, "until": or_null(DAY), "questions": pointers, "dropped": several(answer)}
    adopted = {
        "from": MODEL_VERSION, "why": {"enum": ["asked", "expired", "withdrawn"]}, "at": MOMENT,
        "questions": pointers, "dropped": several(answer),
    }  # fmt: skip
    return {
        "adoption": or_null(shape("A newer version of the model that is offered.", offered)),
        "adopted": or_null(shape("How the application came to its version of the model.", adopted)),
    }


def _question() -> Schema:
    asked = {
        "id": ID, "text": TEXT, "pointer": or_null(TEXT), "asked_at": MOMENT, "reply": or_null(TEXT),
        "replied_at": or_null(MOMENT),
    }  # fmt: skip
    return shape("What the city asked back.", asked)


def _of_cohorts() -> dict[str, Schema]:
    place = {"row": COUNT, "column": TEXT}
    fault = shape("What is wrong in one cell.", place | {"code": TEXT, "text": ref("Text")})
    row = {
        "row": COUNT, "name": TEXT, "provider": TEXT, "title": TEXT, "verdict": VERDICT, "findings": COUNT, "id": ID,
        "number": NUMBER,
    }  # fmt: skip
    whole = {
        "dry_run": FLAG, "model": MODEL_VERSION, "errors": several(fault),
        "items": several(shape("One row; with its draft once it is imported.", row, ("id", "number"))),
    }  # fmt: skip
    voucher = {"id": ID, "number": NUMBER, "title": TEXT, "text": TEXT, "at": MOMENT, "revoked": FLAG}
    code = {"code": TEXT, "days": COUNT | {"description": "How long it can be used."}, "links": links("page")}
    return {
        "Cohort": shape("What a table would become, or has become.", whole),
        "Table": TEXT | {"description": "An empty table: one column per answer."},
        "Voucher": shape("What an intermediary says for an application.", voucher),
        "Vouchers": shape("All of them, newest first.", {"items": several(ref("Voucher"))}),
        "VouchingCode": shape("What an applicant hands to an intermediary.", code),
    }


def _checklist_item() -> Schema:
    item = {
        "rule": TEXT, "model": MODEL_VERSION, "pointer": POINTER, "observed": ANYTHING, "severity": SEVERITY,
        "expected": OPEN, "remedy": ref("Text"), "text": ref("Text"), "why": ref("Text"), "judged_by": TEXT,
        "judged": ref("Judged"),
    }  # fmt: skip
    return shape("A rule for people to judge; with `judged` once somebody did.", item, ("expected", "why", "judged"))


def _decision() -> Schema:
    condition = shape("A condition.", {"text": TEXT, "due": or_null(DAY)})
    to_admins = {"proposed_by": TEXT, "signed_by": or_null(TEXT), "comment": TEXT}
    decided = {
        "outcome": {"enum": sorted(OUTCOMES)}, "reason": TEXT, "conditions": several(condition),
        "decided_at": or_null(MOMENT),
    }  # fmt: skip
    says = "A proposal, and once two people signed a decision. Who signed is shown to admins."
    return shape(says, decided | to_admins, tuple(to_admins))


def _conformity() -> Schema:
    found = {
        "model": MODEL_VERSION, "state": {"enum": sorted(State)}, "conforming_until": or_null(DAY),
        "due_on": or_null(DAY), "findings": several(ref("Finding")), "paused_rights": several(RIGHT),
    }  # fmt: skip
    says = "What the newest re-check says of an approved application; null before the first. `due_on` ends the period."
    return shape(says, found)


def _of_campaigns() -> dict[str, Schema]:
    counts = dict.fromkeys((*sorted(State), "cured", "checked", "to_check"), COUNT)
    campaign = {
        "id": ID, "model": MODEL_VERSION, "stage": {"enum": sorted(Stage)}, "reason": TEXT, "changed_by": TEXT,
        "grace_days": COUNT, "due_on": DAY, "started_at": MOMENT, "finished_at": or_null(MOMENT),
        "counts": shape("How many re-checks are in each state, and are still to come.", counts), "version": VERSION,
        "links": links("self", "page"),
    }  # fmt: skip
    recheck = {
        "application": ID, "number": NUMBER, "title": TEXT, "state": {"enum": sorted(State)},
        "violated": several(TEXT | {"description": "A rule."}), "rights": several(RIGHT),
        "paused_rights": several(RIGHT), "due_on": or_null(DAY), "checked_at": MOMENT, "cured_at": or_null(MOMENT),
        "links": links("self"),
    }  # fmt: skip
    return {
        "Campaign": shape("All re-checks under one version of the model.", campaign),
        "Campaigns": page_of("Campaign"),
        "Recheck": shape("One approved application under the version of a campaign.", recheck),
        "CampaignPage": page_of("Recheck", **campaign),
    }


def _of_previews() -> dict[str, Schema]:
    rule = {"rule": TEXT, "worse": COUNT, "better": COUNT}
    preview = {
        "model": MODEL_VERSION, "state": {"enum": ["done", "running"]}, "total": COUNT, "checked": COUNT,
        "changed": COUNT, "groups": shape("Whose.", dict.fromkeys(("open", "approved", "running"), COUNT)),
        "rules": several(shape("For how many a rule becomes worse or better.", rule)), "started_by": TEXT,
        "started_at": MOMENT, "finished_at": or_null(MOMENT), "links": links("self", "page"),
    }  # fmt: skip
    severity = or_null(SEVERITY) | {"description": "null where nothing is found."}
    change = {"rule": TEXT, "pointer": POINTER, "from": severity, "to": severity}
    impact = {
        "application": ID, "number": NUMBER, "group": {"enum": ["approved", "open", "running"]}, "status": STATUS,
        "use_case": or_null(TEXT), "pinned": MODEL_VERSION, "before": VERDICT, "after": VERDICT,
        "changes": several(shape("A rule that says something else.", change)), "links": links("self"),
    }  # fmt: skip
    return {
        "Preview": shape("A version of the model held against all applications.", preview),
        "Impact": shape("One application whose result would change.", impact),
        "PreviewPage": page_of("Impact", **preview),
    }


def _of_the_catalog() -> dict[str, Schema]:
    served = shape("A strategy it serves, and which passage.", {"strategy": TEXT, "passage": or_null(TEXT)})
    use_case = {
        "id": ID, "slug": TEXT, "title": TEXT, "summary": TEXT, "provider": TEXT, "kind": TEXT, "theme": several(TEXT),
        "stage": TEXT, "strategy": several(TEXT), "alignment": several(served), "public_service": FLAG,
        "since": MOMENT, "conforming_until": or_null(DAY), "paused_rights": several(RIGHT),
        "links": links("self", "page"),
    }  # fmt: skip
    counts = several(shape("What a click would find.", {"value": TEXT, "count": COUNT}))
    facets = shape("Counts per facet, under the other filters.",
                   dict.fromkeys(("theme", "stage", "provider", "strategy"), counts))  # fmt: skip
    return {
        "UseCase": shape("A use case in the public catalog.", use_case),
        "UseCases": page_of("UseCase", facets=facets),
    }

"""What the API answers about versions of an application, its papers, and all that is known of it."""

from __future__ import annotations

from services.onboarding.domain import REASONS
from services.onboarding.schemas import OUTCOMES
from services.publish.shapes import (
    ANSWERS,
    ANYTHING,
    COUNT,
    ID,
    MODEL_VERSION,
    MOMENT,
    NUMBER,
    OPEN,
    POINTER,
    STATUS,
    TEXT,
    VERSION,
    Schema,
    or_null,
    ref,
    several,
    shape,
)
from services.publish.shapes import links as links_to


def of_papers(application: dict[str, Schema]) -> dict[str, Schema]:
    """`application` is what the API shows of one."""
    version = {
        "number": VERSION | {"description": "Counts from 1."}, "why": {"enum": sorted(REASONS)}, "at": MOMENT,
        "model": MODEL_VERSION, "links": links_to("self", "differences", "application"),
    }  # fmt: skip
    change = {
        "pointer": POINTER, "kind": {"enum": ["added", "changed", "removed"]}, "section": ref("Text"),
        "label": ref("Text"), "before": ANYTHING, "after": ANYTHING, "was": ref("Text"), "now": ref("Text"),
        "text": ref("Text"),
    }  # fmt: skip
    reply = {"id": ID, "text": TEXT, "pointer": or_null(TEXT), "reply": TEXT}
    compared = {
        "from": COUNT, "to": COUNT, "items": several(shape("One answer.", change)),
        "replies": several(shape("What was answered in between.", reply)),
    }  # fmt: skip
    deleted = {"id": ID, "number": NUMBER, "status": {"const": "deleted"}}
    return {
        "Deleted": shape("Nothing is left of it.", deleted),
        "Export": _export(application),
        "Paper": TEXT | {"description": "A paper to read, to print and to keep: HTML, or a tagged PDF (PDF/UA-1)."},
        "Snapshot": shape("What the application said at one time.", version | {"answers": ANSWERS}),
        "Snapshots": shape("All versions, oldest first.", {"items": several(shape("One version.", version))}),
        "AnswerDifferences": shape("What is different from one version to another, in words.", compared),
    }


def _export(application: dict[str, Schema]) -> Schema:
    kept = ("findings", "judgements", "questions", "timeline", "conformity", "contact", "answers")
    answer = {"pointer": POINTER, "label": ref("Text"), "value": ANYTHING, "text": ref("Text")}
    decision = {
        "outcome": {"enum": sorted(OUTCOMES)}, "reason": TEXT, "conditions": several(OPEN), "state": TEXT,
        "proposed_at": MOMENT, "decided_at": or_null(MOMENT), "by": several(TEXT) | {"description": "By role."},
    }  # fmt: skip
    more = {
        "format": TEXT, "id": ID, "number": NUMBER, "status": STATUS, "model": MODEL_VERSION, "created_at": MOMENT,
        "changed_at": MOMENT, "answers_in_words": several(shape("One answer.", answer)),
        "versions": several(ref("Snapshot")), "decisions": several(shape("A decision.", decision)), "links": OPEN,
    }  # fmt: skip
    return shape("All that is known of an application.", {name: application[name] for name in kept} | more)

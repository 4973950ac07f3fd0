"""The pages of the dead letter desk with something on them."""

from __future__ import annotations

from typing import Any

from shared.auth import Caller
from shared.desk.looking import as_json
from shared.kernel import Problem, Text
from tests.support.pages import HOSTILE, ID, Sample, problem

KIM = Caller("admin:Kim", "Kim", frozenset({"operator"}))
AT = "2027-05-14T11:02:00Z"
ROW = {
    "event_id": ID, "type": "onboarding.application.approved.v1", "teller": "onboarding", "aggregate_id": ID,
    "sequence": 3, "status": "parked", "attempts": 10, "due_at": None, "received_at": AT, "error": HOSTILE,
}  # fmt: skip
LINE = {
    "at": AT, "actor": "admin:Ada Weber", "action": "edited", "event_id": ID, "reason": HOSTILE, "details": {},
    "before": "0" * 64, "after": "1" * 64,
}  # fmt: skip
DATA = {"title": HOSTILE, "person": "(hidden)"}
MESSAGE = ROW | {
    "envelope": {"id": ID}, "data": DATA, "text": None, "correlation": "c0ffee", "discard": None,
    "bytes": {"size": 99, "sha256": "0" * 64, "begins": "7b 22"},
    "complaints": [{"pointer": "/title", "keyword": "type", "expected": "string"}],
    "waiting": [{"event_id": ID, "type": "onboarding.application.withdrawn.v1", "sequence": 4}],
    "suggestion": Text("Berichtigen.", "Correct it."),
}  # fmt: skip
PROPOSAL = {"proposed_by": "admin:Ada Weber", "proposed_at": AT, "reason": HOSTILE}
TABS = ("catalog", "notifications", "onboarding")


def samples() -> dict[str, Sample]:
    errors = [problem("/edit/data"), problem("/discard/reason")]
    torn = {"data": None, "envelope": None, "type": "", "text": HOSTILE, "complaints": [], "waiting": []}
    return {
        "desk": _list(),
        "desk, counted": _list(counted={"effective": 37, "known": 12371, "failing": 1}, of=12409),
        "desk, empty": _list(items=[], counts={"parked": 0, "retry": 0, "waiting": 0}, total=0),
        "desk, a message": _message(),
        "desk, a message proposed to be discarded": _message(MESSAGE | {"discard": PROPOSAL}),
        "desk, a message with errors": _message(errors=errors, typed={"/edit/data": HOSTILE}),
        "desk, torn bytes": _message(MESSAGE | torn, payload=""),
        "desk, log": ("desk_log.html", KIM, "/desk/catalog/log", {"service": "catalog", "tabs": TABS, "lines": [LINE]}),
        "desk, no log": ("desk_log.html", KIM, "/desk/catalog/log", {"service": "catalog", "tabs": TABS, "lines": []}),
    }


def _list(**but: Any) -> Sample:
    context = {
        "service": "catalog", "tabs": TABS, "items": [ROW], "total": 200,
        "filters": {"status": "", "type": ROW["type"]}, "types": [ROW["type"]], "may": True, "counted": None, "of": 0,
        "counts": {"parked": 1, "retry": 0, "waiting": 1},
    }  # fmt: skip
    return "desk.html", KIM, "/desk/catalog", context | but


def _message(
    message: dict[str, Any] | None = None,
    *,
    payload: str | None = None,
    errors: list[Problem] | None = None,
    typed: dict[str, str] | None = None,
) -> Sample:
    context = {
        "service": "catalog", "message": message or MESSAGE, "payload": as_json(DATA) if payload is None else payload,
        "lines": [LINE], "may": {"act": True, "see": True, "confirm": True}, "errors": errors or [],
        "typed": typed or {},
    }  # fmt: skip
    return "desk_message.html", KIM, f"/desk/catalog/{ID}", context

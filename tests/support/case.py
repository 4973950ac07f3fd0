"""One application and the people around it, for tests that tell its story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.hub import Client, Hub
from tests.support.scene import APPLICATIONS

APPROVE = {"outcome": "approve", "reason": "Passt zur Plattform."}
DECLINE = {"outcome": "decline", "reason": "Das gibt es schon."}
CONDITIONS = {
    "outcome": "approve_with_conditions",
    "reason": "Mit zwei Auflagen.",
    "conditions": [{"text": "Registernummer nachreichen", "due": "2027-03-31"}, {"text": "Logo zeigen"}],
}


class Case:
    """One application and the three people around it."""

    def __init__(self, hub: Hub, title: str = "Zug um Zug", **how: Any) -> None:
        self.made = hub.client().apply(title, **how)
        assert self.made.status_code == 201, self.made.text
        self.id, self.hub = self.made.json()["id"], hub
        self.path = f"{APPLICATIONS}/{self.id}"
        self.applicant = hub.client(self.made.json()["token"])

    def now(self, who: Client | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (who or self.applicant).json(self.path)
        return found

    def by(self, who: Client, what: str, body: Any) -> dict[str, Any]:
        """Make a move that works and return the application as it answers."""
        moved = who.move(self.id, what, body)
        assert moved.status_code == 200, moved.text
        answer: dict[str, Any] = moved.json()
        assert moved.headers["ETag"] == f'"{answer["version"]}"'
        return answer

    def change(self, **patch: Any) -> dict[str, Any]:
        changed = self.applicant.call("PATCH", self.path, patch, If_Match=self.applicant.get(self.path).headers["ETag"])
        assert changed.status_code == 200, changed.text
        answer: dict[str, Any] = changed.json()
        return answer

    def ask(self, *texts: str, **more: Any) -> list[str]:
        asked = self.by(self.hub.vera, "questions", {"items": [{"text": text} for text in texts]} | more)
        return [one["id"] for one in asked["questions"] if one["reply"] is None]

    def reply(self, *questions: str, **more: Any) -> dict[str, Any]:
        items = [{"question": question, "text": "So ist es."} for question in questions]
        return self.by(self.applicant, "replies", {"items": items} | more)

    def lead_to(self, status: str) -> Case:
        """Make the moves that lead from submitted to `status`."""
        if status in {"in_review", "clarification"}:
            questions = self.ask("Wie viele Sensoren?")
            if status == "in_review":
                self.reply(*questions)
        elif status == "proposed":
            self.by(self.hub.vera, "decision", APPROVE)
        elif status == "withdrawn":
            self.by(self.applicant, "withdrawal", {})
        elif status != "submitted":
            self.by(self.hub.vera, "decision", {"approved": APPROVE, "declined": DECLINE}.get(status, CONDITIONS))
            self.by(self.hub.jonas, "decision/confirmation", {"agree": True})
        assert self.now()["status"] == status
        return self


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()

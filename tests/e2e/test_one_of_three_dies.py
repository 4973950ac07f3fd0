"""Three processes on RabbitMQ and PostgreSQL: any one may die in mid-journey, and everything still arrives once."""

from __future__ import annotations

import pytest

from tests.support.hub import Hub, wait_for


@pytest.mark.parametrize("victim", ["onboarding", "catalog", "notifications"])
def test_a_service_that_dies_in_mid_journey_catches_up(three: Hub, victim: str) -> None:
    title = f"Fall ohne {victim}"
    application = three.client().apply(title).json()
    three.processes[victim].kill()
    if victim == "onboarding":
        three.processes[victim].start()
    three.approve(application["id"])
    if victim != "onboarding":
        three.processes[victim].start()
    else:
        three.processes[victim].kill()
        three.processes[victim].start()

    applicant = three.client(application["token"])
    path = f"/api/v1/applications/{application['id']}"
    assert wait_for(lambda: applicant.json(path)["links"].get("use_case"), within=30)
    found = [one for one in three.client().json("/api/v1/use-cases?limit=100")["items"] if one["title"] == title]
    assert len(found) == 1

    def told() -> list[str]:
        return [message["subject"] for message in applicant.json("/api/v1/messages?limit=100")["items"]]

    assert wait_for(lambda: len(told()) >= 3, within=30), told()
    assert len(set(told())) == len(told()) == 3

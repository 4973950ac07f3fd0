"""The whole story from outside: an applicant applies, two admins approve, the catalog lists, everybody is told."""

from __future__ import annotations

from tests.support.hub import Hub, wait_for


def test_an_approved_application_appears_in_the_catalog_and_everybody_is_told(stack: Hub) -> None:
    hub = stack
    applied = hub.client().apply("Parkraum-Lotse Nordpark")
    assert applied.status_code == 201, applied.text
    application = applied.json()
    applicant = hub.client(application["token"])
    path = f"/api/v1/applications/{application['id']}"

    hub.approve(application["id"])

    listed = wait_for(lambda: applicant.json(path)["links"].get("use_case"))
    assert listed, "the catalog never told onboarding"
    use_case = hub.client().json(listed)
    assert use_case["title"] == "Parkraum-Lotse Nordpark"
    assert [entry["status"] for entry in applicant.json(path)["timeline"]] == [
        "draft", "submitted", "in_review", "proposed", "approved",
    ]  # fmt: skip
    subjects = wait_for(lambda: len(found := subjects_of(applicant)) == 3 and found)
    assert subjects, subjects_of(applicant)
    assert any("zweite Unterschrift" in one for one in subjects_of(hub.jonas))
    assert not any(application["number"] in one and "zweite Unterschrift" in one for one in subjects_of(hub.vera))


def subjects_of(client) -> list[str]:
    return [message["subject"] for message in client.json("/api/v1/messages?limit=100")["items"]]

"""A broker or a database that is away: what can go on goes on, and the rest is said plainly."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support import hub as hubs
from tests.support import servers
from tests.support.hub import Hub, wait_for


@pytest.fixture
def postgres() -> Iterator[servers.Postgres]:
    with servers.private_postgres() as running:
        yield running


@pytest.fixture
def late_rabbit() -> Iterator[servers.Rabbit]:
    """A RabbitMQ that is not there yet."""
    rabbit = servers.Rabbit()
    yield rabbit
    rabbit.close()


def test_services_start_and_accept_without_a_broker_and_tell_once_it_is_there(
    tmp_path: Path, postgres: servers.Postgres, late_rabbit: servers.Rabbit
) -> None:
    hub = hubs.separate(tmp_path, late_rabbit.url, postgres.url)
    try:
        application = hub.client().apply("Vor dem Broker").json()
        hub.approve(application["id"])
        late_rabbit.start()
        path = f"/api/v1/applications/{application['id']}"
        assert wait_for(lambda: hub.client(application["token"]).json(path)["links"].get("use_case"), within=60)
    finally:
        hub.stop()


def test_a_database_that_goes_away_is_said_with_503_and_comes_back(
    tmp_path: Path, postgres: servers.Postgres, rabbit_url: str
) -> None:
    with servers.own_vhost(rabbit_url) as broker:
        hub = hubs.separate(tmp_path, broker, postgres.url)
        try:
            answers = hub.client().example()
            before = hub.client().apply("Davor", answers=answers).json()
            postgres.crash()
            refused = [hub.client().apply("Dazwischen", answers=answers), hub.client().get("/api/v1/use-cases")]
            assert [(answer.status_code, "Retry-After" in answer.headers) for answer in refused] == [(503, True)] * 2
            assert wait_for(lambda: readiness(hub) == {503}, within=10)
            assert hub.processes["onboarding"].child is not None

            postgres.start()
            assert wait_for(lambda: readiness(hub) == {200}, within=30)
            after = wait_for(lambda: accepted(hub, answers), within=30)
            for application in (before, after):
                hub.approve(application["id"])
                path = f"/api/v1/applications/{application['id']}"
                applicant = hub.client(application["token"])
                assert wait_for(
                    lambda path=path, applicant=applicant: applicant.json(path)["links"].get("use_case"), within=60
                )
        finally:
            hub.stop()


def readiness(hub: Hub) -> set[int]:
    return {requests.get(f"{url}/health/ready", timeout=10).status_code for url in hub.bases.values()}


def accepted(hub: Hub, answers: dict) -> dict | None:
    answer = hub.client().apply("Danach", answers=answers)
    return answer.json() if answer.status_code == 201 else None


def test_a_broker_short_of_memory_leaves_doors_alone_and_a_stop_in_time(
    tmp_path: Path, postgres: servers.Postgres, late_rabbit: servers.Rabbit
) -> None:
    late_rabbit.start()
    hub = hubs.separate(tmp_path, late_rabbit.url, postgres.url)
    onboarding = hub.processes["onboarding"]
    try:
        first = hub.client().apply("Vor dem Alarm").json()
        late_rabbit.ctl("set_vm_memory_high_watermark", "0.0000001")
        answers = [hub.client().apply(f"Im Alarm {n}") for n in range(10)]
        assert {answer.status_code for answer in answers} == {201}
        figures = f"{onboarding.url}/metrics"
        taken = 'hub_broker_blocked{service="onboarding"} 1.0'
        assert wait_for(lambda: taken in requests.get(figures, timeout=5).text, within=20)

        began = time.monotonic()
        assert onboarding.child is not None
        onboarding.child.send_signal(signal.SIGTERM)
        onboarding.child.wait(60)
        assert time.monotonic() - began < 35

        late_rabbit.ctl("set_vm_memory_high_watermark", "0.4")
        onboarding.start()
        for application in (first, *(answer.json() for answer in answers)):
            ledger = f"/api/v1/applications/{application['id']}/deliveries"
            assert wait_for(lambda ledger=ledger: hub.vera.get(ledger).status_code == 200, within=60)
    finally:
        hub.stop()

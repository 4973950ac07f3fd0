"""The real docker-compose.yml: locked down, whole from application to catalog, steady without a broker."""

import re
from collections import Counter

import pytest

from services.house import NAMES as SERVICES
from tests.support.compose import Installation, eventually
from tests.support.engine import docker

pytestmark = pytest.mark.containers
OURS = (*SERVICES, "proxy")


@pytest.mark.parametrize("service", OURS)
def test_a_container_has_no_rights_and_can_write_nowhere_but_in_tmp(house: Installation, service: str) -> None:
    host = house.container(service)["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    status = house.inside(service, "cat", "/proc/1/status")
    assert re.findall(r"^Uid:\s+(.*)$", status, re.MULTILINE) == ["\t".join(["10001"] * 4)]
    assert set(re.findall(r"^Cap\w+:\s+(\w+)$", status, re.MULTILINE)) == {"0" * 16}
    tries = "touch /tmp/x && echo tmp; touch /x /srv/x /etc/x /var/x 2>/dev/null; ls /x /srv/x /etc/x /var/x"
    assert house.inside(service, "sh", "-c", tries).split() == ["tmp"]


def test_an_application_becomes_a_use_case_and_everybody_is_told(house: Installation) -> None:
    case = house.apply("Parken mit Überblick")
    case.approve()
    listed = eventually(case.use_case)
    assert listed["slug"] in {one["slug"] for one in house.get("/api/v1/use-cases?limit=100")["items"]}
    messages = eventually(case.messages)
    assert {one["application"] for one in messages} == {case.id}
    eventually(case.deliveries)


def test_an_application_made_while_the_broker_is_dead_arrives_once(house: Installation) -> None:
    docker("kill", house.container("rabbitmq")["Id"])
    case = house.apply("Bäume, die ihren Durst melden")
    assert not case.messages()
    house.compose("start", "rabbitmq")
    eventually(case.messages)
    case.approve()
    eventually(case.use_case)
    eventually(lambda: len(case.messages()) > 1)
    assert max(Counter(one["subject"] for one in case.messages()).values()) == 1
    titles = [str(one) for one in house.get("/api/v1/use-cases?limit=100")["items"]]
    assert sum("Bäume, die ihren Durst melden" in one for one in titles) == 1


def test_the_house_says_wait_while_its_database_is_dead_and_goes_on_when_it_is_back(
    house: Installation,
) -> None:
    docker("kill", house.container("postgres")["Id"])
    refused = house.call("GET", "/api/v1/use-cases")
    house.compose("up", "--detach", "--wait", "postgres")
    eventually(lambda: house.call("GET", "/api/v1/use-cases").status_code == 200)
    eventually(house.apply("Busse, die sich absprechen").messages)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0


def test_the_proxy_speaks_problem_json_when_a_service_is_away(house: Installation) -> None:
    house.compose("stop", "catalog")
    try:
        answer = house.call("GET", "/api/v1/use-cases")
    finally:
        house.compose("up", "--detach", "--wait", "catalog")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0
    assert house.call("GET", "/api/v1/use-cases").status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "//metrics", "/%6detrics"])
def test_the_proxy_shows_no_metrics_and_no_health_of_a_service(house: Installation, path: str) -> None:
    answer = house.call("GET", path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_over_the_limit_is_refused_before_it_reaches_a_service(house: Installation) -> None:
    answer = house.call("POST", "/api/v1/checks", body={"answers": "x" * 2_000_000})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("service", OURS)
def test_a_container_that_is_stopped_ends_by_itself_and_in_peace(house: Installation, service: str) -> None:
    house.compose("stop", service)
    state = house.container(service)["State"]
    house.compose("up", "--detach", "--wait", service)
    assert state["ExitCode"] == 0
    assert not state["OOMKilled"]

"""The real docker-compose.yml: locked down, whole from application to catalog, steady without a broker."""

import re
import time

import pytest
import requests

from services.house import NAMES as SERVICES
from tests.support.compose import Case, Installation, eventually
from tests.support.engine import docker

pytestmark = pytest.mark.containers
TWO_HEARTBEATS_S = 25
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


def test_who_signed_in_at_one_service_is_known_to_the_others(house: Installation) -> None:
    here = f"http://127.0.0.1:{house.port}"
    with requests.Session() as browser:
        browser.headers["Accept"] = "text/html"
        form = browser.get(f"{here}/sign-in", timeout=30).text
        fields = [re.search(r'name="([^"]+)"(?:.*?value="([^"]*)")?', tag) for tag in re.findall("<input[^>]*>", form)]
        filled = {field[1]: field[2] or "" for field in fields if field} | {"/token": house.admins()[0]}
        assert browser.post(f"{here}/sign-in", data=filled, timeout=30).status_code == 200
        for path in ("/workbench", "/messages", "/catalog"):
            answer = browser.get(here + path, timeout=30)
            assert answer.status_code == 200
            assert answer.url == here + path
            assert "vera" in answer.text


def test_an_application_made_while_the_broker_is_dead_arrives_once(house: Installation) -> None:
    docker("kill", house.container("rabbitmq")["Id"])
    case = house.apply("Bäume, die ihren Durst melden")
    assert not house.container("rabbitmq")["State"]["Running"]
    assert not case.messages()
    house.compose("start", "rabbitmq")
    eventually(case.messages)
    case.approve()
    eventually(case.use_case)
    subjects = eventually(lambda: _subjects(case, at_least=3))
    assert len(subjects) == len(set(subjects))
    titles = [str(one) for one in house.get("/api/v1/use-cases?limit=100")["items"]]
    assert sum("Bäume, die ihren Durst melden" in one for one in titles) == 1


def test_an_application_made_while_the_broker_is_cut_off_arrives_once(house: Installation) -> None:
    # Unlike a kill, this closes no connection: both sides have to notice that nothing comes any more.
    broker, network = house.container("rabbitmq")["Id"], f"{house.project}_back"
    docker("network", "disconnect", network, broker)
    case = house.apply("Laternen, die nach Hause leuchten")
    time.sleep(TWO_HEARTBEATS_S)
    assert not case.messages()
    docker("network", "connect", "--alias", "rabbitmq", network, broker)
    case.approve()
    eventually(case.use_case)
    subjects = eventually(lambda: _subjects(case, at_least=3))
    assert len(subjects) == len(set(subjects))


def test_two_containers_of_each_service_tell_everybody_once(house: Installation) -> None:
    try:
        house.compose("up", "--detach", "--wait", *(f"--scale={service}=2" for service in SERVICES))
        cases = [house.apply(f"Zu zweit {number}") for number in range(10)]
        for case in cases:
            case.approve()
        for case in cases:
            eventually(case.use_case)
    finally:
        house.compose("up", "--detach", "--wait", *(f"--scale={service}=1" for service in SERVICES))
    for case in cases:
        subjects = eventually(lambda case=case: _subjects(case, at_least=3))
        assert len(subjects) == len(set(subjects))


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


def _subjects(case: Case, at_least: int) -> list[str]:
    """Return the subjects of the case's messages, or nothing before there are enough of them."""
    subjects = [one["subject"] for one in case.messages()]
    return subjects if len(subjects) >= at_least else []

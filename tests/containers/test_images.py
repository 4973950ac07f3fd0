"""What is in the images, and what is not."""

import json

import pytest

from services.house import NAMES as SERVICES
from tests.support.engine import docker
from tests.support.manifests import version

pytestmark = pytest.mark.containers
OWN = [f"innovationshub/{name}:{version()}" for name in (*SERVICES, "setup", "proxy")]
LOCKED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")


@pytest.mark.parametrize("image", OWN)
@pytest.mark.usefixtures("images")
def test_an_image_runs_as_nobody_and_tells_how_it_is(image: str) -> None:
    (found,) = json.loads(docker("image", "inspect", image))
    assert found["Config"]["User"] == "10001:10001"
    assert found["Config"]["Healthcheck"]["Test"][0] == "CMD"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.usefixtures("images")
def test_an_image_holds_its_own_service_and_nothing_of_the_project_beside(service: str) -> None:
    image = f"innovationshub/{service}:{version()}"
    folders = docker("run", "--rm", *LOCKED, image, "find", ".", "-mindepth", "1", "-maxdepth", "2", "-type", "d")
    ours = {line for line in folders.split() if "__pycache__" not in line}
    assert {one for one in ours if one.count("/") == 1} == {"./bin", "./services", "./shared"}
    assert {one for one in SERVICES if f"./services/{one}" in ours} == {service}


@pytest.mark.parametrize("image", [one for one in OWN if "proxy" not in one])
@pytest.mark.usefixtures("images")
def test_the_command_line_works_in_every_image_of_the_house(image: str) -> None:
    assert "hub" in docker("run", "--rm", *LOCKED, image, "hub", "--help")


@pytest.mark.usefixtures("images")
def test_a_service_with_missing_settings_says_which_and_does_not_start() -> None:
    with pytest.raises(AssertionError, match="AMQP_URI"):
        docker("run", "--rm", *LOCKED, OWN[0])


@pytest.mark.usefixtures("images")
def test_the_image_that_writes_papers_makes_pdfs() -> None:
    code = "from shared.papers import pdf; print(pdf('<html lang=de><title>x</title><p>Größe</p>')[:5])"
    image = f"innovationshub/onboarding:{version()}"

    assert "%PDF-" in docker("run", "--rm", *LOCKED, "--entrypoint", "python", image, "-c", code)

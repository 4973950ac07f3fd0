"""Dockerfile, Compose file, manifests and the house's settings agree with each other."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from environs import Env

from services.house import NAMES as SERVICES
from shared.settings import ROLES, read
from tests.support import manifests
from tests.support.engine import docker, require_client
from tests.support.manifests import ROOT, compose, container, name, of_kind, pod, workloads

DOCKERFILES = [
    ROOT / "Dockerfile",
    ROOT / "deploy" / "proxy" / "Dockerfile",
    *sorted((ROOT / ".ci" / "engine" / "images").glob("*.Dockerfile")),
]
OWN = (*SERVICES, "setup", "proxy")
UID = "10001"
#: Read by the entrypoint or the interpreter, not by the house.
NOT_SETTINGS = {"PATH", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "SERVICE"}


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_dockerfile_passes_the_linter(path: Path) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, "--config", ROOT / ".hadolint.yaml", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_dockerfile_asks_no_registry_for_its_parser(path: Path) -> None:
    assert not re.search(r"^#\s*syntax\s*=", path.read_text(), re.MULTILINE)


@pytest.mark.containers
def test_compose_accepts_the_file() -> None:
    require_client()
    docker("compose", "config", "--quiet")


def test_every_setting_that_is_set_is_one_that_the_house_reads() -> None:
    known = manifests.settings()
    (config,) = of_kind("ConfigMap")
    assert set(config["data"]) | manifests.secrets()["hub-connections"] <= known
    assert set(manifests.image_environment()) - NOT_SETTINGS <= known
    for service in (*SERVICES, "setup"):
        assert set(compose()["services"][service]["environment"]) <= known


def test_the_house_accepts_what_compose_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compose()["services"]["onboarding"]["environment"]
    _environment(monkeypatch, manifests.image_environment(), {key: _plain(text) for key, text in environment.items()})
    settings = read(Env())
    assert not settings.embedded
    assert not settings.setup
    assert settings.port == 8000
    assert settings.database("catalog").endswith("/catalog")
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.mail_url == "console:"
    assert settings.roles == ROLES


def test_the_house_accepts_what_the_manifests_set(monkeypatch: pytest.MonkeyPatch) -> None:
    (config,) = of_kind("ConfigMap")
    documented = (manifests.K8S / "README.md").read_text()
    connections = {
        key: found
        for key in manifests.secrets()["hub-connections"]
        for found in re.findall(rf"{key}='([^']+)'", documented)
    }
    _environment(monkeypatch, manifests.image_environment(), config["data"], connections)
    settings = read(Env())
    assert not settings.embedded
    assert not settings.setup
    assert settings.log_format == "json"


def test_images_have_the_same_names_and_the_version_of_the_project_everywhere() -> None:
    expected = {f"innovationshub/{one}:{manifests.version()}" for one in OWN}
    assert {compose()["services"][one]["image"] for one in OWN} == expected
    in_cluster = {container(one)["image"] for one in workloads()}
    assert in_cluster == {f"innovationshub/{one}:{manifests.version()}" for one in (*SERVICES, "setup")}


def test_every_image_is_built_for_its_own_service() -> None:
    for service in SERVICES:
        assert compose()["services"][service]["build"]["args"] == {"SERVICE": service}
    assert compose()["services"]["setup"]["build"]["args"] == {"SERVICE": "all"}
    assert compose()["services"]["setup"]["command"] == ["hub", "setup"]
    (job,) = of_kind("Job")
    assert container(job)["args"] == ["hub", "setup"]
    # The Dockerfile names all of them, to leave out the others.
    assert f"for one in {' '.join(SERVICES)};" in (ROOT / "Dockerfile").read_text()


def test_everybody_runs_as_the_same_nobody() -> None:
    for dockerfile in (ROOT / "Dockerfile", ROOT / "deploy" / "proxy" / "Dockerfile"):
        assert f"USER {UID}:{UID}" in dockerfile.read_text()
    for workload in workloads():
        context = pod(workload)["securityContext"]
        assert {str(context[key]) for key in ("runAsUser", "runAsGroup", "fsGroup")} == {UID}


def test_compose_locks_down_what_is_ours() -> None:
    for one in OWN:
        service = compose()["services"][one]
        assert service["read_only"]
        assert service["tmpfs"] == ["/tmp"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "stop_grace_period" in service


def test_compose_opens_one_port_and_only_to_this_machine() -> None:
    published = {key: service["ports"] for key, service in compose()["services"].items() if "ports" in service}
    assert published == {"proxy": ["127.0.0.1:${PORT:-8080}:8080"]}
    assert compose()["networks"]["back"]["internal"]
    assert compose()["services"]["proxy"]["networks"] == ["front"]


def test_compose_asks_for_no_rights_that_a_small_machine_refuses() -> None:
    for service in compose()["services"].values():
        assert not {"privileged", "cap_add", "ulimits", "oom_score_adj"} & set(service)


def test_no_health_check_needs_a_tool_that_the_images_lack() -> None:
    checks = [str(one.get("healthcheck", "")) for one in compose()["services"].values()]
    checks += [path.read_text() for path in DOCKERFILES]
    assert not any(re.search(r"\b(curl|wget)\b", one) for one in checks)


def test_services_start_after_setup_and_setup_after_broker_and_databases() -> None:
    ready = {"rabbitmq": {"condition": "service_healthy"}, "postgres": {"condition": "service_healthy"}}
    services = compose()["services"]
    assert services["setup"]["depends_on"] == ready
    for service in SERVICES:
        assert services[service]["depends_on"] == ready | {"setup": {"condition": "service_completed_successfully"}}
    assert {name(one) for one in of_kind("Deployment")} == set(services["proxy"]["depends_on"])


def _plain(text: str) -> str:
    """Replace `${NAME:-default}` by its default, inside out."""
    while (found := re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", text)) != text:
        text = found
    return text


def _environment(monkeypatch: pytest.MonkeyPatch, *layers: dict[str, Any]) -> None:
    for key in manifests.settings():
        monkeypatch.delenv(key, raising=False)
    for layer in layers:
        for key, value in layer.items():
            if key not in NOT_SETTINGS:
                monkeypatch.setenv(key, value)

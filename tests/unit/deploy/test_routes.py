"""One table says which service answers which path; the proxy and the ingress are rendered from it."""

import json
import re
import subprocess
import sys

import pytest
import yaml

from deploy import render
from services.house import NAMES as SERVICES
from tests.support.manifests import ROOT

CASES = {
    "/": "onboarding",
    "/apply": "onboarding",
    "/apply/organisation": "onboarding",
    "/applications": "onboarding",
    "/workbench": "onboarding",
    "/workbench/0190/decision": "onboarding",
    "/sign-in": "onboarding",
    "/about/imprint": "onboarding",
    "/easy-language": "onboarding",
    "/easy-language/more": None,
    "/static/hub.css": "onboarding",
    "/desk": "onboarding",
    "/desk/onboarding": "onboarding",
    "/desk/catalog/0190/edit": "catalog",
    "/desk/notifications/log": "notifications",
    "/desk/kitchen": None,
    "/catalog": "catalog",
    "/catalog/parkplatz": "catalog",
    "/messages": "notifications",
    "/api/v1/models": "onboarding",
    "/api/v1/models/current": "onboarding",
    "/api/v1/checks": "onboarding",
    "/api/v1/applications": "onboarding",
    "/api/v1/applications/0190": "onboarding",
    "/api/v1/applications/0190/decision/confirmation": "onboarding",
    "/api/v1/applications/0190/deliveries": "notifications",
    "/api/v1/applications/deliveries": "onboarding",
    "/api/v1/use-cases": "catalog",
    "/api/v1/use-cases/parkplatz": "catalog",
    "/api/v1/messages": "notifications",
    "/api/openapi.json": "onboarding",
    "/api/docs": "onboarding",
    "/applyx": None,
    "/catalogue": None,
    "/metrics": None,
    "/health/ready": None,
    "/api/v1": None,
}

DOORS = """
import json, sys
from importlib import import_module
from shared import run
from shared.web.door import Door

def doors(service):
    room = import_module(f"services.{service}.service").Service
    methods = [getattr(room, name) for name in dir(room)]
    points = [one for method in methods for one in getattr(method, "nameko_entrypoints", ())]
    return sorted({one.url for one in points if isinstance(one, Door)})

print(json.dumps({service: doors(service) for service in sys.argv[1:]}))
"""


@pytest.mark.parametrize("target", render.TARGETS)
def test_the_committed_configuration_is_what_the_table_renders(target: str) -> None:
    committed = (ROOT / "deploy" / target).read_text()
    assert render.rendered(target) == committed, "run `python deploy/render.py`"


@pytest.mark.parametrize(("path", "service"), CASES.items())
def test_a_path_is_answered_by_its_service(path: str, service: str | None) -> None:
    assert render.service_of(path) == service


@pytest.mark.parametrize(("path", "service"), CASES.items())
def test_the_proxy_decides_like_the_table_and_leaves_the_unknown_to_onboarding(path: str, service: str | None) -> None:
    routes = re.findall(r'^ +"~(\S+)" (\w+);$', (ROOT / "deploy/proxy/nginx.conf").read_text(), re.MULTILINE)
    found = next((to for regex, to in routes if re.search(regex, path)), None)
    assert found == service


@pytest.mark.parametrize(("path", "service"), CASES.items())
def test_the_ingress_decides_like_the_table_with_its_own_order(path: str, service: str | None) -> None:
    ingress = yaml.safe_load((ROOT / "deploy/k8s/ingress.yaml").read_text())
    assert ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/use-regex"] == "true"
    paths = ingress["spec"]["rules"][0]["http"]["paths"]
    # The controller writes `location ~* "^PATH"`, the longest path first.
    longest_first = sorted(paths, key=lambda one: -len(one["path"]))
    found = next((one for one in longest_first if re.match(one["path"], path, re.IGNORECASE)), None)
    assert (found and found["backend"]["service"]["name"]) == service


def test_the_proxy_keeps_health_and_metrics_of_the_services_to_itself() -> None:
    conf = (ROOT / "deploy/proxy/nginx.conf").read_text()
    (closed,) = re.findall(r"location ~ (\S+\)) \{\n +default_type [^;]+;\n +return 404", conf)
    assert all(re.search(closed, path) for path in ("/metrics", "/health/ready", "/health/live", "/health"))
    assert not any(re.search(closed, path) for path in CASES if CASES[path])


def test_every_door_of_a_service_is_reached_by_its_path() -> None:
    # In a process of its own: importing a service makes the standard library cooperative for good.
    done = subprocess.run([sys.executable, "-c", DOORS, *SERVICES], cwd=ROOT, check=True, capture_output=True)
    for service, urls in json.loads(done.stdout).items():
        paths = {re.sub(r"<[^>]+>", "0190", url) for url in urls}
        assert paths
        assert {path: render.service_of(path) for path in paths} == dict.fromkeys(paths, service)

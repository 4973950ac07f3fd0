"""What the manifests, the Compose file and the Dockerfile say, as data, for tests that compare them."""

import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy" / "k8s"
Document = dict[str, Any]


@cache
def rendered() -> tuple[Document, ...]:
    """Return every object `kubectl apply -k deploy/k8s` would send."""
    kubectl = Path(sys.executable).with_name("kubectl")
    done = subprocess.run([kubectl, "kustomize", K8S], check=True, capture_output=True, text=True)
    return tuple(one for one in yaml.safe_load_all(done.stdout) if one)


@cache
def secrets() -> dict[str, set[str]]:
    """Return the keys of each secret that an operator has to make, by the secret's name."""
    found = yaml.safe_load_all((K8S / "secrets.example.yaml").read_text())
    return {one["metadata"]["name"]: set(one["stringData"]) for one in found}


@cache
def compose() -> Document:
    loaded: Document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def of_kind(*kinds: str) -> list[Document]:
    return [one for one in rendered() if one["kind"] in kinds]


def workloads() -> list[Document]:
    return of_kind("Deployment", "Job")


def name(document: Document) -> str:
    return str(document["metadata"]["name"])


def pod(workload: Document) -> Document:
    spec: Document = workload["spec"]["template"]["spec"]
    return spec


def container(workload: Document) -> Document:
    (only,) = pod(workload)["containers"]
    found: Document = only
    return found


def selected(selector: Document, workload: Document) -> bool:
    """Whether a label selector of the two forms used here fits the pods of `workload`."""
    labels = workload["spec"]["template"]["metadata"]["labels"]
    exact = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return exact and all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", []))


def settings() -> set[str]:
    """Return the names of all settings that the house reads from its environment."""
    return set(re.findall(r'env\.\w+\("([A-Z_]+)"', (ROOT / "shared" / "settings.py").read_text()))


def image_environment() -> dict[str, str]:
    """Return the ENV of the services' Dockerfile."""
    (block,) = re.findall(r"^ENV ((?:.*\\\n)*.*)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return dict(re.findall(r"(\w+)=(\S+)", block))


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])

"""What a schema sees in the Kubernetes manifests, and the cross references that it does not see."""

import re

import kubernetes_validate
import pytest
import yaml

from services.house import NAMES as SERVICES
from tests.support import manifests
from tests.support.manifests import K8S, container, name, of_kind, pod, selected, workloads

PROMISED = ("1.30", "1.37")
QUANTITY = re.compile(r"^\d+(\.\d+)?(m|k|M|G|Ki|Mi|Gi)?$")
#: What a service takes to finish what it has begun, after its SIGTERM.
FINISHING_S = 25


@pytest.mark.parametrize("version", PROMISED)
def test_every_manifest_fits_the_schemas_of_the_promised_versions(version: str) -> None:
    examples = list(yaml.safe_load_all((K8S / "secrets.example.yaml").read_text()))
    for document in [*manifests.rendered(), *examples]:
        assert kubernetes_validate.validate(document, version, strict=True) == version


def test_a_manifest_that_no_schema_knows_is_refused() -> None:
    budget = of_kind("PodDisruptionBudget")[0] | {"apiVersion": "policy/v1beta1"}
    with pytest.raises(kubernetes_validate.SchemaNotFoundError):
        kubernetes_validate.validate(budget, PROMISED[-1], strict=True)


def test_the_readme_promises_the_versions_that_are_tested() -> None:
    assert f"Kubernetes {PROMISED[0]} to {PROMISED[1]}" in (K8S / "README.md").read_text()


def test_every_manifest_in_the_folder_is_applied_but_the_example_of_secrets() -> None:
    listed = set(yaml.safe_load((K8S / "kustomization.yaml").read_text())["resources"])
    assert {path.name for path in K8S.glob("*.yaml")} - listed == {
        "kustomization.yaml",
        "secrets.example.yaml",
    }


def test_every_service_has_its_deployment_service_account_and_budget() -> None:
    for kind in ("Deployment", "Service", "PodDisruptionBudget"):
        assert {name(one) for one in of_kind(kind)} == set(SERVICES)
    assert {name(one) for one in of_kind("ServiceAccount")} == {*SERVICES, "setup"}
    assert {pod(one)["serviceAccountName"] for one in workloads()} == {*SERVICES, "setup"}


def test_selectors_pick_the_pods_of_their_own_service_and_no_others() -> None:
    for document in of_kind("Deployment", "PodDisruptionBudget"):
        picked = [name(one) for one in workloads() if selected(document["spec"]["selector"], one)]
        assert picked == [name(document)]
    for service in of_kind("Service"):
        picked = [name(one) for one in workloads() if selected({"matchLabels": service["spec"]["selector"]}, one)]
        assert picked == [name(service)]
    for deployment in of_kind("Deployment"):
        (constraint,) = pod(deployment)["topologySpreadConstraints"]
        assert constraint["labelSelector"] == deployment["spec"]["selector"]


def test_services_probes_and_policies_name_ports_that_the_pods_open() -> None:
    opened = {name(one): container(one)["ports"][0] for one in of_kind("Deployment")}
    assert {port["containerPort"] for port in opened.values()} == {int(manifests.image_environment()["PORT"])}
    for service in of_kind("Service"):
        assert service["spec"]["ports"][0]["targetPort"] == opened[name(service)]["name"]
    for deployment in of_kind("Deployment"):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container(deployment)[probe]["httpGet"]["port"] == opened[name(deployment)]["name"]


def test_probes_ask_the_paths_that_every_service_serves() -> None:
    for deployment in of_kind("Deployment"):
        found = container(deployment)
        assert found["livenessProbe"]["httpGet"]["path"] == "/health/live"
        assert found["startupProbe"]["httpGet"]["path"] == "/health/live"
        assert found["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert "/health/ready" in (manifests.ROOT / "deploy" / "docker" / "ready").read_text()


def test_configuration_and_secrets_that_pods_refer_to_exist() -> None:
    maps = {name(one) for one in of_kind("ConfigMap")}
    for workload in workloads():
        for source in container(workload)["envFrom"]:
            if "configMapRef" in source:
                assert source["configMapRef"]["name"] in maps
            else:
                assert source["secretRef"]["name"] in manifests.secrets()
        volumes = {volume["name"]: volume for volume in pod(workload)["volumes"]}
        assert {mount["name"] for mount in container(workload)["volumeMounts"]} == set(volumes)
        assert volumes["keys"]["secret"]["secretName"] in manifests.secrets()


def test_the_files_that_settings_name_are_keys_of_the_mounted_secret() -> None:
    (config,) = of_kind("ConfigMap")
    for workload in workloads():
        (folder,) = [one["mountPath"] for one in container(workload)["volumeMounts"] if one["name"] == "keys"]
        named = {config["data"]["HOUSE_SECRET_FILE"], config["data"]["ADMIN_TOKENS_FILE"]}
        assert named == {f"{folder}/{key}" for key in manifests.secrets()["hub-keys"]}


def test_the_ingress_leads_to_services_and_ports_that_exist() -> None:
    ports = {name(one): one["spec"]["ports"][0]["name"] for one in of_kind("Service")}
    (ingress,) = of_kind("Ingress")
    (rule,) = ingress["spec"]["rules"]
    for path in rule["http"]["paths"]:
        backend = path["backend"]["service"]
        assert ports[backend["name"]] == backend["port"]["name"]
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
    (config,) = of_kind("ConfigMap")
    assert config["data"]["PUBLIC_URL"] == f"https://{rule['host']}"


def test_nothing_flows_that_no_policy_names() -> None:
    policies = {name(one): one["spec"] for one in of_kind("NetworkPolicy")}
    closed = policies.pop("nothing-by-default")
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    reached = {
        key: {name(one) for one in workloads() if selected(policy["podSelector"], one)}
        for key, policy in policies.items()
    }
    house = {*SERVICES, "setup"}
    assert reached == {
        "visitors-to-doors": set(SERVICES),
        "house-to-names": house,
        "house-to-broker": house,
        "house-to-databases": house,
        "notifications-to-mail": {"notifications"},
        "onboarding-to-scanner": {"onboarding"},
    }


def test_every_pod_meets_the_restricted_standard() -> None:
    for workload in workloads():
        whole, inner = pod(workload)["securityContext"], container(workload)["securityContext"]
        assert whole["runAsNonRoot"]
        assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
        assert inner == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert pod(workload)["automountServiceAccountToken"] is False
        assert pod(workload)["enableServiceLinks"] is False
    for account in of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False
    (namespace,) = of_kind("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_container_says_what_it_needs_and_at_most_takes() -> None:
    for workload in workloads():
        resources = container(workload)["resources"]
        amounts = [*resources["requests"].values(), *resources["limits"].values()]
        assert all(QUANTITY.match(str(amount)) for amount in amounts)
        assert {"cpu", "memory"} == set(resources["requests"])
        assert "memory" in resources["limits"]


def test_a_pod_has_time_to_finish_what_it_has_begun() -> None:
    for deployment in of_kind("Deployment"):
        (_, pause) = container(deployment)["lifecycle"]["preStop"]["exec"]["command"]
        assert pod(deployment)["terminationGracePeriodSeconds"] > int(pause) + FINISHING_S

"""The broker's topology by one command, and services whose users may not configure anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import amqp
import pytest
from kombu import Queue

from services.house import NAMES
from shared.auth import new_admin
from shared.broker import Broker
from shared.topology import rights, work_queue
from tests.support import hub as hubs
from tests.support import servers
from tests.support.builders import approved, waiting
from tests.support.command_line import OK, hub
from tests.support.hub import wait_for


@pytest.fixture
def node() -> Iterator[servers.Rabbit]:
    """A RabbitMQ with one user per service that may do what `hub topology show` says, and no more."""
    with servers.private_rabbit() as rabbit:
        for name in NAMES:
            allowed = rights(name)
            rabbit.ctl("add_user", name, "secret")
            rabbit.ctl("set_permissions", name, allowed["configure"], allowed["write"], allowed["read"])
        yield rabbit


@pytest.fixture
def environment(tmp_path: Path, rabbit_url: str) -> dict[str, str]:
    (tmp_path / "secret").write_text("s" * 40, "utf-8")
    (tmp_path / "tokens").write_text(json.dumps([new_admin("Vera", ("reviewer",))[1]]), "utf-8")
    return {
        "AMQP_URI": rabbit_url,
        "DATABASE_URL": f"sqlite:///{tmp_path}/{{service}}.db",
        "HOUSE_SECRET_FILE": str(tmp_path / "secret"),
        "ADMIN_TOKENS_FILE": str(tmp_path / "tokens"),
    }


def test_the_topology_is_shown_before_it_is_made_and_made_once(environment: dict[str, str]) -> None:
    with servers.own_queues(environment["AMQP_URI"]):
        before = json.loads(hub("topology", "show", "--json", **environment).output)
        missing = [row["name"] for row in before if row["state"] == "missing"]
        assert {"q.catalog.onboarding", "q.onboarding.catalog", "dlq.notifications"} <= set(missing)

        first, again = (hub("topology", "apply", **environment) for _ in range(2))

        assert (first.exit_code, again.exit_code) == (OK, OK)
        assert first.output.startswith(f"{len(missing)} made")
        assert again.output.startswith("0 made")
        after = json.loads(hub("topology", "show", "--json", **environment).output)
        assert {row["state"] for row in after if row["kind"] != "user"} == {"there"}
        assert "broker" in hub("check", **environment).output


def test_a_queue_somebody_made_with_other_limits_is_kept_and_bound(environment: dict[str, str]) -> None:
    with servers.own_queues(environment["AMQP_URI"]) as url:
        broker, name = Broker(url), work_queue("catalog", "onboarding").name
        with broker.connection() as connection:
            Queue(name, durable=True, queue_arguments={"x-queue-type": "quorum"})(connection.channel()).queue_declare()

        broker.apply_topology(*NAMES)

        with broker.publisher() as publish, broker.receiver("catalog") as receiver:
            assert publish("onboarding", [waiting(approved(), position=1)]).confirmed == {1}
            assert len(receiver.batch(1, timeout=30)) == 1


def test_the_whole_journey_passes_with_users_that_may_not_configure_anything(
    tmp_path: Path, node: servers.Rabbit, environment: dict[str, str], postgres_url: str
) -> None:
    with servers.own_databases(postgres_url) as databases:
        ready = hub("setup", **environment | {"AMQP_URI": node.url, "DATABASE_URL": databases})
        assert ready.exit_code == OK, ready.output
        uri = f"amqp://{{service}}:secret@127.0.0.1:{node.port}/"
        house = hubs.separate(tmp_path, uri, databases, SETUP="off")
        try:
            application = house.client().apply("Ohne Rechte").json()
            house.approve(application["id"])
            mina, path = house.client(application["token"]), f"/api/v1/applications/{application['id']}"
            assert wait_for(lambda: mina.json(path)["links"].get("use_case"), within=30)
            assert wait_for(lambda: len(mina.json("/api/v1/messages")["items"]) >= 3, within=30)
            checked = hub("check", **environment | {"AMQP_URI": uri, "DATABASE_URL": databases}).output
            assert " ok  broker" in checked, checked
        finally:
            house.stop()


def test_a_service_may_neither_make_a_queue_nor_speak_for_another_nor_read_its_mail(node: servers.Rabbit) -> None:
    Broker(node.url).apply_topology(*NAMES)
    catalog = Broker(f"amqp://catalog:secret@127.0.0.1:{node.port}/")

    with catalog.connection() as connection, pytest.raises(amqp.AccessRefused):
        connection.channel().queue_declare("q.catalog.mine", durable=True)
    with pytest.raises(amqp.AccessRefused), catalog.publisher() as publish:
        publish("onboarding", [waiting(approved(), position=1)])
    with pytest.raises(amqp.AccessRefused), catalog.receiver("notifications"):
        pass

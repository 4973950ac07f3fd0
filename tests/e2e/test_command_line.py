"""`hub` on RabbitMQ and PostgreSQL."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from services.house import NAMES
from shared.auth import new_admin
from tests.support import servers


@pytest.fixture
def environment(tmp_path: Path, rabbit_url: str, postgres_url: str) -> Iterator[dict[str, str]]:
    """An installation whose databases do not exist yet."""
    secret, tokens = tmp_path / "secret", tmp_path / "tokens.json"
    secret.write_text(secrets.token_urlsafe(48), "utf-8")
    tokens.write_text(json.dumps([new_admin("Ada", ["approver"])[1]]), "utf-8")
    with servers.own_vhost(rabbit_url) as broker, servers.own_databases(postgres_url) as databases:
        yield {
            "AMQP_URI": broker,
            "DATABASE_URL": databases,
            "HOUSE_SECRET_FILE": str(secret),
            "ADMIN_TOKENS_FILE": str(tokens),
        }


def hub(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=environment)


def test_a_new_installation_is_checked_set_up_and_checked_again(environment: dict[str, str]) -> None:
    before = hub(environment, "check")
    made = hub(environment, "setup")
    again = hub(environment, "setup")
    after = hub(environment, "check")

    assert before.exit_code == 1
    assert before.stdout.count("hub setup") == len(NAMES), before.stdout
    assert (made.exit_code, again.exit_code) == (0, 0), made.output
    assert "guest:guest@" not in before.output + made.output + after.output
    assert after.exit_code == 0, after.stdout
    assert hub(environment, "outbox", "status").exit_code == 0
    assert hub(environment, "parked", "list").exit_code == 0

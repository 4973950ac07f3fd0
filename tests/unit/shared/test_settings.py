"""The settings: what holds when nothing is set, and what is refused in one sentence before anything starts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from environs import Env

from shared import periods, settings
from shared.settings import ROLES, Settings, WrongSettings

BROKER = {"AMQP_URI": "amqp://rabbit", "DATABASE_URL": "postgresql://pg/{service}"}
FILES = {"HOUSE_SECRET_FILE": "/run/secret", "ADMIN_TOKENS_FILE": "/run/tokens"}
NAMES = (
    "AMQP_URI", "DATABASE_URL", "HOST", "PORT", "DATA_DIR", "SETUP", "ROLES", "MAIL_URL", "MAIL_FROM", "PUBLIC_URL",
    "ADMIN_MAILBOX", "HOUSE_SECRET_FILE", "ADMIN_TOKENS_FILE", "LOG_LEVEL", "LOG_FORMAT", "REVIEW_DAYS",
    "DECISION_DAYS", "SIGNATURE_DAYS", "REPLY_DAYS", "REPLY_GRACE_DAYS", "DRAFT_DAYS", "DRAFT_WARNING_DAYS",
    "RECONSIDERATION_DAYS", "ATTACHMENTS_URL", "ATTACHMENT_MIB", "ATTACHMENTS_EACH", "ATTACHMENTS_DAILY_MIB",
    "CLAMD_URL", "OPERATOR_FILE",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def read_with(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return settings.read(Env())


def test_with_nothing_set_the_house_is_embedded(tmp_path: Path) -> None:
    found = settings.read()

    assert found.embedded
    assert found.loopback
    assert found.setup
    assert found.roles == ROLES
    assert (found.port, found.public_url, found.mail_url) == (8000, "http://127.0.0.1:8000", "console:")
    assert found.database("catalog") == f"sqlite:///{tmp_path}/data/catalog.db"
    assert (found.secret_file, found.tokens_file) == (None, None)


def test_the_port_is_in_the_public_address_unless_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_with(monkeypatch, PORT="9000").public_url == "http://127.0.0.1:9000"
    assert (
        read_with(monkeypatch, PUBLIC_URL="https://hub.bielefeld.example/").public_url
        == "https://hub.bielefeld.example"
    )


def test_a_broker_and_databases_make_three_services(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_with(monkeypatch, **BROKER, **FILES, HOST="0.0.0.0")

    assert not found.embedded
    assert found.database("onboarding") == "postgresql://pg/onboarding"
    assert (found.secret_file, found.tokens_file) == (Path("/run/secret"), Path("/run/tokens"))


@pytest.mark.parametrize(
    ("said", "on"),
    [("on", True), ("1", True), ("off", False), ("OFF", False), ("no", False), ("0", False), ("false", False)],
)
def test_setup_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, said: str, *, on: bool) -> None:
    assert read_with(monkeypatch, SETUP=said).setup is on


def test_roles_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_with(monkeypatch, ROLES=" doors , relay,").roles == ("doors", "relay")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "many"}, "PORT"),
        ({"DATABASE_URL": "sqlite:///one.db"}, "DATABASE_URL needs {service}"),
        ({"ROLES": "doors,cook"}, "ROLES knows no cook; it knows doors,"),
        ({"HOST": "0.0.0.0"}, "HOST is 0.0.0.0, but the embedded default"),
        ({"HOST": "hub.bielefeld.example"}, "HOST is hub.bielefeld.example"),
        (BROKER, "set HOUSE_SECRET_FILE and ADMIN_TOKENS_FILE"),
        (BROKER | {"HOUSE_SECRET_FILE": "/run/secret"}, "set HOUSE_SECRET_FILE and ADMIN_TOKENS_FILE"),
        ({"MAIL_URL": "mailto:x@y"}, "MAIL_URL is console: or smtp://host:port."),
        ({"MAIL_URL": "smtp://mail:many"}, "MAIL_URL is console: or smtp://host:port."),
        ({"PORT": "99999"}, "PORT is a number from 1 to 65535"),
        ({"MAIL_URL": "smtps://mail:465"}, "MAIL_URL is console: or smtp://host:port."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(WrongSettings) as refused:
        read_with(monkeypatch, **given)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_embedded_default_serves_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert read_with(monkeypatch, HOST=host).embedded


def test_every_setting_is_read_by_the_name_it_is_documented_with() -> None:
    source = Path(settings.__file__).read_text("utf-8")
    documented = dict(re.findall(r"^    (\w+): .+  #: (.+)$", source, re.MULTILINE))

    assert set(documented) == set(Settings.__dataclass_fields__)
    said = [*documented.values(), Path(periods.__file__).read_text("utf-8")]
    assert set(re.findall(r"\b[A-Z_]{4,}\b", " ".join(said))) >= set(NAMES)
    assert set(re.findall(r'env\.\w+\("(\w+)"', source)) == set(NAMES)

"""Is the house in order, and do its documents tell the truth? No server, no process: only what lies in the folder."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.house import NAMES
from services.notifications.handlers import Writer
from services.notifications.letters.links import Links
from shared.auth import Keyring
from shared.contracts import EVENTS, LISTENERS
from shared.envelope import check, schema
from tests.mutants.breakages import BREAKAGES, Breakage

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FUNCTION, LONGEST_FILE, LONGEST_RECORD = 40, 400, 19
#: The reason a service exists, beside the rooms that all have.
OWN_ROOMS = {"onboarding": {"model", "files"}, "notifications": {"letters", "sender"}, "catalog": set()}
#: The inbox, the outermost doors, and the top of each role's loop.
MAY_CATCH_ALL = {
    "shared/inbox.py",
    "shared/desk/acts.py",
    "shared/listener.py",
    "shared/relay.py",
    "shared/clock.py",
    "shared/web/door.py",
    "shared/web/server.py",
    "shared/web/builtin.py",
    "services/notifications/sender.py",
    "services/onboarding/files/examine.py",
    "services/onboarding/files/keeper.py",
}
#: Needed without an import of ours: named in a URL, data of zoneinfo, part of jinja2, part of installing.
NOT_IMPORTED = {"psycopg2-binary", "tzdata", "setuptools"}
#: Pinned, and used as soon as its room is built; whoever builds it takes the name away here.
ARRIVING: set[str] = set()
#: Where a name in the index of packages is not the name of its module.
MODULES = {
    "pillow": "PIL",
    "email-validator": "email_validator",
    "jsonschema-rs": "jsonschema_rs",
    "prometheus-client": "prometheus_client",
}
#: Written so that this file does not name what it looks for.
PLACES = re.compile(r"(?<![\w.<~}])/(?:work|root|tmp|home/[a-z]\w*)/(?=[\w.])")
#: There `/tmp` is a container's own.
IN_CONTAINERS = re.compile(
    r"^(Dockerfile|docker-compose\.yml|deploy/|\.ci/engine/|tests/containers/|tests/unit/deploy/)"
)
REGISTRIES = re.compile(
    r"\b(?:pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org|proxy\.golang\.org|deb\.debian\.org"
    r"|(?:index\.|registry-1\.)?docker\.io/|ghcr\.io|quay\.io|mcr\.microsoft\.com)"
)


# The code


def test_functions_are_short() -> None:
    found = [
        f"{place(path)}: {node.name} has {length} lines"
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert found == []


def test_files_are_short() -> None:
    lengths = {place(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_the_three_services_have_the_same_rooms() -> None:
    assert set(OWN_ROOMS) == set(NAMES)
    rooms = {name: rooms_of(name) - OWN_ROOMS[name] for name in NAMES}
    assert rooms["catalog"] == rooms["onboarding"] == rooms["notifications"]
    assert all(OWN_ROOMS[name] <= rooms_of(name) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_door_hides_another_of_the_same_name(name: str) -> None:
    code = (
        "import collections, shared.run, importlib;"
        f"service = importlib.import_module('services.{name}.service').Service;"
        "names = collections.Counter(n for c in service.__mro__"
        " if c.__module__.startswith('services') for n in vars(c) if not n.startswith('__'));"
        "print(sorted(n for n, count in names.items() if count > 1))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_everything_is_caught_only_where_nothing_may_end() -> None:
    found = {place(path) for path in modules() if any(catches_all(node) for node in ast.walk(parsed(path)))}
    assert found - MAY_CATCH_ALL == set()
    assert MAY_CATCH_ALL - found == set(), "take it off the list"


def test_no_module_is_called_utils() -> None:
    shapeless = {"utils", "util", "helpers", "helper", "misc", "common", "base"}
    assert [place(path) for path in python("services", "shared", "tests") if path.stem in shapeless] == []


def test_pinned_versions_are_the_same_everywhere() -> None:
    pinned = constant(ROOT / "shared" / "run.py", "PINNED")
    assert pinned
    wanted = dict(line.split("==") for line in project()["dependencies"] if "==" in line)
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    for name, version in pinned.items():
        assert (wanted[name], locked[name]) == (version, version), name


def test_every_dependency_is_used() -> None:
    imported = {name for path in python("services", "shared") for name in imports(parsed(path))}
    assert [
        one for one in dependencies() if one not in NOT_IMPORTED | ARRIVING and MODULES.get(one, one) not in imported
    ] == []


# Events


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.name)
def test_every_deliberate_breakage_still_fits_the_code(breakage: Breakage) -> None:
    text = (ROOT / breakage.path).read_text("utf-8")
    for old, new in breakage.changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    compile(text, breakage.path, "exec")


def test_every_event_has_a_class_a_schema_and_an_example() -> None:
    for name, kind in EVENTS.items():
        assert kind.name == name
        assert schema(name)["examples"], name
        for example in schema(name)["examples"]:
            check(name, example)
    written = {path.stem for path in (ROOT / "shared" / "contracts").glob("*.v[0-9]*.json")}
    assert written == set(EVENTS)


def test_whoever_reacts_has_a_queue_and_whoever_has_a_queue_reacts() -> None:
    hears = {name: {kind.name.split(".")[0] for kind in reactions(name)} - {name} for name in NAMES}
    queues = {name: {teller for teller, listeners in LISTENERS.items() if name in listeners} for name in NAMES}
    assert hears == queues
    assert {name.split(".")[0] for name in EVENTS} == set(LISTENERS)


def test_a_service_says_at_its_top_what_it_tells_and_hears() -> None:
    for name in NAMES:
        said = ast.get_docstring(parsed(ROOT / "services" / name / "__init__.py")) or ""
        assert re.search(r"^Tells: ", said, re.MULTILINE), name
        assert re.search(r"^Hears: ", said, re.MULTILINE), name
        if name in LISTENERS:
            assert f"`{name}." in said.partition("Hears:")[0]


# What nobody outside may see


def test_a_lock_names_no_address() -> None:
    for path in ROOT.glob("requirements*.lock"):
        assert "://" not in path.read_text("utf-8"), path.name


def test_no_file_names_the_machine_it_was_written_on_or_where_packages_come_from() -> None:
    found = [
        f"{place(path)}:{number}: {line.strip()[:120]}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if REGISTRIES.search(line) or (PLACES.search(line) and not IN_CONTAINERS.match(place(path)))
    ]
    assert found == []


# Documents


def test_the_readme_names_every_setting() -> None:
    settings = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "shared" / "settings.py").read_text("utf-8")))
    assert len(settings) > 10
    readme, changes = document("README.md"), document("CHANGELOG.md")
    assert {one for one in settings if f"`{one}`" not in readme} == set()
    assert {one for one in settings if f"`{one}`" not in changes} == set()
    table = readme.partition("| setting |")[2].partition("\n\n")[0]
    first_cells = re.findall(r"^\| (`[^|]+)\|", table, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(first_cells))) == settings


def test_the_readme_names_every_make_target_and_no_other() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", document("Makefile"), re.MULTILINE))
    readme = document("README.md")
    assert {one for one in targets if f"make {one}" not in readme} == set()
    named = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", readme, re.MULTILINE))
    assert {one or other for one, other in named} - targets == set()


def test_the_readme_names_every_command_of_hub() -> None:
    groups = import_module("services.cli").app
    commands = {one.name or one.callback.__name__ for one in groups.registered_commands}
    commands |= {one.name for one in groups.registered_groups}
    said = document("README.md") + document("CHANGELOG.md")
    assert {one for one in commands if not re.search(rf"hub {one}\b|`{one}\b", said)} == set()


@pytest.mark.parametrize("name", ["README.md", "DECISIONS.md", "CONTRIBUTING.md", "CHANGELOG.md", "publiccode.yml"])
def test_every_path_a_document_names_is_there(name: str) -> None:
    text = document(name)
    named = set(re.findall(r"`((?:services|shared|tests|deploy|docs|\.ci)/[\w./-]*)`", text))
    named |= set(re.findall(r"\]\(((?!http)[^)#]+)\)", text))
    named |= set(re.findall(r"^ *(?:logo:|-) ((?:docs|shared)/\S+)$", text, re.MULTILINE))
    assert {one for one in named if not (ROOT / one).exists()} == set()


def test_the_room_table_of_the_readme_is_what_a_service_looks_like() -> None:
    table = document("README.md").partition("| room |")[2].partition("\n\n")[0]
    named = {one.removesuffix(".py").rstrip("/") for one in re.findall(r"^\| `([\w./]+)`", table, re.MULTILINE)}
    assert named == rooms_of("catalog") - {"__init__", "__main__"}


def test_decisions_are_numbered_without_gaps_and_short() -> None:
    records = re.split(r"^(?=## )", document("DECISIONS.md"), flags=re.MULTILINE)[1:]
    assert [record[3:7] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for record in records:
        assert len(record.strip().splitlines()) <= LONGEST_RECORD, record[:60]
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Not chosen.**"):
            assert record.count(part) == 1, f"{record[:60]} {part}"
        assert re.match(r"## \d{4} .+\n\d{4}-\d\d-\d\d\n", record), record[:60]


def test_every_dependency_has_its_reason() -> None:
    (record,) = re.findall(r"^## 0016 .*?(?=^## |\Z)", document("DECISIONS.md"), re.MULTILINE | re.DOTALL)
    wanted = {*dependencies(), *dependencies("dev")}
    named = set(re.findall(r"[a-z][a-z0-9-]+", record))
    assert wanted - named == set()


def test_the_changelog_names_every_event_and_the_version() -> None:
    changes = document("CHANGELOG.md")
    assert {name for name in EVENTS if f"`{name}`" not in changes} == set()
    assert f"## [{project()['version']}]" in changes
    assert "## [Unreleased]" in changes


def test_the_card_of_public_code_is_complete() -> None:
    card = yaml.safe_load(document("publiccode.yml"))
    assert card["publiccodeYmlVersion"] == "0.4"
    required = {"name", "url", "platforms", "categories", "developmentStatus", "softwareType", "releaseDate"}
    assert required <= set(card)
    assert card["softwareVersion"] == project()["version"]
    assert card["legal"]["license"] == project()["license"] == "EUPL-1.2"
    assert card["maintenance"]["type"] == "internal"
    assert all(one["name"] for one in card["maintenance"]["contacts"])
    assert card["localisation"] == {"localisationReady": True, "availableLanguages": ["de", "en"]}
    assert set(card["description"]) == {"de", "en"}
    for text in card["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 500 <= len(text["longDescription"]) <= 10_000
        assert len(text["features"]) >= 5


def test_every_licence_that_is_used_has_its_text_and_no_other() -> None:
    annotations = tomllib.loads(document("REUSE.toml"))["annotations"]
    used = {one["SPDX-License-Identifier"] for one in annotations}
    assert {path.stem for path in (ROOT / "LICENSES").iterdir()} == used
    assert document("LICENSE") == document("LICENSES/EUPL-1.2.txt")
    for one in annotations:
        assert list(ROOT.glob(one["path"])), one["path"]
    vendored = {
        path.parent
        for folder in ("deploy", "services", "shared", "tests")
        for path in (ROOT / folder).rglob("LICENSE*")
    }
    covered = [one["path"].removesuffix("/**") for one in annotations[1:]]
    assert [place(folder) for folder in vendored if not place(folder).startswith(tuple(covered))] == []


# How it is found


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def document(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def python(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def modules() -> list[Path]:
    """Return the modules of the house, without migrations: these are lists of columns, and are never changed."""
    frozen = {"shared/first_tables.py"}
    return [
        one
        for one in python("services", "shared", "drill")
        if "migrations" not in one.parts and place(one) not in frozen
    ]


def rooms_of(service: str) -> set[str]:
    found = (ROOT / "services" / service).iterdir()
    return {path.stem for path in found if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))}


def reactions(service: str) -> Any:
    if service == "notifications":
        return Writer("https://hub.example", lambda *_: "", Links("", Keyring(b""))).reactions()
    return import_module(f"services.{service}.handlers").REACTIONS


def catches_all(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(
        one is None or (isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"}) for one in caught
    )


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def constant(path: Path, name: str) -> Any:
    """Read a constant without importing its module, which would change this process."""
    for node in parsed(path).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    return None


@cache
def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(document("pyproject.toml"))["project"]
    return found


def dependencies(extra: str | None = None) -> list[str]:
    lines = project()["optional-dependencies"][extra] if extra else project()["dependencies"]
    return [re.split(r"[\[<>=~! ]", line)[0].lower() for line in lines]


@cache
def texts() -> tuple[Path, ...]:
    """Return every text file that is or would be committed, but for what others wrote."""
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if asked.returncode:
        pytest.skip("this folder is no checkout: nobody knows which files belong to it")
    names = [name for name in asked.stdout.decode().split("\0") if name]
    theirs = re.compile(r"/vendor/|^LICENSE|\.(png|woff2)$")
    return tuple(path for name in names if not theirs.search(name) and (path := ROOT / name).is_file())

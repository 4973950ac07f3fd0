"""German texts are read by people in a hurry: the Wiener Sachtextformel over all that the hub says to them.

The formula counts long words, long sentences and short words. 4 is easy; 15 is what ministries write.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import textstat

from services.onboarding import model

ROOT = Path(__file__).resolve().parents[2]
#: A single text; shorter ones than this many words say nothing about themselves.
HARDEST, WORDS = 11.0, 11
#: All texts of one kind together.
ON_AVERAGE = {"pages": 6.0, "letters": 6.0, "sentences in code": 6.0, "hints of the model": 6.0}
IN_PAGES = re.compile(r"""\bt\(\s*'((?:[^'\\]|\\.)*)'""")
Found = tuple[str, str]


def test_no_german_text_is_hard_to_read() -> None:
    hard = [
        f"{score:.1f} {kind}, {where}: {text}"
        for kind, found in texts().items()
        for where, text in found
        if len(text.split()) >= WORDS and text.rstrip().endswith((".", "?", "!")) and (score := of(text)) > HARDEST
    ]
    assert sorted(hard, reverse=True) == [], "shorter sentences, shorter words, verbs instead of nouns"


def test_german_texts_of_a_kind_are_easy_together() -> None:
    together = {kind: of(" ".join(text for _, text in found if text.endswith("."))) for kind, found in texts().items()}
    assert {kind: round(score, 1) for kind, score in together.items() if score > ON_AVERAGE[kind]} == {}


def test_what_ministries_write_would_not_pass() -> None:
    assert of("Die Inanspruchnahme der Antragstellungsmöglichkeit bedarf der Berücksichtigung der Fristen.") > HARDEST


def of(text: str) -> float:
    textstat.set_lang("de")
    return float(textstat.wiener_sachtextformel(text, 1))


@cache
def texts() -> dict[str, list[Found]]:
    return {
        "pages": [one for file in templates() for one in _of_page(file)],
        "letters": list(_of_letters()),
        "sentences in code": [one for file in code() for one in _of_code(file)],
        "hints of the model": list(_of_model()),
    }


def templates() -> list[Path]:
    return [*sorted(ROOT.glob("services/*/pages/templates/**/*.html")), *sorted(ROOT.glob("shared/**/*.html"))]


def code() -> list[Path]:
    return [*sorted(ROOT.glob("services/**/*.py")), *sorted(ROOT.glob("shared/**/*.py"))]


def _of_page(file: Path) -> Iterator[Found]:
    for found in IN_PAGES.finditer(file.read_text("utf-8")):
        yield file.name, _plain(found[1])


def _of_letters() -> Iterator[Found]:
    table = tomllib.loads((ROOT / "services/notifications/letters/table.toml").read_text("utf-8"))
    for transition, roles in table.items():
        for role, block in roles.items():
            yield f"{transition}, {role}", _plain(block["de"]["text"])


def _of_code(file: Path) -> Iterator[Found]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            german = [key.value for key in node.keywords if key.arg == "de"] or node.args[:1]
            for one in german:
                yield file.relative_to(ROOT).as_posix(), _plain(_string(one))


def _string(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _of_model() -> Iterator[Found]:
    newest = model.load(model.shipped()[max(model.shipped())].text)
    yield from _in_german(newest.schema, "")


def _in_german(node: Any, place: str) -> Iterator[Found]:
    if isinstance(node, dict):
        for name in {"hint", "why", "example"} & (node.get("x-text") or {}).get("de", {}).keys():
            yield f"{place}/{name}", _plain(node["x-text"]["de"][name])
        for key, inner in node.items():
            yield from _in_german(inner, f"{place}/{key}")


def _plain(text: str) -> str:
    """Take the places where something is put in for one short word."""
    text = re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}|%[ds]", "X", text)
    return " ".join(text.split())

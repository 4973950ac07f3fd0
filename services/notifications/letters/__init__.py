"""The notification contract: which transition tells which role, on which channels, in which words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError
from jinja2.runtime import Context

LANGUAGES = ("de", "en")
CHANNELS = {"in_app", "email"}
#: `person` is whom the event names as `subject`, or else the contact of the application.
ROLES = {"applicant", "person", "reviewer", "approver", "editor"}
BLOCK_KEYS = {"channels", "when", "not_for", "proves", *LANGUAGES}
#: What others have to know and nobody has to be told.
SILENT = {"onboarding.person.changed.v1", "onboarding.standing.changed.v1", "onboarding.key.issued.v1"}


class BrokenTable(Exception):
    """The table lacks something; the text names transition, role and what is missing."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one role is told at one transition. `texts` is `{"de": {"subject", "text"}, "en": ...}`.

    One that `proves` goes to an address nobody has proved yet: it is what proves it.
    """

    transition: str
    role: str
    channels: tuple[str, ...]
    when: str
    not_for: str | None
    proves: bool
    texts: Mapping[str, Mapping[str, Template]]

    def words(self, context: dict[str, Any]) -> dict[str, dict[str, str]]:
        """Write the letter in every language. Raises jinja2.UndefinedError for a word nobody gave."""
        said: Context | None = None
        found: dict[str, dict[str, str]] = {}
        for language, texts in self.texts.items():
            found[language] = {}
            for part, template in texts.items():
                said = said or template.new_context(context)  # costs more than the text itself; no text changes it
                found[language][part] = "".join(template.root_render_func(said)).strip()
        return found


@cache
def rows() -> dict[str, tuple[Row, ...]]:
    """Return the table by transition. Raises BrokenTable."""
    raw = tomllib.loads(files(__package__).joinpath("table.toml").read_text("utf-8"))
    return read(raw)


def read(raw: Mapping[str, Any]) -> dict[str, tuple[Row, ...]]:
    """Build rows from the parsed table. Raises BrokenTable."""
    # Plain text for mail and escaped again by every page: nothing to escape here.
    environment = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)  # noqa: S701
    return {
        transition: tuple(_row(environment, transition, role, block) for role, block in blocks.items())
        for transition, blocks in raw.items()
    }


def check(table: Mapping[str, tuple[Row, ...]], transitions: Iterable[str]) -> None:
    """Raise BrokenTable unless every transition tells somebody, and no block is about a transition nobody knows."""
    known = set(transitions)
    for transition in sorted(known - SILENT):
        if not table.get(transition):
            raise BrokenTable(f"{transition}: nobody is told; add a block to letters/table.toml")
    for transition in sorted(set(table) - known):
        raise BrokenTable(f"{transition}: there is no such transition")


def _row(environment: Environment, transition: str, role: str, block: Mapping[str, Any]) -> Row:
    place = f"{transition}, {role}"
    if role not in ROLES:
        raise BrokenTable(f"{place}: there is no such role")
    if unknown := set(block) - BLOCK_KEYS:
        raise BrokenTable(f"{place}: unknown {', '.join(sorted(unknown))}")
    channels = tuple(block.get("channels", ()))
    if not channels or not set(channels) <= CHANNELS:
        raise BrokenTable(f"{place}: channels must be some of {', '.join(sorted(CHANNELS))}")
    texts = {language: _texts(environment, f"{place}, {language}", block.get(language, {})) for language in LANGUAGES}
    return Row(
        transition=transition,
        role=role,
        channels=channels,
        when=block.get("when", "always"),
        not_for=block.get("not_for"),
        proves=block.get("proves", False),
        texts=texts,
    )


def _texts(environment: Environment, place: str, texts: Mapping[str, str]) -> dict[str, Template]:
    found = {}
    for part in ("subject", "text"):
        if not texts.get(part, "").strip():
            raise BrokenTable(f"{place}: the {part} is missing")
        try:
            found[part] = environment.from_string(texts[part])
        except TemplateSyntaxError as error:
            raise BrokenTable(f"{place}: the {part} cannot be read: {error}") from error
    return found

"""What only the operator of a house can say of it: imprint, who is responsible for data, texts checked by people."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Imprint:
    name: str = ""
    represented_by: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    vat_id: str = ""
    supervised_by: str = ""
    editor: str = ""  #: who answers for the content


@dataclass(frozen=True, kw_only=True)
class Privacy:
    responsible: str = ""
    officer: str = ""  #: the data protection officer and how to reach them
    legal_basis: str = ""
    hosting: str = ""  #: who runs the machines, and under which contract


@dataclass(frozen=True, kw_only=True)
class Accessibility:
    email: str = ""
    phone: str = ""
    assessed_by: str = ""
    assessed_on: str = ""  #: as people read it
    findings: str = ""  #: what that assessment found


@dataclass(frozen=True, kw_only=True)
class EasyLanguage:
    """A translation into Leichte Sprache, and who checked it. Never written by a machine."""

    text: str = ""
    checked_by: str = ""


@dataclass(frozen=True, kw_only=True)
class SignLanguage:
    """A video in German sign language, kept by the city: pages link to it and embed nothing."""

    url: str = ""
    minutes: str = ""
    size: str = ""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """OPERATOR_FILE. What is empty is shown as still to be filled in."""

    imprint: Imprint = field(default_factory=Imprint)
    privacy: Privacy = field(default_factory=Privacy)
    accessibility: Accessibility = field(default_factory=Accessibility)
    easy_language: EasyLanguage = field(default_factory=EasyLanguage)
    sign_language: SignLanguage = field(default_factory=SignLanguage)


_PARTS: dict[str, type[Any]] = {
    "imprint": Imprint,
    "privacy": Privacy,
    "accessibility": Accessibility,
    "easy_language": EasyLanguage,
    "sign_language": SignLanguage,
}


@cache
def read_operator(path: Path | None) -> Operator:
    """Read OPERATOR_FILE, once. Raises ValueError that names the file, the place and what to do."""
    if path is None:
        return Operator()
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no TOML in UTF-8: {error}.") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    if unknown := raw.keys() - _PARTS.keys():
        raise ValueError(f"{path}: there is no part [{min(unknown)}]; there are {', '.join(_PARTS)}.")
    operator = Operator(**{name: _part(path, name, kind, raw.get(name, {})) for name, kind in _PARTS.items()})
    if operator.sign_language.url and urlsplit(operator.sign_language.url).scheme != "https":
        raise ValueError(f"{path}: url in [sign_language] has to begin with https://.")
    if operator.easy_language.text and not operator.easy_language.checked_by:
        raise ValueError(f"{path}: say in [easy_language] by whom the text was checked (checked_by).")
    return operator


def _part(path: Path, name: str, kind: type[Any], raw: Any) -> Any:
    known = [one.name for one in fields(kind)]
    if not isinstance(raw, dict):
        raise ValueError(f"{path}: write [{name}] as a part of its own.")  # noqa: TRY004 - the caller knows one kind
    for key, value in raw.items():
        if key not in known:
            raise ValueError(f"{path}: [{name}] knows no {key}; it knows {', '.join(known)}.")
        if not isinstance(value, str):
            raise ValueError(f"{path}: {key} in [{name}] has to be a text in quotes.")  # noqa: TRY004
    return kind(**{key: value.strip() for key, value in raw.items()})

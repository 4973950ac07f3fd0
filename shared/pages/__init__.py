"""Pages: from data to HTML, in German or English, without a word of script."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from shared.kernel import Text
from shared.pages import formats, static
from shared.pages.words import tone, word

LANGUAGES = ("de", "en")

#: No segment of a path that names something is longer than a UUID or a slug; private links are.
LONGEST_NAME = 60

#: Icons of the vendored style are `data:` pictures. Nothing else may come from anywhere but the house.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

#: Sent with every page. Pages about one person also take `Cache-Control: no-store`.
SECURITY_HEADERS = {
    "Content-Security-Policy": CSP,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """What the frame of a page shows of the person who looks at it."""

    name: str = ""
    roles: frozenset[str] = frozenset()
    known: bool = False

    @classmethod
    def of(cls, caller: object | None) -> Visitor:
        """Read `name` and `roles` of whatever the door calls a caller; both may be missing."""
        if caller is None:
            return cls()
        roles: Collection[str] = getattr(caller, "roles", ())
        return cls(str(getattr(caller, "name", "") or ""), frozenset(str(role) for role in roles), known=True)

    @property
    def admin(self) -> bool:
        return bool(self.roles - {"applicant"})

    @property
    def operator(self) -> bool:
        return bool(self.roles & {"operator", "auditor"})


class Pages:
    """The templates of some packages on top of the shared ones.

    Each source is a folder of templates or the name of a package that has one called `templates`.
    """

    def __init__(self, *sources: str | Path, clock: Callable[[], datetime] = formats.now) -> None:
        folders = [*map(_templates_of, sources), Path(__file__).parent / "templates"]
        self._clock = clock
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"t": _t, "word": _word, "static_path": static.address, "tone": tone}
        self._environment.filters |= {
            "say": _say,
            "anchor": anchor,
            "person": _person,
            "moment": _in_language(formats.moment),
            "day": _in_language(formats.day),
            "clock": _in_language(formats.clock),
            "number": _in_language(formats.number),
            "bytes": _in_language(formats.size),
            "machine": formats.machine,
            "relative": self._relative,
            "days_until": lambda value: formats.days_until(value, self._clock()),
        }

    def render(
        self, template: str, *, language: str, caller: object | None, path: str, csrf: str, **context: object
    ) -> str:
        """Return the HTML of `template`; what it takes as context is written at its top.

        `path` is where the page can be had again with GET, query included: the language switch leads there.
        An `idempotency_key` is made up unless the context brings one.
        """
        language = language if language in LANGUAGES else "de"
        # A path that begins with two slashes would be a link to another house.
        path = "/" + path.lstrip("/\\")
        frame = {
            "language": language,
            "visitor": Visitor.of(caller),
            "path": urlsplit(path).path,
            "switch": {other: _in_other_language(path, other) for other in LANGUAGES},
            "report_barrier_at": f"/about/barrier?{urlencode({'page': place_of(path)})}",
            "csrf": csrf,
            "idempotency_key": uuid4().hex,
        }
        return self._environment.get_template(template).render({**frame, **context})

    @property
    def templates(self) -> list[str]:
        """The names of all templates that can be rendered."""
        return self._environment.list_templates(extensions=["html"])

    @pass_context
    def _relative(self, context: Context, value: datetime | str) -> str:
        return formats.relative(value, self._clock(), context["language"])


def place_of(path: str) -> str:
    """Return a path as it may be written down: without its query, and without what is long enough to be a key."""
    segments = urlsplit(path).path.split("/")
    return "/".join(segment if len(segment) <= LONGEST_NAME else "…" for segment in segments)


def anchor(pointer: str) -> str:
    """Return the HTML id of the field that answers `pointer`: "/organisation/name" is "organisation-name"."""
    return pointer.strip("/").replace("/", "-") or "top"


def said(text: Text | Mapping[str, str] | str, language: str) -> str:
    """Return a text in `language`, whichever way it carries its two languages."""
    if isinstance(text, Text):
        return text.in_(language)
    if isinstance(text, str):
        return text
    return text.get(language) or text["de"]


@pass_context
def _t(context: Context, de: str, en: str) -> str:
    return en if context["language"] == "en" else de


@pass_context
def _word(context: Context, kind: str, value: str) -> str:
    return word(kind, value).in_(context["language"])


@pass_context
def _person(context: Context, actor: str) -> str:
    """Admins are named; applicants, and admins to applicants, are told by role."""
    kind, _, name = actor.partition(":")
    return name if name and kind == "admin" else word("role", kind).in_(context["language"])


@pass_context
def _say(context: Context, text: Text | Mapping[str, str] | str) -> str:
    return said(text, context["language"])


def _in_language(written: Callable[[Any, str], str]) -> Callable[..., str]:
    @pass_context
    def in_language(context: Context, value: Any) -> str:
        return written(value, context["language"])

    return in_language


def _in_other_language(path: str, language: str) -> str:
    parts = urlsplit(path)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "lang"]
    return f"{parts.path}?{urlencode([*query, ('lang', language)])}"


def _templates_of(source: str | Path) -> Path:
    if isinstance(source, Path):
        return source
    spec = find_spec(source)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"{source} is no package")
    return Path(next(iter(spec.submodule_search_locations))) / "templates"

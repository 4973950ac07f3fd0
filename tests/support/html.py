"""A page as a browser without script sees it: forms, labels, ids, links."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

UNLABELLED = {"hidden", "submit"}


@dataclass
class Control:
    """One input, select, textarea or button."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    options: list[dict[str, str | None]] = field(default_factory=list)

    @property
    def name(self) -> str | None:
        return self.attributes.get("name")

    @property
    def type(self) -> str:
        return self.attributes.get("type") or ("text" if self.tag == "input" else self.tag)

    @property
    def values(self) -> list[str]:
        """What it sends when nobody touches it."""
        if self.tag == "select":
            chosen = [option for option in self.options if "selected" in option] or self.options[:1]
            return [option.get("value") or "" for option in chosen]
        if self.type in {"radio", "checkbox"}:
            return [self.attributes.get("value") or ""] if "checked" in self.attributes else []
        if self.tag == "textarea":
            # HTML drops one line break after the opening tag; browsers send line ends of their own.
            return [self.text.removeprefix("\n").replace("\n", "\r\n")]
        return [] if self.tag == "button" else [self.attributes.get("value") or ""]


@dataclass
class Form:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    @property
    def sent(self) -> dict[str, list[str]]:
        """What a browser posts when the form is sent untouched."""
        body: dict[str, list[str]] = {}
        for control in self.controls:
            if control.name and control.values:
                body.setdefault(control.name, []).extend(control.values)
        return body


class Page(HTMLParser):
    """Parses at once; the parts are attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: set[str] = set()
        self.described: set[str] = set()
        self.headings: list[int] = []
        self.forms: list[Form] = []
        self.controls: list[Control] = []
        self.title = ""
        self.language = ""
        self._inside: list[str] = []
        self.feed(html)
        self.close()

    def form(self, action: str) -> Form:
        return next(form for form in self.forms if form.action == action)

    @property
    def unlabelled(self) -> list[Control]:
        needing = [control for control in self.controls if control.tag != "button" and control.type not in UNLABELLED]
        return [control for control in needing if control.attributes.get("id") not in self.labels]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._inside.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        for name in ("aria-describedby", "aria-labelledby"):
            self.described |= set((attributes.get(name) or "").split())
        if tag in {"input", "select", "textarea", "button"}:
            self._control(Control(tag, attributes))
        elif tag == "option":
            self.controls[-1].options.append(attributes)
        elif tag == "form":
            self.forms.append(Form(attributes.get("action") or "", attributes.get("method") or "get"))
        else:
            self._words(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        self._inside.append("/" + tag)
        if tag == "form":
            self.forms.append(Form("", "closed"))

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "textarea":
            self.controls[-1].text += data
        if self._inside and self._inside[-1] == "title":
            self.title += data

    def close(self) -> None:
        super().close()
        self.forms = [form for form in self.forms if form.method != "closed"]

    def _words(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "html":
            self.language = attributes.get("lang") or ""
        elif tag == "a":
            self.links.append(attributes.get("href") or "")
        elif tag == "label":
            self.labels.add(attributes.get("for") or "")
        elif tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(int(tag[1]))

    def _control(self, control: Control) -> None:
        self.controls.append(control)
        if self.forms and self.forms[-1].method != "closed":
            self.forms[-1].controls.append(control)

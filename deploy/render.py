# ruff: noqa: INP001
"""Writes the routes of routes.json into the configuration of proxy and ingress: `python deploy/render.py`.

A pattern is a path; `/**` at its end means the path and everything below it, `{name}` means one segment.
Where two patterns fit, the longer expression wins: an ingress sorts by that, so the proxy's list does, too.
"""

import json
import re
from pathlib import Path

DEPLOY = Path(__file__).parent
TARGETS = ("proxy/nginx.conf", "k8s/ingress.yaml")
REGION = re.compile(
    r"(?P<begin>^ *# routes: begin\n)(?P<lines>.*?)(?P<end>^ *# routes: end\n)", re.MULTILINE | re.DOTALL
)


def table() -> list[tuple[str, str]]:
    """Return (regular expression for the start of a path, service), in the order in which they are tried."""
    routes = json.loads((DEPLOY / "routes.json").read_text())
    return sorted(((expression(path), service) for path, service in routes.items()), key=_longest_first)


def expression(pattern: str) -> str:
    segments, below = pattern.removesuffix("/**"), pattern.endswith("/**")
    literal = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(segments).replace(r"\-", "-"))
    return literal + ("(/|$)" if below else "$")


def service_of(path: str) -> str | None:
    """Return the service that answers `path`, as proxy and ingress decide it."""
    return next((service for regex, service in table() if re.match(regex, path)), None)


def rendered(target: str) -> str:
    """Return the text of `target` with the region between its two route comments filled in."""
    line = _nginx_line if target.endswith(".conf") else _ingress_line
    lines = "".join(line(regex, service) for regex, service in table())
    return REGION.sub(lambda found: found["begin"] + lines + found["end"], (DEPLOY / target).read_text())


def _longest_first(route: tuple[str, str]) -> tuple[int, str]:
    return -len(route[0]), route[0]


def _nginx_line(regex: str, service: str) -> str:
    return f'        "~^{regex}" {service};\n'


def _ingress_line(regex: str, service: str) -> str:
    backend = f"backend: {{service: {{name: {service}, port: {{name: http}}}}}}"
    return f"          - {{path: '{regex}', pathType: ImplementationSpecific, {backend}}}\n"


if __name__ == "__main__":
    for target in TARGETS:
        text = rendered(target)
        (DEPLOY / target).write_text(text)

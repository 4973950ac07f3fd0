"""Why a case stands where it stands: door, command, event, rule, person, letter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from services.cli.opening import USAGE, AsJson, fail, installation
from services.cli.story import Story, story


def why(
    number: Annotated[str, typer.Argument(help="The number of the application, such as BI-7K4Q, or its id.")],
    as_json: AsJson = False,
) -> None:
    """Print how a case came to stand where it stands: who did what, what was told, who heard it, which letter went."""
    with installation() as house:
        found = story(house, number)
    if found is None:
        fail(USAGE, f"No application with the number {number} is known here: {', '.join(_here())}.")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    for line in _lines(found):
        typer.echo(line)


def _here() -> tuple[str, ...]:
    from services.cli.opening import services_here

    return services_here()


def _lines(found: Story) -> Iterator[str]:
    yield f"{found['number'] or ''}  {found.get('status', '')}  {found['application']}".strip()
    if found.get("use_case"):
        yield f"in the catalog as {found['use_case']}"
    yield from _section("Timeline", _timeline(found))
    yield from _section(f"Rules of model {found.get('model')}", _rules(found))
    yield from _section("Decisions", _decisions(found))
    yield from _section("Events", (line for event in found["events"] for line in _event(event)))
    yield from _section(
        "Letters of events that are not here", (line for one in found["letters"] for line in _letter(one))
    )
    if missing := {"onboarding", "catalog", "notifications"} - set(found["here"]):
        yield f"\nNot here, so not asked: {', '.join(sorted(missing))}."


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        if place == 0:
            yield f"\n{title}"
        yield f"  {line}"


def _timeline(found: Story) -> Iterator[str]:
    for one in found.get("timeline", ()):
        note = f"  ({one['note']})" if one["note"] else ""
        yield f"{_when(one['at'])}  {one['status']:<26}{one['actor']}{note}"


def _rules(found: Story) -> Iterator[str]:
    for one in found.get("findings", ()):
        yield f"{one['severity']:<10} {one['rule']:<8} {one['pointer']}  {one.get('text', {}).get('en', '')}"
        for name in ("judged", "override"):
            if one.get(name):
                yield f"           {name} by {one[name].get('by')}: {one[name].get('reason', '')}"


def _decisions(found: Story) -> Iterator[str]:
    for one in found.get("decisions", ()):
        yield f"{one['outcome']}, {one['state']}: {one['reason']}"
        yield f"  proposed by {one['proposed_by']} at {_when(one['proposed_at'])}"
        if one["signed_by"]:
            comment = f": {one['comment']}" if one["comment"] else ""
            yield f"  signed by {one['signed_by']} at {_when(one['signed_at'])}{comment}"


def _event(event: Story) -> Iterator[str]:
    yield f"{_when(event['at'])}  {event['service']} #{event['sequence']} {event['type']}"
    yield f"    id {event['id']}, trace {event['correlation'] or '-'}"
    if event["cause"]:
        yield f"    because of {event['cause']}"
    if event["published_at"]:
        yield f"    published {_when(event['published_at'])}"
    elif event["correlation"]:
        yield "    not published yet" + (f": the broker said {event['refused']}" if event["refused"] else "")
    for one in event["heard"]:
        yield "    " + _heard(one)
        if one["status"] == "parked":
            yield f"      -> hub parked show {event['id']} --service {one['service']}"
    for one in event["deeds"]:
        reason = f": {one['reason']}" if one["reason"] else ""
        yield f"    {_when(one['at'])} at the desk of {one['service']}: {one['actor']} {one['action']}{reason}"
    for letter in event["letters"]:
        yield from (f"    {line}" for line in _letter(letter))


def _heard(one: Story) -> str:
    said = f"{one['service']}: {one['status']}"
    said += f", {one['attempts']} attempts" if one["attempts"] else ""
    said += f", again at {_when(one['due_at'])}" if one["due_at"] else ""
    return said + (f": {one['error']}" if one["error"] else "")


def _letter(letter: Story) -> Iterator[str]:
    for one in letter["deliveries"]:
        attempts = f", {one['attempts']} attempts" if one["attempts"] else ""
        error = f": {one['error']}" if one["error"] else ""
        yield f"letter to {letter['to']} by {one['channel']}: {one['status']} {_when(one['at'])}{attempts}{error}"


def _when(at: Any) -> str:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "-"

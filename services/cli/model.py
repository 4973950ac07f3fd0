"""The business and operator model: which versions there are, and how the next one comes into force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from services.cli.opening import PROBLEMS, USAGE, AsJson, Installation, fail, installation, services_of, show

if TYPE_CHECKING:  # slow to import
    from sqlalchemy.orm import Session

    from services.onboarding.domain import ModelVersion
    from services.onboarding.model import Model
    from shared.auth import Caller

model = typer.Typer(help="The business and operator model.", no_args_is_help=True)

PathOrVersion = Annotated[str, typer.Argument(metavar="PATH|VERSION", help="A document, or a version of this house.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version of this house, such as 1.1.")]
Reason = Annotated[str, typer.Option(help="Why; everybody may read it.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]


@model.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all versions; new applications are checked with the current one."""
    with _models() as (_, session):
        from services.onboarding.repository import Models

        models = Models(session)
        current = models.newest().name
        rows = [
            {
                "version": one.name,
                "status": str(one.status),
                "rules": len(models.compiled(one).public["rules"]),
                "current": one.name == current,
            }
            for one in models.all()
        ]
    show(rows, ("version", "status", "rules", "current"), as_json=as_json, empty="There is no model.")


@model.command()
def findings(model_: PathOrVersion) -> None:
    """Print, in Markdown, what every rule tells those who break it: German and English side by side."""
    services_of("onboarding")
    from services.onboarding import model as room

    path = Path(model_)
    with _complaints():
        if path.is_file():
            found = room.validate(room.read(path), path.name)
        else:
            with _models() as (_, session):
                found = _version(session, model_)
    typer.echo(room.findings_page(found))


@model.command()
def validate(model_: PathOrVersion) -> None:
    """Check a model: form, references, and that every example shows what it says. One complaint a line."""
    services_of("onboarding")
    from services.onboarding import model as room

    path = Path(model_)
    if path.is_file():  # needs no house
        with _complaints():
            found = room.validate(room.read(path), path.name)
    else:
        with _models() as (_, session):
            found = _version(session, model_)
            found.validate()
    typer.echo(f"{found.version}: {len(found.public['rules'])} rules, every example shows what it says")


@model.command()
def diff(
    new: PathOrVersion,
    old: Annotated[str, typer.Argument(metavar="[PATH|VERSION]", help="What to compare with: the current one.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell in words what is different in a model."""
    with _models() as (_, session):
        from services.onboarding import model as room
        from services.onboarding.repository import Models

        found, before = _model(session, new), _model(session, old) if old else Models(session).current()
        rows = [{"kind": one.kind, "rule": one.rule, "what": one.words.en} for one in room.differences(before, found)]
    show(rows, ("rule", "what"), as_json=as_json, empty=f"{found.version} says the same as {before.version}.")


@model.command()
def publish(
    model_: PathOrVersion,
    reason: Reason = "",
    adopt_until: Day = None,
    grace_days: Annotated[int | None, typer.Option(min=1, max=3650, help="How long partners have to follow.")] = None,
) -> None:
    """Propose a draft to be published; called by a second person, publish it. `HUB_TOKEN` says who calls.

    Open drafts of applicants may stay as they are until --adopt-until.
    """
    with _models(writing=True) as (here, session):
        from shared.auth import APPROVER, EDITOR

        caller = here.person(EDITOR, APPROVER)
        version = _to_publish(session, model_, caller)
        if version.status == "proposed" and version.proposed_by != caller.subject:
            _sign(session, version, caller)
            said = f"{version.name} is published: new applications are checked with it."
        else:
            day = adopt_until.date() if adopt_until else None
            _propose(session, version, {"reason": reason, "adopt_until": day, "grace_days": grace_days}, caller)
            said = f"{version.name} is proposed. A second person publishes it: hub model publish {version.name}"
    typer.echo(said)


@model.command()
def withdraw(version_: Version, reason: Reason) -> None:
    """Take a mistaken publication back: the version before counts again, open applications are checked anew."""
    with _models(writing=True) as (here, session):
        from services.onboarding import handlers
        from services.onboarding.commands import WithdrawPublication
        from services.onboarding.repository import Models
        from shared.auth import EDITOR

        caller = here.person(EDITOR)
        version = Models(session).to_move(version_)
        handlers.withdraw_publication(session, version, WithdrawPublication(reason=_why(reason)), caller)
    typer.echo(f"{version_} is taken back, {version.before} counts again.")


@model.command()
def retire(version_: Version, reason: Reason, until: Day = None) -> None:
    """Let a version run out that a newer one has replaced; open drafts may use it until --until, or today."""
    with _models(writing=True) as (here, session):
        from services.onboarding import handlers
        from services.onboarding.commands import RetireVersion
        from services.onboarding.repository import Models
        from shared.auth import EDITOR

        caller = here.person(EDITOR)
        version = Models(session).to_move(version_)
        command = RetireVersion(reason=_why(reason), until=until.date() if until else None)
        handlers.retire_version(session, version, command, caller)
    typer.echo(f"{version_} is retired; open drafts may use it until {version.counts_until}.")


@contextmanager
def _models(*, writing: bool = False) -> Iterator[tuple[Installation, Session]]:
    """Give the house and a session of onboarding; what a handler refuses ends the command with its sentence."""
    services_of("onboarding")
    with _complaints(), installation() as here:
        database = here.database("onboarding")
        with database.transaction() if writing else database.reading() as session:
            yield here, session


@contextmanager
def _complaints() -> Iterator[None]:
    """End a command whose model cannot be used with one complaint a line, and every other refusal with its sentence."""
    from services.onboarding.model import ModelError, UnknownModel
    from shared.kernel import DomainError, Invalid

    try:
        yield
    except ModelError as error:
        _list(error.complaints, error)
    except UnknownModel as error:
        fail(USAGE, str(error))
    except Invalid as error:
        _list([f"{one.pointer or '/'}: {one.text.en}" for one in error.problems] or [str(error)], error)
    except DomainError as error:
        fail(PROBLEMS, str(error))


def _list(complaints: Any, error: Exception) -> NoReturn:
    for complaint in complaints:
        typer.echo(complaint)
    raise typer.Exit(PROBLEMS) from error


def _version(session: Session, name: str) -> Model:
    from services.onboarding.model import UnknownModel
    from services.onboarding.repository import Models

    try:
        return Models(session).get(name)
    except UnknownModel as error:
        fail(USAGE, f"There is no file {name}. {error}")


def _model(session: Session, name: str) -> Model:
    from services.onboarding import model as room

    path = Path(name)
    return room.validate(room.read(path), path.name) if path.is_file() else _version(session, name)


def _to_publish(session: Session, name: str, caller: Caller) -> ModelVersion:
    """Return the version to publish; a file becomes the draft of its version, unless that is what it says already."""
    from services.onboarding import handlers
    from services.onboarding import model as room
    from services.onboarding.commands import WriteDraft
    from services.onboarding.domain.versions import digest
    from services.onboarding.repository import Models

    models, path = Models(session), Path(name)
    if not path.is_file():
        _version(session, name)
        return models.to_move(name)
    found = room.validate(room.read(path), path.name)
    text = path.read_bytes().decode("utf-8")
    known = models.to_move(found.version) if models.has(found.version) else None
    if known and known.sha256 == digest(text):
        return known
    written = handlers.write_draft(session, WriteDraft(version=found.version, document=text), caller, known)
    session.flush()
    return written


def _propose(session: Session, version: ModelVersion, terms: dict[str, Any], caller: Caller) -> None:
    from services.onboarding import handlers
    from services.onboarding.commands import ProposePublication
    from shared.auth import EDITOR

    if EDITOR not in caller.roles:
        fail(USAGE, f"{caller.name} is no editor, and may only publish what an editor proposed.")
    if version.status == "proposed":
        fail(PROBLEMS, f"You proposed {version.name} yourself; a second person publishes it.")
    command = ProposePublication(**terms | {"reason": _why(terms["reason"])})
    handlers.propose_publication(session, version, command, caller)


def _sign(session: Session, version: ModelVersion, caller: Caller) -> None:
    from services.onboarding import handlers
    from services.onboarding.commands import ConfirmPublication

    handlers.confirm_publication(session, version, ConfirmPublication(agree=True), caller)


def _why(reason: str) -> str:
    if not reason.strip():
        fail(USAGE, "Say why: --reason TEXT.")
    return reason.strip()

"""The empty form to print: every question of a version of the model, with boxes to tick and lines to write on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from services.onboarding.model import Model
from services.onboarding.pages import form
from services.onboarding.pages.papers import Paper, as_pdf, shown
from services.onboarding.pages.questions import Question, questions
from services.onboarding.repository import Models
from shared.kernel import Text
from shared.web import Ask, http
from shared.wire import House

#: How many lines there are to write on.
_LINES = {"textarea": 6, "text": 2, "number": 1, "date": 1}
_SHORT = {"number", "date"}


@dataclass(frozen=True, slots=True)
class Blank:
    """One question on paper: `options` are boxes to tick, `lines` how many to write on."""

    label: str
    hint: str
    example: str
    note: str
    required: bool
    options: tuple[str, ...]
    several: bool
    suffix: str
    lines: int
    short: bool


class BlankPages:
    """Where everybody gets the form on paper."""

    house: House

    @http("GET", "/models/<version>/form")
    def show_blank(self, ask: Ask, version: str) -> Response:
        made = self._blank(ask, version)
        back = Text("Zum Modell", "To the model").in_(ask.language)
        return shown(made, ask, (f"/models/{version}", back))

    @http("GET", "/models/<version>/form.pdf")
    def keep_blank(self, ask: Ask, version: str) -> Response:
        return as_pdf(self._blank(ask, version), ask)

    def _blank(self, ask: Ask, version: str) -> Paper:
        admin = ask.caller is not None and ask.caller.is_admin
        with self.house.database.reading() as session:
            models = Models(session)
            name = models.newest().name if version == "current" else version
            model = models.compiled(models.version(name, sees_drafts=admin))
        return blank(model, self.house.settings.public_url, ask.language)


def blank(model: Model, public_url: str, language: str) -> Paper:
    """Return the form of a version with nothing filled in."""
    chapters = [
        (section, [_blank_of(model, question, language) for question in questions(model.schema, section.key)])
        for section in form.sections(model.schema, language)
    ]
    context: dict[str, Any] = {"version": model.version, "chapters": chapters, "apply": f"{public_url}/apply"}
    name = Text(f"Antrag-leer-{model.version}", f"application-form-{model.version}").in_(language)
    return Paper(template="papers/form.html", name=name, made_on=None, context=context)


def _blank_of(model: Model, question: Question, language: str) -> Blank:
    (shown,) = (
        one for one in form.fields(model.schema, question.section, {}, (), language) if one.pointer == question.pointer
    )
    return Blank(
        label=shown.label,
        hint=shown.hint,
        example=shown.example,
        note=shown.note,
        required=shown.required,
        options=tuple(one.label for one in shown.options if one.value),
        several=shown.widget == "checkboxes",
        suffix=shown.suffix,
        lines=0 if shown.options else _LINES.get(shown.widget, 2),
        short=shown.widget in _SHORT,
    )

"""The pages of the form: a section is saved as a whole by its button, and answer by answer on leaving a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding import handlers, schemas
from services.onboarding.commands import ChangeApplication
from services.onboarding.domain import Application, Status
from services.onboarding.model import Model, patched
from services.onboarding.pages import PAGES, form, overview, standing
from services.onboarding.pages.questions import Json, answer_at, question_at, questions
from services.onboarding.repository import Applications, Models
from shared.auth import APPLICANT
from shared.kernel import Invalid, NotFound, Problem, Text
from shared.pages.formats import now
from shared.web import Ask, http, redirect
from shared.web.asking import uuid_of
from shared.web.showing import Wrong, attempt, known_or_sign_in, one, show
from shared.wire import House

Typed = dict[str, list[str]]

STALE = 412
CHANGED_ELSEWHERE = Text(
    de="Der Antrag wurde inzwischen in einem anderen Fenster oder von jemand anderem geändert. Ihre Eingaben stehen "
    "noch hier, sind aber noch nicht gespeichert.",
    en="The application was changed meanwhile in another window or by somebody else. What you entered is still here, "
    "but not saved yet.",
)
STALE_ERRORS: Wrong = [{"pointer": "", "text": CHANGED_ELSEWHERE}]
#: Whoever edits a proposed application voids the proposal: not on leaving a field, only by the button.
SAVED_BY_ITSELF = {Status.DRAFT, Status.CLARIFICATION}


class SectionDoors:
    """Where applicants answer."""

    house: House

    @http("GET", "/applications/<id>/sections/<section>")
    def show_section(self, ask: Ask, id: str, section: str) -> Response:  # noqa: A002
        if away := known_or_sign_in(ask):
            return away
        return self._section_page(ask, id, section)

    @http("POST", "/applications/<id>/sections/<section>")
    def save_section(self, ask: Ask, id: str, section: str) -> Response:  # noqa: A002
        """Keep what can be read, valid or not; show again what cannot, and what saving newly asks for."""
        fields = ask.session_form()

        def save() -> Response:
            with self.house.database.transaction() as session:
                application, model = _section_of(ask, session, id, section)
                before = form.asked(model.schema, section, application.answers)
                typed, problems = form.parse(model.schema, section, fields)
                patch = form.patch(model.schema, section, form.readable(section, typed, problems))
                problems += _keep(ask, session, application, model, patch, version=one(fields, "version"))
                added = bool(form.asked(model.schema, section, application.answers) - before)
            if problems or added:
                status = 422 if problems else 200
                return self._section_page(
                    ask, id, section, status=status, posted=fields, problems=problems, added=added
                )
            return redirect(_onward(model.schema, id, section, language=ask.language, then=one(fields, "then")))

        return attempt(
            save, lambda status, wrong: self._section_page(ask, id, section, status=status, posted=fields, wrong=wrong)
        )

    @http("POST", "/applications/<id>/sections/<section>/answer")
    def save_answer(self, ask: Ask, id: str, section: str) -> Response:  # noqa: A002
        """Keep the one answer that `only` names; the answer is what of the page has become different by it.

        The move of `save_section`, on leaving a field. What cannot be kept changes nothing, and is said at the field.
        """
        fields = ask.session_form()
        with self.house.database.transaction() as session:
            application, model = _section_of(ask, session, id, section)
            told = _answer(ask, session, application, model, section=section, fields=fields)
            session.flush()  # the version counts up when it is written
            answers, version = application.answers, application.version
        stale = told.stale is not None
        return show(
            PAGES,
            ask,
            "onboarding/section/answered.html",
            status=STALE if stale else 422 if told.problems else 200,
            base=f"/applications/{id}/sections/{section}",
            version=one(fields, "version") if stale else version,
            newest=version,
            stale=told.stale,
            problems=told.problems,
            saved_at=now(),
            column=standing.column(model, answers, section, ask.language),
            slots=[] if stale else _changed_slots(model.schema, section, answers, told, fields=fields),
        )

    def _section_page(
        self,
        ask: Ask,
        id_: str,
        section: str,
        *,
        status: int = 200,
        posted: Typed | None = None,
        problems: list[Problem] | None = None,
        wrong: Wrong | None = None,
        added: bool = False,
    ) -> Response:
        """The form of a section: with the answers that are kept, or with what was `posted` and could not be."""
        with self.house.database.reading() as session:
            application, model = _section_of(ask, session, id_, section)
            view, schema = schemas.application_view(application, None), model.schema
        kept = application.answers
        typed = kept.get(section, {}) if posted is None else form.parse(schema, section, posted)[0]
        answers = {**kept, section: typed}
        previous, following = neighbours(schema, section, ask.language)
        return show(
            PAGES,
            ask,
            "onboarding/section.html",
            status=status,
            at=f"/applications/{id_}/sections/{section}",
            application=view,
            section=next(part for part in form.sections(schema, ask.language) if part.key == section),
            previous=previous,
            next=following,
            slots=form.slots(schema, section, answers, decisive=answers, errors=problems or [], language=ask.language),
            errors=_told(STALE_ERRORS if status == STALE else wrong or [], problems or []),
            column=standing.column(model, kept, section, ask.language),
            stale=_differing(schema, section, kept, typed, ask.language) if status == STALE else None,
            saves_itself=application.status in SAVED_BY_ITSELF,
            added=added,
            came_from=ask.request.args.get("from") or one(posted or {}, "from"),
        )


def _told(wrong: Wrong, problems: list[Problem]) -> Wrong:
    return [*wrong, *({"pointer": one.pointer, "text": one.text} for one in problems)]


def neighbours(schema: Json, section: str, language: str) -> tuple[form.Section | None, form.Section | None]:
    """Return the sections before and after one."""
    parts = form.sections(schema, language)
    place = next(index for index, part in enumerate(parts) if part.key == section)
    return parts[place - 1] if place else None, parts[place + 1] if place + 1 < len(parts) else None


def _section_of(ask: Ask, session: Session, id_: str, section: str) -> tuple[Application, Model]:
    application = Applications(session).get_for(uuid_of(id_), ask.known())
    ask.require(APPLICANT)
    model = Models(session).get(application.model)
    if section not in model.schema["properties"]:
        raise NotFound(Text(de="Diesen Abschnitt gibt es nicht.", en="There is no such section."), code="not_found")
    return application, model


@dataclass(frozen=True, slots=True)
class _Told:
    """What came of one answer: `typed` is all that stands in the form, `stale` where others meanwhile differ."""

    pointer: str
    typed: dict[str, Any]
    problems: list[Problem]
    stale: list[dict[str, str]] | None


def _answer(
    ask: Ask, session: Session, application: Application, model: Model, *, section: str, fields: Typed
) -> _Told:
    pointer = one(fields, "only")
    question = question_at(model.schema, pointer)
    if question is None or question.section != section:
        text = Text(de="Diese Frage gibt es nicht.", en="There is no such question.")
        raise Invalid(text, code="unknown_question", problems=[Problem("/only", "unknown_question", text)])
    typed, found = form.parse(model.schema, section, fields)
    problems = [problem for problem in found if problem.pointer == pointer]
    if problems:
        return _Told(pointer, typed, problems, None)
    patch, version = {section: {question.key: typed.get(question.key)}}, one(fields, "version")
    if version != str(application.version) and (
        # What was kept a moment ago, its answer lost on the way, is no news.
        found_elsewhere := _differing(model.schema, section, application.answers, typed, ask.language)
    ):
        return _Told(pointer, typed, [], found_elsewhere)
    problems = _keep(ask, session, application, model, patch, version=str(application.version))
    return _Told(pointer, typed, problems, None)


def _changed_slots(schema: Json, section: str, answers: Json, told: _Told, *, fields: Typed) -> list[form.Slot]:
    """Return the questions that came or went by an answer, and the one that was answered if it was or is wrong."""
    seen, was_wrong = set(fields.get("shown", ())), told.pointer in fields.get("wrong", ())
    language = one(fields, "lang")
    written = {**answers, section: told.typed}
    slots = form.slots(schema, section, written, decisive=answers, errors=told.problems, language=language)
    return [
        slot
        for slot in slots
        if (slot.field is not None) != (slot.pointer in seen)
        or (slot.pointer == told.pointer and (told.problems or was_wrong))
    ]


def _keep(
    ask: Ask, session: Session, application: Application, model: Model, patch: dict[str, Any], *, version: str
) -> list[Problem]:
    """Take in what is an answer; return what the model refuses. Raises: HttpError 412 for a stale version.

    What is kept already is not kept again, whatever the version: a second click on "save" finds its work done.
    """
    if patched(application.answers, patch) == application.answers:
        return []
    ask.match(application.version, version)
    refused = list(model.problems(patched(application.answers, patch)))
    for problem in refused:
        _, section, key = problem.pointer.split("/")[:3]
        patch.setdefault(section, {})[key] = None
    handlers.change_application(session, application, ChangeApplication(answers=patch), ask.known())
    return refused


def _differing(schema: Json, section: str, kept: Json, typed: Json, language: str) -> list[dict[str, str]]:
    """Return where the answers that are kept differ from what stands in the form: [{label, kept, typed}]."""
    return [
        {
            "label": question.label(language),
            "kept": overview.shown(question, answer_at(kept, question.pointer), language),
            "typed": overview.shown(question, typed.get(question.key), language),
        }
        for question in questions(schema, section)
        if question.applies(kept) is not False and answer_at(kept, question.pointer) != typed.get(question.key)
    ]


def _onward(schema: Json, id_: str, section: str, *, language: str, then: str) -> str:
    if then == "next" and (following := neighbours(schema, section, language)[1]):
        return f"/applications/{id_}/sections/{following.key}?done=saved"
    if then == "review":
        return f"/applications/{id_}/review?done=saved"
    if not then:  # whoever settles what was changed elsewhere goes on answering
        return f"/applications/{id_}/sections/{section}?done=saved"
    return f"/applications/{id_}?done=saved"

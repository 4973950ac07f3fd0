"""The papers of an application: the receipt and the letter about a decision, as pages and as PDF."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.onboarding.domain import Application, Decision
from services.onboarding.pages import PAGES, overview
from services.onboarding.repository import Applications, Models
from shared import papers
from shared.kernel import NotFound, Text
from shared.web import Ask, http
from shared.web.answers import File, page
from shared.web.asking import uuid_of
from shared.web.errors import HttpError
from shared.web.showing import known_or_sign_in, show
from shared.wire import House

log = logging.getLogger(__name__)

BARE, ON_A_PAGE = "papers/bare.html", "papers/page.html"
PDF, HTML = "application/pdf", "text/html"
#: How one is made of an application: for the address the hub is reached at, in a language. Raises NotFound.
Written = Callable[[Session, Application, str, str], "Paper"]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a template needs; `name` is what the file is called, `made_on` the moment it speaks of."""

    template: str
    name: str
    made_on: datetime | None
    context: dict[str, Any]


class PaperPages:
    """Where people read and keep their papers."""

    house: House

    @http("GET", "/applications/<id>/receipt")
    def show_receipt(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return self._paper_page(ask, id, receipt)

    @http("GET", "/applications/<id>/receipt.pdf")
    def keep_receipt(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return known_or_sign_in(ask) or as_pdf(self.paper_of(ask, id, receipt), ask)

    @http("GET", "/applications/<id>/letter")
    def show_letter(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return self._paper_page(ask, id, letter)

    @http("GET", "/applications/<id>/letter.pdf")
    def keep_letter(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return known_or_sign_in(ask) or as_pdf(self.paper_of(ask, id, letter), ask)

    def paper_of(self, ask: Ask, id_: str, written: Written) -> Paper:
        """Return a paper of an application to whoever may see that. Raises NotFound."""
        with self.house.database.reading() as session:
            application = Applications(session).get_for(uuid_of(id_), ask.known())
            return written(session, application, self.house.settings.public_url, ask.language)

    def _paper_page(self, ask: Ask, id_: str, written: Written) -> Response:
        if away := known_or_sign_in(ask):
            return away
        made = self.paper_of(ask, id_, written)
        back = f"/workbench/{id_}" if ask.known().is_admin else f"/applications/{id_}"
        label = Text("Zum Antrag", "To the application").in_(ask.language)
        return shown(made, ask, (back, f"{label} {made.context['application']['number']}"))


def shown(made: Paper, ask: Ask, back: tuple[str, str]) -> Response:
    """Return a paper in the frame of the pages; `back` is where to go from it, and what that is called."""
    pdf = None if papers.missing() else f"{ask.request.path}.pdf?lang={ask.language}"
    return show(PAGES, ask, made.template, frame=ON_A_PAGE, back=back, pdf=pdf, **made.context)


def bare(made: Paper, language: str) -> str:
    """Return a paper as HTML that stands alone; the same for the same."""
    made_on = made.made_on.isoformat(timespec="seconds") if made.made_on else None
    return PAGES.render(
        made.template, language=language, caller=None, path="/", csrf="", frame=BARE, made_on=made_on, **made.context
    )


def as_html(made: Paper, ask: Ask) -> Response:
    """Return a paper as HTML for programs."""
    html = bare(made, ask.language)
    return _told(page(html), html, ask)


def as_pdf(made: Paper, ask: Ask) -> Response:
    """Return a paper as a PDF to keep. Raises 406 where there is none, 503 where there is none just now."""
    html = bare(made, ask.language)
    try:
        content = papers.pdf(html)
    except papers.NoPdf as error:
        log.warning("no PDF of %s: %s", made.template, error)
        status, headers = (406, {}) if error.for_good else (503, {"Retry-After": "5"})
        raise HttpError(status, "no_pdf", error.text, headers=headers) from error
    answer = File(content, PDF, f"{made.name}.pdf")
    answer.headers["Content-Type"], answer.headers["Cache-Control"] = PDF, "no-store"
    return _told(answer, html, ask)


def receipt(session: Session, application: Application, public_url: str, language: str) -> Paper:
    """Write what an applicant gets for handing in. Raises NotFound for a draft."""
    if not application.snapshots:
        raise _none_yet("Eine Eingangsbestätigung gibt es nach dem Einreichen.", "There is a receipt after submitting.")
    first = application.snapshots[0]
    model = Models(session).get(first.model)
    findings = model.check(first.answers)
    context = {
        "application": _head(application, first.answers, public_url),
        "submitted_at": first.at,
        "version": first.model,
        "tally": overview.tally(findings, len(model.public["rules"])),
        "sheets": overview.sheets(model.schema, first.answers, (), language),
        "sha256": hashlib.sha256(json.dumps(first.answers, sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
    }
    name = Text("Eingangsbestaetigung", "receipt").in_(language)
    return Paper(template="papers/receipt.html", name=f"{application.number}-{name}", made_on=first.at, context=context)


def letter(session: Session, application: Application, public_url: str, language: str) -> Paper:
    """Write the letter about the newest decision. Raises NotFound while there is none."""
    decision = decided(application)
    if decision is None or decision.signed_at is None:
        raise _none_yet("Darüber ist noch nicht entschieden.", "This is not decided yet.")
    before = [one for one in application.snapshots if one.at <= decision.proposed_at]
    basis = before[-1] if before else application.snapshots[-1]
    exceptions = [
        {"rule": one["rule"], "text": one["text"], "reason": one["override"]["reason"]}
        for one in (application.overridden if decision.outcome != "decline" else ())
    ]
    context = {
        "application": _head(application, basis.answers, public_url),
        "submitted_at": application.snapshots[0].at,
        "version": basis.model,
        "decision": {
            "outcome": decision.outcome,
            "reason": decision.reason,
            "conditions": decision.conditions,
            "proposed_at": decision.proposed_at,
            "decided_at": decision.signed_at,
        },
        "exceptions": exceptions,
        "reconsider_until": application.reconsider_until if decision.state == "confirmed" else None,
    }
    name = Text("Entscheidung", "decision").in_(language)
    return Paper(
        template="papers/letter.html",
        name=f"{application.number}-{name}",
        made_on=decision.signed_at,
        context=context,
    )


def decided(application: Application) -> Decision | None:
    """Return the newest decision that two people signed; also while somebody asked to look at it again."""
    found = [one for one in application.decisions if one.state in {"confirmed", "reconsidered"}]
    return found[-1] if found else None


def _head(application: Application, answers: dict[str, Any], public_url: str) -> dict[str, Any]:
    return {
        "number": application.number,
        "title": answers.get("use_case", {}).get("title", ""),
        "organisation": answers.get("organisation", {}).get("name", ""),
        "person": application.person,
        "page": f"{public_url}/applications/{application.id}",
    }


def _told(answer: Response, html: str, ask: Ask) -> Response:
    answer.set_etag(papers.etag(html))
    answer.headers["Content-Language"] = ask.language
    answer.headers["Vary"] = "Accept, Accept-Language, Authorization, Cookie"
    return answer


def _none_yet(de: str, en: str) -> NotFound:
    return NotFound(Text(de, en), code="none_yet")

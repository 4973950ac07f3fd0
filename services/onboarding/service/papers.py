"""The doors of an application's papers: receipt and letter, as HTML or PDF."""

from __future__ import annotations

from werkzeug.wrappers import Response

from services.onboarding.pages.papers import HTML, PDF, PaperPages, Written, as_html, as_pdf, letter, receipt
from shared.web import Ask, Doc, http

APPLICATION = "/api/v1/applications/<id>"


def paper(says: str, *media: str) -> Doc:
    """Document a door that gives a paper in one of `media`."""
    return Doc(
        says=says,
        answers="Paper",
        security="applicant or admin",
        gives=media[0],
        also=media[1:],
        refuses=(401, 404, *((503,) if PDF in media else ())),
    )


class PaperDoors(PaperPages):
    """Papers for programs: what `Accept` asks for, or a PDF at an address that ends so."""

    @http("GET", f"{APPLICATION}/receipt", doc=paper("The receipt of an application", HTML, PDF))
    def read_receipt(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return self._paper(ask, id, receipt)

    @http("GET", f"{APPLICATION}/receipt.pdf", doc=paper("The receipt as PDF/UA", PDF))
    def download_receipt(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return as_pdf(self.paper_of(ask, id, receipt), ask)

    @http("GET", f"{APPLICATION}/decision/letter", doc=paper("The letter about the decision", HTML, PDF))
    def read_letter(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return self._paper(ask, id, letter)

    @http("GET", f"{APPLICATION}/decision/letter.pdf", doc=paper("The letter about the decision as PDF/UA", PDF))
    def download_letter(self, ask: Ask, id: str) -> Response:  # noqa: A002
        return as_pdf(self.paper_of(ask, id, letter), ask)

    def _paper(self, ask: Ask, id_: str, written: Written) -> Response:
        made = self.paper_of(ask, id_, written)
        wanted = ask.request.accept_mimetypes.best_match([HTML, PDF], default=HTML)
        return as_pdf(made, ask) if wanted == PDF else as_html(made, ask)

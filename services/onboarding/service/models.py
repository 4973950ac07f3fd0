"""The doors of the model: read it, and check answers with it."""

from __future__ import annotations

import hashlib

from services.onboarding import handlers, schemas
from services.onboarding import model as models
from shared.web import Answer, Ask, Doc, http
from shared.wire import House

CHECK = schemas.CheckSchema()


class ModelDoors:
    """What everybody may do with the model."""

    house: House

    @http("GET", "/api/v1/models", doc=Doc(says="List the versions of the model", answers="Models", refuses=(422,)))
    def list_models(self, ask: Ask) -> Answer:
        ask.only()
        items = [
            {
                "version": version,
                "current": version == models.current().version,
                "links": {"self": f"/api/v1/models/{version}"},
            }
            for version in models.versions()
        ]
        return Answer(body={"items": items}, etag=_etag_of_all(), cached=True)

    @http(
        "GET",
        "/api/v1/models/current",
        doc=Doc(says="Read the model new applications are checked with", answers="Model"),
    )
    def current_model(self, ask: Ask) -> Answer:
        return _model_answer(models.current())

    @http(
        "GET",
        "/api/v1/models/<version>",
        doc=Doc(says="Read one version of the model", answers="Model", refuses=(404,)),
    )
    def one_model(self, ask: Ask, version: str) -> Answer:
        return _model_answer(models.get(version))

    @http(
        "POST",
        "/api/v1/checks",
        doc=Doc(
            says="Check answers against the model; nothing is stored",
            body=schemas.CheckSchema,
            answers="Check",
            refuses=(400, 413, 415, 422),
        ),
    )
    def check(self, ask: Ask) -> Answer:
        return Answer(body=handlers.check_answers(CHECK.load(ask.json())))


def _etag_of_all() -> str:
    return hashlib.sha256("".join(models.get(version).etag for version in models.versions()).encode()).hexdigest()


def _model_answer(model: models.Model) -> Answer:
    return Answer(body=model.body, etag=model.etag, cached=True)

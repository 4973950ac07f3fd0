"""The doors of the model: read it, and check answers with it."""

from __future__ import annotations

import hashlib

from services.onboarding import handlers, schemas
from services.onboarding.model import Model
from services.onboarding.repository import Models
from shared.web import Answer, Ask, Doc, http
from shared.wire import House

CHECK = schemas.CheckSchema()


class ModelDoors:
    """What everybody may do with the model."""

    house: House

    @http("GET", "/api/v1/models", doc=Doc(says="List the versions of the model", answers="Models", refuses=(422,)))
    def list_models(self, ask: Ask) -> Answer:
        ask.only()
        with self.house.database.reading() as session:
            models = Models(session)
            newest, seen = models.newest().name, [one for one in models.all() if one.is_seen]
            etag = hashlib.sha256("".join(models.compiled(one).etag for one in seen).encode()).hexdigest()
        items = [
            {"version": one.name, "current": one.name == newest, "links": {"self": f"/api/v1/models/{one.name}"}}
            for one in seen
        ]
        return Answer(body={"items": items}, etag=etag, cached=True)

    @http(
        "GET",
        "/api/v1/models/current",
        doc=Doc(says="Read the model new applications are checked with", answers="Model"),
    )
    def current_model(self, ask: Ask) -> Answer:
        with self.house.database.reading() as session:
            return _model_answer(Models(session).current())

    @http(
        "GET",
        "/api/v1/models/<version>",
        doc=Doc(says="Read one version of the model", answers="Model", refuses=(404,)),
    )
    def one_model(self, ask: Ask, version: str) -> Answer:
        with self.house.database.reading() as session:
            return _model_answer(Models(session).get(version))

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
        command = CHECK.load(ask.json())
        with self.house.database.reading() as session:
            return Answer(body=handlers.check_answers(session, command))


def _model_answer(model: Model) -> Answer:
    return Answer(body=model.body, etag=model.etag, cached=True)

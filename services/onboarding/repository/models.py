"""Which versions of the model there are, which one counts, and each of them ready to use."""

from __future__ import annotations

from sqlalchemy import inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.onboarding import model as room
from services.onboarding.domain import ModelVersion, VersionStatus
from services.onboarding.domain.versions import RELEASE, digest, version_id
from services.onboarding.model import Model, ModelError, Shipped, UnknownModel
from services.onboarding.tables import model_versions
from shared.database import hold

#: Compiled models of this process by the SHA-256 of their documents, the one used last at the end.
_COMPILED: dict[str, Model] = {}
_KEEP = 16


class Models:
    """The versions of the model as one session sees them: those in the table, and what the release brought.

    One query without documents per session, however many `Models` are made of it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[ModelVersion]:
        """Return every version, oldest first, drafts too."""
        return sorted(self._known().values(), key=lambda one: room.order(one.name))

    def version(self, name: str, *, sees_drafts: bool = True) -> ModelVersion:
        """Return the version, in whatever status; drafts do not exist for those who may not see them.

        Raises: UnknownModel.
        """
        found = self._known().get(name)
        if found is None or not (found.is_seen or sees_drafts):
            raise UnknownModel(name, [one.name for one in self.all() if one.is_seen])
        hold(self._session, found)
        return found

    def names(self) -> set[str]:
        return set(self._known())

    def has(self, name: str) -> bool:
        return name in self._known()

    def to_move(self, name: str) -> ModelVersion:
        """Return the version to change it; one that only the release knew gets its row now. Raises UnknownModel."""
        found = self.version(name)
        if inspect(found).transient:
            self._keep_shipped(found)
            del self._session.info["model_versions"]
            found = self.version(name)
        return found

    def add(self, version: ModelVersion) -> None:
        self._session.add(version)
        self._known()[version.name] = version
        hold(self._session, version)

    def newest(self) -> ModelVersion:
        """Return the version that new applications are checked with. Raises ModelError if there is none."""
        published = [one for one in self.all() if one.status is VersionStatus.PUBLISHED]
        if not published:
            raise ModelError.about(
                "models", "Keine Version ist veröffentlicht. Veröffentlichen Sie eine.", "no model is published"
            )
        return published[-1]

    def current(self) -> Model:
        """Return the model that new applications are checked with. Raises ModelError if there is none."""
        return self.compiled(self.newest())

    def get(self, name: str) -> Model:
        """Return the model of this version, in whatever status. Raises UnknownModel."""
        return self.compiled(self.version(name))

    @staticmethod
    def compiled(version: ModelVersion) -> Model:
        """Return the model of `version`. Raises ModelError if the text is not what its hash says."""
        known = _COMPILED.pop(version.sha256, None)
        if known is None:
            text = version.document
            if digest(text) != version.sha256:
                raise ModelError.about(
                    version.name,
                    f"Eingefroren als {version.sha256}, aber der Text ist {digest(text)}.",
                    f"frozen as {version.sha256}, but the text is {digest(text)}",
                )
            known = room.load(text, version.name)
        _COMPILED[version.sha256] = known
        while len(_COMPILED) > _KEEP:
            del _COMPILED[next(iter(_COMPILED))]
        return known

    def _known(self) -> dict[str, ModelVersion]:
        known: dict[str, ModelVersion] | None = self._session.info.get("model_versions")
        if known is None:
            known = {name: _shipped(name, document) for name, document in room.shipped().items()}
            rows = self._session.scalars(select(ModelVersion).execution_options(populate_existing=True))
            known |= {one.name: one for one in rows}
            self._session.info["model_versions"] = known
        return known

    def _keep_shipped(self, version: ModelVersion) -> None:
        """Give a shipped version its row; of two at the same moment, the second finds it there."""
        row = {column.name: getattr(version, column.name) for column in model_versions.columns}
        dialect = {"sqlite": sqlite, "postgresql": postgresql}[self._session.get_bind().dialect.name]
        self._session.execute(dialect.insert(model_versions).values(row).on_conflict_do_nothing())


def _shipped(name: str, shipped: Shipped) -> ModelVersion:
    """Return the version as the release brought it."""
    status = VersionStatus.DRAFT if shipped.is_draft else VersionStatus.PUBLISHED
    return ModelVersion(
        id=version_id(name), name=name, document=shipped.text, sha256=shipped.sha256, status=status,
        released=not shipped.is_draft, created_by=RELEASE, changed_by=RELEASE,
    )  # fmt: skip

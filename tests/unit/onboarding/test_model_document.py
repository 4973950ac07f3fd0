"""Model documents: the released ones show what they claim, and broken ones are refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.onboarding import model
from services.onboarding.model import ModelError, document

DOCUMENT = document.read(document.FOLDER / "1.0.json")


def test_the_released_document_shows_what_it_claims():
    assert model.validate(DOCUMENT, "1.0.json").version == "1.0"


@pytest.mark.parametrize("version", model.shipped())
def test_a_released_document_is_frozen(version):
    path = document.FOLDER / f"{version}.json"

    document.assert_frozen(path, document.read(path))


def test_a_released_document_that_somebody_edited_is_refused(tmp_path):
    path = tmp_path / "1.0.json"
    path.write_bytes((document.FOLDER / "1.0.json").read_bytes() + b"\n")

    with pytest.raises(ModelError, match="released models are frozen"):
        document.assert_frozen(path, document.read(path))


def test_only_a_draft_may_be_missing_among_the_released(tmp_path):
    path = tmp_path / "1.1.json"
    path.write_text("{}")

    document.assert_frozen(path, {"status": "draft"})
    with pytest.raises(ModelError, match="not released"):
        document.assert_frozen(path, {"status": "published"})


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": 1, "a": 2}', b"\xff", b'{"a": 1,}'])
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "1.1.json"
    path.write_bytes(content)

    with pytest.raises(ModelError, match=r"1\.1\.json"):
        document.read(path)

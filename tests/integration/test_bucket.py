"""A bucket keeps files as a folder does: the same promises, at a server that speaks S3."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from minio import Minio

from drill.servers import free_port, wait_for
from services.onboarding.files.storage import NotThere, Storage, StorageAway, new_place, open_storage

DATA = bytes(range(256)) * 40_000  # ten million bytes, in three parts


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of ours, with a bucket."""
    port = free_port()
    with (tmp_path_factory.mktemp("s3") / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "moto.server", "-p", str(port)], stdout=log, stderr=log
        )
        try:
            assert wait_for(lambda: _answers(port), within=40)
            Minio(f"127.0.0.1:{port}", "key", "secret", secure=False, region="us-east-1").make_bucket("files")
            yield f"s3://key:secret@127.0.0.1:{port}/files?tls=off"
        finally:
            server.terminate()
            server.wait(10)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=2).status_code < 500
    except requests.RequestException:
        return False


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    url = f"file:{tmp_path}/kept" if request.param == "folder" else request.getfixturevalue("s3")
    return open_storage(url)


def test_what_was_put_is_read_and_deleted(storage: Storage) -> None:
    place = new_place()

    storage.put(place, io.BytesIO(DATA), len(DATA))
    read = b"".join(storage.read(place))
    storage.delete(place)
    storage.delete(place)

    assert read == DATA
    with pytest.raises(NotThere):
        storage.read(place)


def test_what_lies_there_for_long_is_found(storage: Storage) -> None:
    place = new_place()
    storage.put(place, io.BytesIO(b"x"), 1)

    assert place in set(storage.older_than(timedelta(seconds=-60)))
    assert place not in set(storage.older_than(timedelta(hours=1)))
    storage.check()


def test_a_bucket_that_is_not_there_is_away(s3: str) -> None:
    with pytest.raises(StorageAway):
        open_storage(s3.replace("/files", "/others")).check()
    with pytest.raises(StorageAway) as away:
        open_storage(f"s3://key:s3cret@127.0.0.1:{free_port()}/files?tls=off").check()
    assert "s3cret" not in str(away.value)
